// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import dev.weft.Embedder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Multiplies matrices in the engine that Weft uses, on one thread a core at once as its workers do,
 * and prints how many operations a second that makes; {@code bench all} measures Weft by it.
 */
@Command(name = "peak", hidden = true, description = "measure products of matrices")
final class PeakCommand implements Callable<Integer> {
  private static final int WARM_UP = 3;

  @Parameters(index = "0", paramLabel = "SECONDS", defaultValue = "1")
  private double seconds;

  @Parameters(
      index = "1..*",
      paramLabel = "MxKxN",
      defaultValue = "512x384x1536 2048x2048x2048",
      split = " ")
  private List<String> shapes = List.of();

  @Override
  public Integer call() throws ExecutionException, InterruptedException {
    Embedder.gpus(); // Starts the engine as Weft starts it: one thread an operation.
    for (String shape : shapes) {
      JsonObject line = new JsonObject();
      line.addProperty("what", "peak");
      line.addProperty("engine", "djl");
      line.addProperty("shape", shape);
      line.addProperty("gflops", gflops(shape));
      System.out.println(line);
    }
    return 0;
  }

  private double gflops(String shape) throws ExecutionException, InterruptedException {
    String[] sides = shape.split("x", -1);
    int m = Integer.parseInt(sides[0]);
    int k = Integer.parseInt(sides[1]);
    int n = Integer.parseInt(sides[2]);
    int cores = Runtime.getRuntime().availableProcessors();
    CyclicBarrier start = new CyclicBarrier(cores);
    ExecutorService threads = Executors.newFixedThreadPool(cores);
    try {
      List<Future<Double>> rates = new ArrayList<>();
      for (int i = 0; i < cores; i++) {
        rates.add(threads.submit(() -> productsPerSecond(m, k, n, start)));
      }
      double sum = 0;
      for (Future<Double> rate : rates) {
        sum += rate.get();
      }
      return sum * 2 * m * k * n / 1e9;
    } finally {
      threads.shutdown();
    }
  }

  private double productsPerSecond(int m, int k, int n, CyclicBarrier start) throws Exception {
    try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
      NDArray a = manager.randomNormal(new Shape(m, k));
      NDArray b = manager.randomNormal(new Shape(k, n));
      for (int i = 0; i < WARM_UP; i++) {
        a.matMul(b).close();
      }
      start.await();
      long begin = System.nanoTime();
      long products = 0;
      double passed;
      do {
        a.matMul(b).close();
        products++;
        passed = (System.nanoTime() - begin) / 1e9;
      } while (passed < seconds);
      return products / passed;
    }
  }
}
