// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** A parity model, or a copy of one that a test may change. */
public record TestModel(Path dir) {
  /** The model of a parity case, not to be changed. */
  public static TestModel of(String parityCase) {
    return new TestModel(ParityCase.load(parityCase).model());
  }

  /** The texts of a parity case. */
  public static List<String> texts(String parityCase) {
    return ParityCase.load(parityCase).texts();
  }

  /** A copy below an empty folder. */
  public static TestModel copyOf(String parityCase, Path folder) {
    return copyOf(ParityCase.load(parityCase).model(), folder);
  }

  /** A copy of any model below an empty folder. */
  public static TestModel copyOf(Path from, Path folder) {
    Path to = folder.resolve("model");
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Path target = to.resolve(from.relativize(file));
              Files.createDirectories(target.getParent());
              Files.copy(file, target);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TestModel(to);
  }

  public Path file(String name) {
    return dir.resolve(name);
  }

  public String read(String name) {
    try {
      return Files.readString(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TestModel write(String name, String text) {
    try {
      Files.writeString(file(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Replaces a text that must be there. */
  public TestModel edit(String name, String from, String to) {
    String text = read(name);
    assertThat(text).contains(from);
    return write(name, text.replace(from, to));
  }

  public TestModel delete(String... names) {
    for (String name : names) {
      try {
        Files.delete(file(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return this;
  }

  @Override
  public String toString() {
    return dir.toString();
  }
}
