// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Embedder;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.util.FlinkUserCodeClassLoaders;
import org.example.UserJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class NativeLibrariesTest {
  private static final String MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .toString();

  private static final String EXPLAINED =
      "a native library of DJL is bound to the class loader of another job in this TaskManager;"
          + " restart the TaskManager and put weft-flink, weft-common and the ai.djl jars into"
          + " Flink's lib/ directory and give them the scope \"provided\" in the job; if they must"
          + " stay in the job's jar too, set classloader.parent-first-patterns.additional:"
          + " ai.djl.;dev.weft.";

  /** Two jobs with the same jars, in a process of its own, as they would leave this one broken. */
  public static final class TwoJobs {
    private TwoJobs() {}

    public static void main(String[] args) throws Exception {
      URL[] jars =
          Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
              .map(TwoJobs::url)
              .toArray(URL[]::new);
      for (int job = 0; job < 2; job++) {
        // Open until the end: a library goes with its loader.
        ClassLoader loader = loader(jars, args[1]);
        Thread.currentThread().setContextClassLoader(loader);
        Class<?> code = Class.forName(args[0], true, loader);
        System.out.println(code.getMethod("run", String.class).invoke(null, MODEL));
      }
    }

    /** A loader of jars alone; or Flink's own, with the recipe's patterns and all jars in lib/. */
    private static ClassLoader loader(URL[] jars, String patterns) {
      if (patterns.isEmpty()) {
        return new URLClassLoader(jars, ClassLoader.getPlatformClassLoader());
      }
      Configuration configuration = new Configuration();
      configuration.set(
          CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL, List.of(patterns.split(";")));
      return FlinkUserCodeClassLoaders.create(jars, TwoJobs.class.getClassLoader(), configuration);
    }

    private static URL url(String path) {
      try {
        return new File(path).toURI().toURL();
      } catch (java.net.MalformedURLException e) {
        throw new IllegalArgumentException(path, e);
      }
    }
  }

  /** What a job's jar would do. */
  public static final class OneJob {
    private OneJob() {}

    public static String run(String model) {
      try (Embedder embedder = NativeLibraries.loading(() -> Embedder.load(model))) {
        return "width " + embedder.encode(List.of("a text"))[0].length;
      } catch (IllegalStateException e) {
        return e.getMessage();
      }
    }
  }

  @Test
  @Timeout(120)
  void theSecondOfTwoJobsWithJarsOfTheirOwnIsToldWhatToDo() throws Exception {
    assertThat(twoJobs(OneJob.class, "")).containsExactly("width 32", EXPLAINED);
  }

  @Test
  @Timeout(120)
  void withTheRecipeBothJobsRun() throws Exception {
    String patterns = EXPLAINED.substring(EXPLAINED.lastIndexOf(' ') + 1);

    assertThat(twoJobs(UserJob.class, patterns))
        .containsExactly("shared true, width 32", "shared true, width 32");
  }

  private static List<String> twoJobs(Class<?> code, String patterns) throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TwoJobs.class.getName(),
                code.getName(),
                patterns)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jvm.waitFor()).isZero();
    return output.lines().toList();
  }

  @Test
  void aClassThatFailedToStartBeforeIsExplainedToo() {
    Error again =
        new NoClassDefFoundError("Could not initialize class ai.djl.huggingface.tokenizers.jni");
    again.initCause(
        new ExceptionInInitializerError(
            "Exception java.lang.UnsatisfiedLinkError: Native Library /tmp/libtokenizers.so already"
                + " loaded in another classloader [in thread \"main\"]"));

    assertThatThrownBy(() -> NativeLibraries.loading(() -> fail(again)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(EXPLAINED)
        .hasCause(again);
  }

  @Test
  void otherFailuresAreLeftAsTheyAre() {
    Error other = new UnsatisfiedLinkError("libgomp.so.1: cannot open shared object file");

    assertThatThrownBy(() -> NativeLibraries.loading(() -> fail(other))).isSameAs(other);
  }

  private static Object fail(Error error) {
    throw error;
  }
}
