// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.pipeline.Backend;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Turns a hub id into a local directory. Shares the cache of Python's {@code huggingface_hub}: what
 * one has fetched the other finds. Fetches data only, never code. Immutable; threads and processes
 * may resolve the same id at once: one fetches, the others wait for it and use what it fetched. A
 * download that broke goes on where it stopped, in the next try or the next process.
 *
 * <p>An id is {@code organisation/name}, or a bare name, which stands for {@code
 * sentence-transformers/name} unless the hub itself has it ({@code bert-base-uncased}); {@code
 * @revision} may follow (a branch, a tag or a commit).
 */
public final class Hub {
  static final String FIX =
      "point at a local directory instead, set HF_ENDPOINT, or HF_HUB_OFFLINE=1 with a filled"
          + " cache";

  private static final String REVISION = "main";
  private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?";

  /** Two hyphens stand for the slash in a cache, so that no name may have them. */
  private static final Pattern NAME =
      Pattern.compile("(?!.*(?:--|\\.\\.))(?:" + PART + "/)?" + PART);

  private static final Pattern BRANCH =
      Pattern.compile("(?!.*(?://|\\.\\.))[A-Za-z0-9_](?:[A-Za-z0-9._/+-]*[A-Za-z0-9_])?");

  private final HubSettings settings;
  private final HubProgress progress;
  private final HubSelection selection;

  Hub(HubSettings settings) {
    this(settings, HubProgress.QUIET, HubSelection.TORCH);
  }

  private Hub(HubSettings settings, HubProgress progress, HubSelection selection) {
    this.settings = settings;
    this.progress = progress;
    this.selection = selection;
  }

  /**
   * A hub as {@code HF_ENDPOINT}, {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code HF_HUB_OFFLINE},
   * {@code HF_TOKEN} and {@code HF_TOKEN_PATH} describe it, with the defaults that Python has.
   */
  public static Hub fromEnvironment() {
    return new Hub(HubSettings.parse(System.getenv()));
  }

  /** The same hub, keeping what it fetches in another directory. */
  Hub withCache(Path cache) {
    return new Hub(settings.withCache(cache), progress, selection);
  }

  /** The same hub, which tells how far downloads have come. */
  public Hub withProgress(HubProgress listener) {
    return new Hub(settings, listener, selection);
  }

  /**
   * The same hub, which fetches the exported file that a backend runs, and the transformer's torch
   * weights only where other modules have some as well.
   */
  public Hub withBackend(Backend backend) {
    return new Hub(settings, progress, new HubSelection(backend));
  }

  /**
   * Whether a text has the form of a hub id. A relative path may have it too: look for a directory
   * first.
   */
  public static boolean isId(String text) {
    int at = text.indexOf('@');
    return at < 0
        ? NAME.matcher(text).matches()
        : NAME.matcher(text.substring(0, at)).matches()
            && BRANCH.matcher(text.substring(at + 1)).matches();
  }

  /**
   * The directory of a model. A model found in the cache needs no network, and a branch found there
   * is not looked up again; anything else is fetched into the cache.
   *
   * @throws ModelException if the text is no id, or the model cannot be had
   */
  public Path resolve(String id) {
    if (!isId(id)) {
      throw new ModelException(
          "\""
              + id
              + "\" is neither a directory nor a hub id; an id looks like"
              + " sentence-transformers/all-MiniLM-L6-v2");
    }
    String name = name(id);
    String revision = revision(id);
    HubCache cache = new HubCache(settings.cache(), name, revision, selection);
    Optional<Path> cached = cache.find();
    if (cached.isPresent()) {
      return cached.get();
    }
    if (settings.offline()) {
      throw new ModelException(
          name
              + ": revision "
              + revision
              + " is not complete in the cache "
              + settings.cache()
              + ", and HF_HUB_OFFLINE forbids to fetch it; unset it, set HF_HUB_CACHE to a filled"
              + " cache, or point at a local directory instead");
    }
    HubClient client = new HubClient(settings, name);
    HubListing listing = client.listing(revision, selection);
    AtomicLong done = new AtomicLong();
    AtomicLong total = new AtomicLong(-1);
    return cache.store(
        listing,
        (file, partial) -> {
          // Only under the lock it is known what another process has not fetched.
          total.compareAndSet(-1, size(cache.missing(listing)));
          return client.download(
              listing.commit(),
              file,
              partial,
              bytes -> progress.update(name, done.addAndGet(bytes), total.get()));
        });
  }

  /** The directory of a model, if it is in the cache; never asks the network. */
  Optional<Path> findCached(String id) {
    return isId(id)
        ? new HubCache(settings.cache(), name(id), revision(id), selection).find()
        : Optional.empty();
  }

  private static String name(String id) {
    int at = id.indexOf('@');
    return ClassicNames.repository(at < 0 ? id : id.substring(0, at));
  }

  private static String revision(String id) {
    int at = id.indexOf('@');
    return at < 0 ? REVISION : id.substring(at + 1);
  }

  private static long size(List<HubFile> files) {
    boolean known = files.stream().allMatch(file -> file.size().isPresent());
    return known ? files.stream().mapToLong(file -> file.size().getAsLong()).sum() : 0;
  }
}
