// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
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
  void vectorsKnowNothingOfModels() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.spark.vector")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.weft..").and(not(resideInAPackage("dev.weft.spark.vector"))))
        .check(CLASSES);
  }
}
