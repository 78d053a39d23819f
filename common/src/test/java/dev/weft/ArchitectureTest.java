// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.weft.pipeline.Module;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package may know which; arrows point down only. */
class ArchitectureTest {
  private static final String ROOT = "dev.weft";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages(ROOT);

  /** For each package, the packages it may use beside itself; "" is the root. */
  private static final Map<String, Set<String>> MAY_USE =
      new TreeMap<>(
          Map.of(
              "config", Set.of(),
              "text", Set.of("config"),
              "backend", Set.of("text", "config"),
              "pipeline", Set.of("text", "config"),
              "module", Set.of("pipeline", "backend", "text", "config"),
              "store", Set.of("module", "pipeline", "text", "config"),
              "", Set.of("store", "module", "pipeline", "text", "config"),
              "serve", Set.of("", "config"),
              "arrow", Set.of("", "config")));

  @Test
  void everyPackageHasItsPlace() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
        .containsExactlyInAnyOrderElementsOf(
            MAY_USE.keySet().stream().map(ArchitectureTest::packageOf).toList());
  }

  @Test
  void packagesUseOnlyThoseBelow() {
    MAY_USE.forEach(
        (name, used) -> {
          String[] allowed =
              Stream.concat(Stream.of(name), used.stream())
                  .map(ArchitectureTest::packageOf)
                  .toArray(String[]::new);
          noClasses()
              .that()
              .resideInAPackage(packageOf(name))
              .should()
              .dependOnClassesThat(
                  resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
              .check(CLASSES);
        });
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("(dev.weft..)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void hostsAreUnknown() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.spark..", "org.apache.flink..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  @Test
  void whatHostsCallNamesNoTypeOfTheEngine() {
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(resideInAnyPackage(ROOT, ROOT + ".serve", ROOT + ".arrow"))
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should(nameNoEngineType())
        .check(CLASSES);
  }

  @Test
  void onlyArrowKnowsArrow() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".arrow")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.arrow..")
        .check(CLASSES);
  }

  @Test
  void moduleImplementationsAreFinal() {
    classes()
        .that()
        .implement(Module.class)
        .and()
        .areNotInterfaces()
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(CLASSES);
  }

  private static ArchCondition<JavaMethod> nameNoEngineType() {
    return new ArchCondition<>("name no type of ai.djl") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        Set<String> engine =
            types(method)
                .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getName)
                .filter(name -> name.startsWith("ai.djl."))
                .collect(Collectors.toSet());
        String message = method.getFullName() + " names " + engine;
        events.add(new SimpleConditionEvent(method, engine.isEmpty(), message));
      }
    };
  }

  private static Stream<JavaType> types(JavaCodeUnit method) {
    return Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream());
  }

  private static String packageOf(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }
}
