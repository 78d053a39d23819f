// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a hub says a file's hash is, which also names its blob in the cache: SHA-256 for large files
 * (64 digits), git's hash of a blob for the others (40 digits).
 *
 * @param hex in lower case
 */
record HubHash(String hex) {
  private static final Pattern TAG = Pattern.compile("(?:W/)?\"?([0-9a-f]{64}|[0-9a-f]{40})\"?");

  /** The hash in an entity tag, if it is one. */
  static Optional<HubHash> find(String tag) {
    return Optional.of(TAG.matcher(tag))
        .filter(Matcher::matches)
        .map(match -> new HubHash(match.group(1)));
  }

  /** The SHA-256 of a file. */
  static HubHash sha256(Path file) throws IOException {
    return new HubHash(digest("SHA-256", "", file));
  }

  /** What is wrong with a file; empty if it has this hash. */
  Optional<String> mismatch(Path file) throws IOException {
    boolean large = hex.length() == 64;
    String actual =
        large
            ? digest("SHA-256", "", file)
            : digest("SHA-1", "blob " + Files.size(file) + "\0", file);
    // Repositories that stand in for a hub put the plain SHA-1 where the hub has git's.
    if (actual.equals(hex) || (!large && digest("SHA-1", "", file).equals(hex))) {
      return Optional.empty();
    }
    String kind = large ? "SHA-256" : "git hash";
    return Optional.of("its " + kind + " is " + actual + ", but should be " + hex);
  }

  private static String digest(String algorithm, String before, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(before.getBytes(StandardCharsets.UTF_8));
      in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
