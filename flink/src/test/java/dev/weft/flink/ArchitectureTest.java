// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.weft.flink");

  @Test
  void knowsNoEngineAndNoOtherHost() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.flink..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl..", "org.apache.spark..", "dev.weft.spark..")
        .because("a host binds types and opens a spec; common does the rest")
        .check(MAIN);
  }
}
