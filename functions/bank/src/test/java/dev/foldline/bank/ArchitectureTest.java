package dev.foldline.bank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.foldline.quarkus.Constants;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The house")
class ArchitectureTest {

  private static final JavaClasses FOLDLINE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.foldline");

  /**
   * functions → quarkus → {readmodels, reactions} → {eventstoredb, redis} → core, and messaging →
   * eventstoredb; nothing depends on a function.
   */
  private static final ArchRule DEPENDENCIES_RUN_ONE_WAY =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.foldline..")
          .layer("core")
          .definedBy("dev.foldline.core..")
          .layer("eventstoredb")
          .definedBy("dev.foldline.eventstoredb..")
          .layer("messaging")
          .definedBy("dev.foldline.messaging..")
          .layer("redis")
          .definedBy("dev.foldline.redis..")
          .layer("readmodels")
          .definedBy("dev.foldline.readmodels..")
          .layer("reactions")
          .definedBy("dev.foldline.reactions..")
          .layer("embedded")
          .definedBy("dev.foldline.embedded..")
          .layer("testing")
          .definedBy("dev.foldline.testing..")
          .layer("quarkus")
          .definedBy("dev.foldline.quarkus..")
          .layer("functions")
          .definedBy("dev.foldline.bank..")
          .whereLayer("functions")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("quarkus")
          .mayOnlyBeAccessedByLayers("functions")
          .whereLayer("readmodels")
          .mayOnlyBeAccessedByLayers("quarkus")
          .whereLayer("reactions")
          .mayOnlyBeAccessedByLayers("quarkus", "functions")
          .whereLayer("messaging")
          .mayOnlyBeAccessedByLayers("quarkus", "functions")
          .whereLayer("eventstoredb")
          .mayOnlyBeAccessedByLayers("readmodels", "reactions", "messaging", "quarkus", "functions")
          .whereLayer("redis")
          .mayOnlyBeAccessedByLayers("readmodels", "reactions", "quarkus", "functions")
          .whereLayer("embedded")
          .mayOnlyBeAccessedByLayers("quarkus", "testing")
          .whereLayer("testing")
          .mayNotBeAccessedByAnyLayer()
          .withOptionalLayers(true);

  private static final ArchRule NO_PACKAGES_NEED_EACH_OTHER =
      slices().matching("dev.foldline.(**)").should().beFreeOfCycles();

  /** Who has no channels carries neither of them. */
  private static final ArchRule MESSAGING_ALONE_KNOWS_CHANNELS =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.foldline.core..",
              "dev.foldline.eventstoredb..",
              "dev.foldline.redis..",
              "dev.foldline.readmodels..",
              "dev.foldline.reactions..",
              "dev.foldline.quarkus..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.smallrye.reactive.messaging..", "org.eclipse.microprofile.reactive.messaging..");

  private static final ArchRule QUARKUS_STAYS_IN_THE_EXTENSION =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.foldline.core..",
              "dev.foldline.eventstoredb..",
              "dev.foldline.messaging..",
              "dev.foldline.redis..",
              "dev.foldline.readmodels..",
              "dev.foldline.reactions..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.quarkus..");

  private static final ArchRule THE_CORE_IS_PLAIN_JAVA =
      classes()
          .that()
          .resideInAPackage("dev.foldline.core..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.foldline.core..", "java..", "javax.crypto..", "org.jspecify..")
          .allowEmptyShould(true);

  /** What tests put in the store's place, or ask of it as its operators do, speaks its protocol. */
  private static final ArchRule THE_CLIENT_STAYS_IN_ITS_ADAPTER =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.foldline.eventstoredb..", "dev.foldline.embedded..", "dev.foldline.testing..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.eventstore..");

  /** What holds a category, a decider or a projection, and what stands in it. */
  private static final DescribedPredicate<JavaClass> DOMAIN =
      DescribedPredicate.describe("are the domain", ArchitectureTest::isDomain);

  private static boolean isDomain(JavaClass type) {
    return type.getFields().stream()
            .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
            .map(field -> field.getRawType().getName())
            .anyMatch(Constants.TYPES.stream().map(Class::getName).toList()::contains)
        || type.getEnclosingClass().filter(ArchitectureTest::isDomain).isPresent();
  }

  private static final ArchRule THE_DOMAIN_IS_PURE =
      classes()
          .that(DOMAIN)
          .should()
          .onlyDependOnClassesThat(
              DescribedPredicate.describe(
                  "have no clock, no randomness, no I/O and no framework",
                  ArchitectureTest::isPure));

  private static boolean isPure(JavaClass type) {
    String name = type.getName();
    boolean plain =
        List.of(
                    "java.lang.",
                    "java.util.",
                    "java.time.",
                    "dev.foldline.core.",
                    "dev.foldline.bank.")
                .stream()
                .anyMatch(name::startsWith)
            || name.startsWith("com.fasterxml.jackson.annotation.")
            || name.startsWith("org.jspecify.")
            || type.isPrimitive()
            || type.isArray();
    return plain
        && !name.startsWith("java.util.concurrent.")
        && !name.equals("java.util.Random")
        && !name.equals("java.time.Clock");
  }

  @Test
  void dependencies_run_one_way() {
    DEPENDENCIES_RUN_ONE_WAY.check(FOLDLINE);
  }

  @Test
  void no_packages_need_each_other() {
    NO_PACKAGES_NEED_EACH_OTHER.check(FOLDLINE);
  }

  @Test
  void messaging_alone_knows_channels() {
    MESSAGING_ALONE_KNOWS_CHANNELS.check(FOLDLINE);
  }

  @Test
  void quarkus_stays_in_the_extension() {
    QUARKUS_STAYS_IN_THE_EXTENSION.check(FOLDLINE);
  }

  @Test
  void the_core_is_plain_java() {
    THE_CORE_IS_PLAIN_JAVA.check(FOLDLINE);
  }

  @Test
  void the_client_stays_in_its_adapter() {
    THE_CLIENT_STAYS_IN_ITS_ADAPTER.check(FOLDLINE);
  }

  @Test
  void the_domain_is_pure() {
    THE_DOMAIN_IS_PURE.check(FOLDLINE);
  }

  @Test
  void each_rule_bites() {
    JavaClasses withViolations =
        new ClassFileImporter()
            .importPackages(
                "dev.foldline.core.violations",
                "dev.foldline.bank.violations",
                AccountView.class.getPackageName());

    for (ArchRule rule :
        List.of(
            DEPENDENCIES_RUN_ONE_WAY,
            NO_PACKAGES_NEED_EACH_OTHER,
            MESSAGING_ALONE_KNOWS_CHANNELS,
            QUARKUS_STAYS_IN_THE_EXTENSION,
            THE_CORE_IS_PLAIN_JAVA,
            THE_CLIENT_STAYS_IN_ITS_ADAPTER,
            THE_DOMAIN_IS_PURE)) {
      assertThat(rule.evaluate(withViolations).getFailureReport().getDetails())
          .as(rule.getDescription())
          .anyMatch(detail -> detail.contains(".violations."));
    }
  }
}
