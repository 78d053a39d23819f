// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file on its way to the disk. What an earlier try or process left is gone on with, if its entity
 * tags are those of the answer, or if a hash will tell whether the parts fit. Mutable; for one
 * thread.
 */
final class HubDownload implements HubAttempt.Target {
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/.*");

  private final HubFile file;
  private final HubPartial partial;
  private final LongConsumer progress;
  private Optional<HubHash> hash;
  private long told;

  HubDownload(HubFile file, HubPartial partial, LongConsumer progress) {
    this.file = file;
    this.partial = partial;
    this.progress = progress;
    this.hash = file.hash();
  }

  /** What the file was compared with. */
  Optional<HubHash> hash() {
    return hash;
  }

  @Override
  public long offset() throws IOException {
    long size = partial.size();
    if (size == 0 || size >= file.size().orElse(Long.MAX_VALUE)) {
      return 0;
    }
    return partial.tags().isBlank() && file.hash().isEmpty() ? 0 : size;
  }

  @Override
  public void forget() throws IOException {
    partial.discard();
  }

  @Override
  public void accept(HubAnswer answer) throws IOException {
    long from = answer.range().isPresent() ? goOn(answer) : begin(answer);
    tell(from - told);
    hash = file.hash().or(() -> HubHash.find(answer.hubTag()));
    long most = file.size().orElse(Long.MAX_VALUE) - from;
    answer.body().copyTo(partial.append(), most, bytes -> tell(bytes));
    check(from);
  }

  private long begin(HubAnswer answer) throws IOException {
    boolean fits =
        answer.isStrong() || file.hash().isPresent() || HubHash.find(answer.hubTag()).isPresent();
    partial.begin(fits ? answer.tags() : "");
    return 0;
  }

  private long goOn(HubAnswer answer) throws IOException {
    Matcher range = RANGE.matcher(answer.range().orElse(""));
    long size = partial.size();
    boolean fits = range.matches() && Long.parseLong(range.group(1)) == size;
    if (!fits || !answer.tags().equals(partial.tags())) {
      partial.discard();
      throw new IOException("the file changed while it was fetched");
    }
    return size;
  }

  private void check(long from) throws IOException {
    long size = partial.size();
    if (size != file.size().orElse(size)) {
      partial.discard();
      throw new IOException(size + " bytes arrived of " + file.size().getAsLong());
    }
    Optional<String> mismatch =
        hash.isPresent() ? hash.get().mismatch(partial.bytes()) : Optional.empty();
    if (mismatch.isPresent()) {
      partial.discard();
      if (from > 0) {
        throw new IOException(mismatch.get());
      }
      throw new HubHttp.RefusedException(mismatch.get() + "; try again");
    }
  }

  private void tell(long bytes) {
    told += bytes;
    progress.accept(bytes);
  }
}
