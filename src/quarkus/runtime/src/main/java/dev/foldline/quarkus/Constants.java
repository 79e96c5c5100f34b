package dev.foldline.quarkus;

import dev.foldline.core.Activity;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Projection;
import dev.foldline.core.Reaction;
import dev.foldline.reactions.ProcessManager;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an application's classes hold in constants: its categories, those that only a decider, a
 * projection or a reaction names among them, the projections that it keeps, its reactions, what
 * other systems do for them, and its process managers, whose projections are among those kept.
 */
public record Constants(
    List<Category<?>> categories,
    List<Projection<?>> projections,
    List<Reaction<?>> reactions,
    List<Activity<?, ?>> activities,
    List<ProcessManager> processes) {

  /** What a static field is to hold to be one. */
  public static final List<Class<?>> TYPES =
      List.of(
          Category.class,
          Decider.class,
          Projection.class,
          Projection.OfKeys.class,
          Reaction.class,
          Activity.class);

  public Constants {
    checkNames("categories", categories, Category::name);
    checkNames("projections", projections, Projection::name);
    checkNames("reactions", reactions, Reaction::name);
    checkNames("activities", activities, Activity::name);
  }

  private static <T> void checkNames(String what, List<T> all, Function<T, String> name) {
    Set<String> names = new HashSet<>();
    for (T each : all) {
      if (!names.add(name.apply(each))) {
        throw new IllegalArgumentException(
            "two %s are called '%s': rename one of them, or they write over each other"
                .formatted(what, name.apply(each)));
      }
    }
  }

  /**
   * Those of some classes.
   *
   * @param holders the names of the classes; they are initialised, one after another
   * @throws IllegalArgumentException if one can't be, or holds nothing yet, or a name is given
   *     twice, or the state of a process can't be stored
   */
  public static Constants in(List<String> holders, ClassLoader loader) {
    Set<Category<?>> categories = new LinkedHashSet<>();
    Set<Projection<?>> projections = new LinkedHashSet<>();
    Set<Reaction<?>> reactions = new LinkedHashSet<>();
    Set<Activity<?, ?>> activities = new LinkedHashSet<>();
    for (String holder : holders) {
      for (Object constant : constants(holder, loader)) {
        switch (constant) {
          case Category<?> category -> categories.add(category);
          case Decider<?, ?, ?> decider -> categories.add(decider.category());
          case Projection<?> projection -> {
            categories.addAll(projection.categories());
            projections.add(projection);
          }
          case Reaction<?> reaction -> {
            categories.add(reaction.category());
            reaction.answers().ifPresent(told -> categories.add(told.decider().category()));
            reactions.add(reaction);
          }
          case Activity<?, ?> activity -> activities.add(activity);
          default -> throw new IllegalArgumentException(constant + " is no such constant");
        }
      }
    }
    List<ProcessManager> processes = ProcessManager.of(List.copyOf(reactions));
    processes.forEach(process -> projections.add(process.projection()));
    return new Constants(
        List.copyOf(categories),
        List.copyOf(projections),
        List.copyOf(reactions),
        List.copyOf(activities),
        processes);
  }

  private static List<Object> constants(String holder, ClassLoader loader) {
    try {
      List<Object> constants = new ArrayList<>();
      for (Field field : Class.forName(holder, true, loader).getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && TYPES.contains(field.getType())) {
          field.setAccessible(true);
          @Nullable Object constant = field.get(null);
          if (constant == null) {
            throw new IllegalArgumentException(holder + "." + field.getName() + " is null");
          }
          constants.add(constant);
        }
      }
      return constants;
    } catch (ExceptionInInitializerError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(holder + ": " + cause.getMessage(), cause);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalArgumentException(holder + " can't be loaded: " + e, e);
    }
  }

  /**
   * The process manager of a name.
   *
   * @throws IllegalStateException if none of those that were found has it
   */
  public ProcessManager process(String name) {
    return processes.stream()
        .filter(process -> process.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "there is no process '%s': hold a decider of that category, whose state"
                            .formatted(name)
                        + " implements Progress, and a reaction to its events that answers it, in"
                        + " static fields"));
  }

  /** Whether a projection is that of a process manager. */
  public boolean isOfProcess(Projection<?> projection) {
    return processes.stream().anyMatch(process -> process.projection() == projection);
  }

  /**
   * Passes where a projection is kept.
   *
   * @throws IllegalStateException if it is none of those that were found
   */
  public void require(Projection<?> projection) {
    if (!projections.contains(projection)) {
      Class<?> state = projection.state();
      @Nullable CodeSource source = state.getProtectionDomain().getCodeSource();
      throw new IllegalStateException(
          "the projection '%s' was not found when the application was built, so nobody keeps its"
                  .formatted(projection)
              + " read models: hold it in a static field, and have the jar of %s indexed (%s), with"
                  .formatted(state.getName(), source == null ? "?" : source.getLocation())
              + " a META-INF/beans.xml in it or with quarkus.index-dependency");
    }
  }
}
