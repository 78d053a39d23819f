// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.net.URI;

/**
 * One try at an address.
 *
 * @param target takes the answer
 */
record HubAttempt(HubHttp http, URI uri, Target target) implements HubRetry.Attempt {

  /** Where an answer goes; sees a further answer for every try. */
  interface Target {
    /** How many bytes are here already, which need not be sent again. */
    long offset() throws IOException;

    /** Gives up what is here: it is no beginning of what the host has. */
    void forget() throws IOException;

    /**
     * Takes what arrives.
     *
     * @throws IOException if it is broken, and a further try may bring it whole
     */
    void accept(HubAnswer answer) throws IOException;
  }

  @Override
  public void run() throws IOException, InterruptedException {
    http.fetch(uri, target);
  }

  @Override
  public long kept() throws IOException {
    return target.offset();
  }
}
