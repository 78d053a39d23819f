// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

/**
 * Told how far a download has come. Called by the thread that fetches, after every piece of at most
 * 64 KB, so that an implementation returns fast; not called for a model that is there already.
 */
@FunctionalInterface
public interface HubProgress {
  /** Says nothing. */
  HubProgress QUIET = (model, done, total) -> {};

  /**
   * Some bytes have come.
   *
   * @param model the hub id, or the address, of what is fetched
   * @param done bytes that are here, those of an earlier try included
   * @param total bytes of all files to fetch, or 0 where the hub does not say; {@code done ==
   *     total} ends the download
   */
  void update(String model, long done, long total);
}
