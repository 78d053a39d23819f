// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;

/**
 * Reads models from file systems that Weft does not know itself, such as {@code hdfs:}. Hosts bring
 * one along; it is found by {@link java.util.ServiceLoader}, through the loader of this interface
 * and the thread's. It only lists and opens: that a model is fetched once a machine, whole or not
 * at all, is seen to by Weft. Called by any thread.
 *
 * <pre>{@code
 * # META-INF/services/dev.weft.store.ModelFetcher
 * org.example.BucketFetcher
 * }</pre>
 */
public interface ModelFetcher {
  /**
   * Whether it can read addresses of a scheme, as this process is set up.
   *
   * @param scheme in lower case, such as {@code s3a}
   */
  boolean serves(String scheme);

  /**
   * The files of a model: every file below a directory, or the one file of a {@code .zip}.
   *
   * @throws IOException if it is not there or cannot be listed
   */
  List<RemoteFile> list(URI model) throws IOException;

  /**
   * Opens one of them.
   *
   * @return its bytes, closed by the caller
   */
  InputStream open(URI model, RemoteFile file) throws IOException;
}
