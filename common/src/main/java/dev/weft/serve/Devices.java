// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EmbedderOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Decides which device a task's model runs on. Where the host assigned a GPU, {@code auto} and
 * {@code cuda} mean that one. Addresses count the GPUs of the machine, the engine those it sees: in
 * the order of {@code CUDA_VISIBLE_DEVICES} where that is set, else they are the same. A GPU that
 * was asked for or assigned and is not there is an error, never the CPU. Immutable.
 */
final class Devices {
  private static final String AUTO = "auto";
  private static final String CPU = "cpu";
  private static final String CUDA = "cuda";

  private final Gpus gpus;

  Devices(Gpus gpus) {
    this.gpus = gpus;
  }

  /**
   * The device by the name the engine gives it: {@code cpu} or {@code cuda:N}.
   *
   * @throws IllegalArgumentException if it must be a GPU and that is not there
   */
  String resolve(EmbedderOptions options, Place place) {
    String asked = options.device();
    if (!asked.equals(AUTO) && !asked.equals(CUDA)) {
      return asked; // the engine knows whether it has it
    }
    int seen = gpus.count();
    if (place.gpus().isEmpty()) {
      if (seen == 0 && asked.equals(CUDA)) {
        throw missing("device \"cuda\" was asked for, but the engine sees no GPU");
      }
      return seen == 0 ? CPU : ordinal(0);
    }
    // Another runtime may have the GPU that torch, which only pools for it, does not see.
    return seen == 0 && !options.usesTorch() && asked.equals(AUTO)
        ? CPU
        : ordinal(find(place.gpus().get(0), seen));
  }

  private static String ordinal(int number) {
    return CUDA + ":" + number;
  }

  private int find(String address, int seen) {
    if (seen == 0) {
      throw missing("GPU \"" + address + "\" was assigned to the task, but the engine sees none");
    }
    Optional<String> visible = gpus.visible();
    int number = visible.isPresent() ? among(visible.get(), address) : physical(address, seen);
    if (number >= seen) {
      throw missing(
          "GPU \"" + address + "\" was assigned to the task, but the engine sees " + seen);
    }
    return number;
  }

  private static int among(String visible, String address) {
    List<String> list = Arrays.stream(visible.split(",")).map(String::strip).toList();
    if (list.size() == 1 && list.get(0).startsWith("MIG-")) {
      return 0; // a process sees one slice, however the host counts them
    }
    for (int i = 0; i < list.size(); i++) {
      String entry = list.get(i);
      boolean shortened = entry.contains("-") && address.startsWith(entry);
      if (entry.equals(address) || shortened) {
        return i;
      }
    }
    throw missing(
        "GPU \""
            + address
            + "\" was assigned to the task, but CUDA_VISIBLE_DEVICES is \""
            + visible
            + "\"; name GPUs in it as the host's resource discovery does");
  }

  private static int physical(String address, int seen) {
    if (address.matches("\\d{1,4}")) {
      return Integer.parseInt(address);
    }
    if (seen == 1) {
      return 0;
    }
    throw missing(
        "GPU \""
            + address
            + "\" was assigned to the task by another name than its index; set"
            + " CUDA_VISIBLE_DEVICES to the list of such names");
  }

  private static IllegalArgumentException missing(String what) {
    return new IllegalArgumentException(
        what + "; set device=cpu, or install a driver and the CUDA build of the engine");
  }
}
