// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Reads one model of a hub, checking length and hash where the hub tells them, going on where a
 * connection broke, and trying again where the hub is busy.
 */
final class HubClient {
  private final HubSettings settings;
  private final String name;
  private final HubHttp http;
  private final HubRetry retry;

  HubClient(HubSettings settings, String name) {
    this.settings = settings;
    this.name = name;
    this.http = new HubHttp(settings);
    this.retry = new HubRetry(settings.backoff());
  }

  /** What a revision consists of. */
  HubListing listing(String revision, HubSelection selection) {
    String label = settings.endpoint() + "/api/models/" + name + "/revision/" + encode(revision);
    HubText text = new HubText();
    run(label, new HubAttempt(http, URI.create(label + "?blobs=true"), text));
    return HubListing.parse(label, text.toString(), selection);
  }

  /**
   * Fetches one file of a commit.
   *
   * @param partial where it goes, and what an earlier process left of it
   * @return its hash, if the hub knows one; then it was compared
   */
  Optional<HubHash> download(
      String commit, HubFile file, HubPartial partial, LongConsumer progress) {
    String path = encode(file.path()).replace("%2F", "/");
    String label = settings.endpoint() + "/" + name + "/resolve/" + commit + "/" + path;
    HubDownload download = new HubDownload(file, partial, progress);
    run(label, new HubAttempt(http, URI.create(label), download));
    return download.hash();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private void run(String label, HubAttempt attempt) {
    try {
      retry.run(attempt);
    } catch (IOException e) {
      throw failure(label, String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(label, "interrupted", e);
    } catch (HubHttp.RefusedException e) {
      throw failure(label, String.valueOf(e.getMessage()), e);
    }
  }

  private ModelException failure(String label, String reason, Exception cause) {
    return new ModelException(
        name + ": cannot be fetched from " + label + " (" + reason + "); " + Hub.FIX, cause);
  }
}
