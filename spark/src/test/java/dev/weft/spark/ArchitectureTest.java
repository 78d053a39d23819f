// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String CATALYST = "dev.weft.spark.catalyst";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.weft.spark");

  @Test
  void sparkKnowsNoEngine() {
    noClasses().should().dependOnClassesThat().resideInAPackage("ai.djl..").check(CLASSES);
  }

  @Test
  void sparkKnowsNoOtherHost() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.weft.flink..", "org.apache.flink..", "dev.weft.cli..")
        .check(CLASSES);
  }

  @Test
  void sparkKnowsNoModules() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.weft.module..", "dev.weft.backend..", "dev.weft.text..")
        .check(CLASSES);
  }

  @Test
  void onlyTheOuterRoomKnowsOfModels() {
    String[] inner = {"dev.weft.spark.vector", "dev.weft.spark.arrow", CATALYST};
    noClasses()
        .that()
        .resideInAnyPackage(inner)
        .should()
        .dependOnClassesThat(resideInAPackage("dev.weft..").and(not(resideInAnyPackage(inner))))
        .check(CLASSES);
  }

  @Test
  void catalystKnowsNoNodes() {
    noClasses()
        .that()
        .resideInAPackage(CATALYST)
        .should()
        .dependOnClassesThat(resideInAPackage("dev.weft..").and(not(resideInAPackage(CATALYST))))
        .check(CLASSES);
  }
}
