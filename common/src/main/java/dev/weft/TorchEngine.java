// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The PyTorch engine, started once a process. Its thread counts can only be set before that, so
 * they are set here: one thread an operation, as {@link Workers} run an operation on every core.
 */
final class TorchEngine {
  private static final String NAME = "PyTorch";

  /** 31 MiB: of more than 32 glibc takes no notice. */
  private static final long LARGE_FLOATS = 31L << 18;

  private static boolean keepsMemory;

  private TorchEngine() {}

  /** A manager that owns a model's weights, on the device the options name. */
  static NDManager open(String device) {
    return start().newBaseManager(device(device));
  }

  static int gpus() {
    return start().getGpuCount();
  }

  private static synchronized Engine start() {
    setUnlessSet("ai.djl.pytorch.num_threads", "1");
    setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
    // The natives come with the class path; nothing is fetched and nobody is told.
    setUnlessSet("ai.djl.offline", "true");
    setUnlessSet("OPT_OUT_TRACKING", "true");
    try {
      Engine engine = Engine.getEngine(NAME);
      keepFreedMemory(engine);
      return engine;
    } catch (EngineException | UnsatisfiedLinkError e) {
      throw new IllegalStateException(
          "the PyTorch engine does not start; put ai.djl.pytorch:pytorch-jni and"
              + " pytorch-native-cpu for this platform on the class path ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /**
   * Keeps glibc from giving a batch's memory back to the system, which the next batch asks for
   * again, page by page: up to a tenth of the time on a fast core. It gives back what exceeds twice
   * the largest block that was ever freed, up to 32 MiB; so one such block is taken, untouched, and
   * freed. Other allocators do not care.
   */
  private static void keepFreedMemory(Engine engine) {
    if (!keepsMemory) {
      keepsMemory = true;
      try (NDManager manager = engine.newBaseManager(Device.cpu())) {
        manager.create(new Shape(LARGE_FLOATS), DataType.FLOAT32);
      }
    }
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static Device device(String name) {
    Engine engine = Engine.getEngine(NAME);
    if (name.equals("auto")) {
      return engine.defaultDevice();
    }
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    if (!name.matches("cuda(:\\d{1,4})?")) {
      throw new IllegalArgumentException(
          "device \"" + name + "\" is not known; known: auto, cpu, cuda, cuda:N");
    }
    int number = name.equals("cuda") ? 0 : Integer.parseInt(name.substring("cuda:".length()));
    if (number >= engine.getGpuCount()) {
      throw new IllegalArgumentException(
          "device \""
              + name
              + "\" was asked for, but the engine sees "
              + engine.getGpuCount()
              + " GPUs; choose cpu, or install a driver and the CUDA build of the engine");
    }
    return Device.gpu(number);
  }
}
