// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.sun.management.ThreadMXBean;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken files end in tensors or in a {@link ModelException}, without a large allocation. */
class WeightsFuzzTest {
  /** Far below what most sizes in a broken file ask for; the classes loaded on first use take 4. */
  private static final long MOST_BYTES = 16 << 20;

  private static final int FLIPS = 1500;

  @TempDir Path folder;
  private NDManager device;
  private int read;
  private int refused;

  @BeforeEach
  void start() {
    device = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    device.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"small-zip.bin", "small-legacy.bin", "weights.safetensors"})
  void everyTruncation(String name) throws IOException {
    byte[] content = Files.readAllBytes(golden(name));
    for (int length = 0; length < content.length; length++) {
      check(name, Arrays.copyOf(content, length), "cut to " + length);
    }

    assertThat(read).isZero();
    check(name, content, "whole");
    assertThat(read).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small-zip.bin", "small-legacy.bin", "legacy.bin", "weights.safetensors"})
  void flippedBytes(String name) throws IOException {
    byte[] content = Files.readAllBytes(golden(name));
    Random random = new Random(7);
    for (int i = 0; i < FLIPS; i++) {
      byte[] broken = content.clone();
      StringBuilder what = new StringBuilder("flip");
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        int at = random.nextInt(broken.length);
        broken[at] = (byte) random.nextInt(256);
        what.append(' ').append(at).append('=').append(broken[at]);
      }
      check(name, broken, what.toString());
    }

    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  private void check(String name, byte[] content, String what) throws IOException {
    // A new file each time: some file systems wait for the disk when one is written over.
    Path file = Files.write(folder.resolve(name + read + "-" + refused), content);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      readAll(name.contains(".bin") ? TorchFile.open(file) : SafeTensors.open(file));
      read++;
    } catch (ModelException e) {
      refused++;
      assertThat(e).hasMessageStartingWith(file.toString());
    } catch (RuntimeException | Error e) {
      throw new AssertionError(name + " with " + what + " ends in " + e, e);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .as("bytes for %s with %s", name, what)
        .isLessThan(MOST_BYTES);
    Files.delete(file);
  }

  private void readAll(TensorFile file) throws IOException {
    TensorReader reader = new TensorReader(device, 1 << 10);
    for (String name : file.names()) {
      assertThat(file.entry(name).size()).isLessThanOrEqualTo(Files.size(file.entry(name).file()));
      try (NDArray tensor = reader.read(file.entry(name))) {
        assertThat(tensor.getShape().getShape()).isEqualTo(file.entry(name).shape());
      }
      new StoredTensor(file.entry(name)).writeTo(new Nowhere());
    }
  }

  private static final class Nowhere implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) {
      int count = bytes.remaining();
      bytes.position(bytes.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static Path golden(String name) {
    return Path.of("src/test/resources/golden/torch", name);
  }
}
