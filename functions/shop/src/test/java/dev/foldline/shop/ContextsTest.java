package dev.foldline.shop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The contexts of the shop")
class ContextsTest {

  private static final String ROOT = "dev.foldline.shop.";

  private static final JavaClasses SHOP =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.foldline.shop");

  /** Who announces knows nobody; who listens knows who announces. */
  private static final Map<String, Set<String>> KNOWS =
      Map.of(
          "order", Set.of(),
          "inventory", Set.of(),
          "payment", Set.of(),
          "billing", Set.of("order"),
          "fraud", Set.of("order"),
          "notify", Set.of("order"),
          "warehouse", Set.of("order", "inventory"),
          "fulfilment", Set.of("order", "warehouse", "fraud", "payment"),
          "overview", Set.of("order", "warehouse", "billing", "fulfilment"),
          "pages", Set.of("inventory", "order", "fulfilment", "overview"));

  @Test
  void know_no_more_than_they_listen_to() {
    KNOWS.forEach(
        (context, known) -> {
          List<String> unknown =
              KNOWS.keySet().stream()
                  .filter(each -> !each.equals(context) && !known.contains(each))
                  .map(each -> ROOT + each + "..")
                  .toList();
          noClasses()
              .that()
              .resideInAPackage(ROOT + context + "..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(unknown.toArray(String[]::new))
              .check(SHOP);
        });
  }

  @Test
  void do_not_need_each_other() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(SHOP);
  }
}
