// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A model behind a {@link ModelFetcher}, copied once a machine. The copy's name is a hash of the
 * address and of every file's path, time and length, so that a changed model is another copy.
 */
final class RemoteModel {
  private final URI uri;
  private final ModelFetcher fetcher;
  private final List<RemoteFile> files;

  private RemoteModel(URI uri, ModelFetcher fetcher, List<RemoteFile> files) {
    this.uri = uri;
    this.fetcher = fetcher;
    this.files = files;
  }

  static Path fetch(
      URI uri,
      ModelFetcher fetcher,
      HubSelection selection,
      NodeCache cache,
      HubProgress progress) {
    List<RemoteFile> all;
    try {
      all = fetcher.list(uri);
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException(uri + ": cannot be read (" + e + ")", e);
    }
    RemoteModel model = new RemoteModel(uri, fetcher, needed(uri, all, selection));
    return ZipModel.top(
        cache.folder(uri.toString(), model.key(), folder -> model.copy(folder, progress)));
  }

  private static List<RemoteFile> needed(URI uri, List<RemoteFile> all, HubSelection selection) {
    Set<String> names = all.stream().map(RemoteFile::path).collect(Collectors.toSet());
    boolean zip = names.size() == 1 && isZip(names.iterator().next());
    Predicate<String> chosen = selection.of(names);
    List<RemoteFile> needed =
        all.stream()
            .filter(file -> zip || chosen.test(file.path()))
            .sorted(Comparator.comparing(RemoteFile::path))
            .toList();
    if (needed.isEmpty()) {
      throw new ModelException(
          uri + ": no file of a model is there; give a model directory or a .zip of one");
    }
    for (RemoteFile file : needed) {
      if (!SafePath.isInside(file.path())) {
        throw new ModelException(uri + ": path \"" + file.path() + "\" leaves the directory");
      }
    }
    return needed;
  }

  private static boolean isZip(String path) {
    return path.endsWith(".zip");
  }

  private String key() {
    String text = uri + files.stream().map(f -> "\n" + f).collect(Collectors.joining());
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void copy(Path folder, HubProgress progress) throws IOException {
    long total = files.stream().mapToLong(RemoteFile::length).sum();
    long[] done = new long[1];
    for (RemoteFile file : files) {
      Path target = folder.resolve(file.path());
      Files.createDirectories(target.resolveSibling(""));
      try (InputStream in = fetcher.open(uri, file)) {
        OutputStream out = Files.newOutputStream(target);
        // Every file system has time limits of its own.
        new HubBody(in, OptionalLong.of(file.length()), HubBody.PATIENT)
            .copyTo(
                out,
                file.length(),
                bytes -> progress.update(uri.toString(), done[0] += bytes, total));
      }
      if (isZip(file.path())) {
        ZipModel.unpack(target, folder);
        Files.delete(target);
      }
    }
  }
}
