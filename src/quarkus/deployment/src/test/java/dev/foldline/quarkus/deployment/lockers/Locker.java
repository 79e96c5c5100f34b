package dev.foldline.quarkus.deployment.lockers;

import dev.foldline.core.Caller;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Stored;
import java.util.List;

/** Whose a locker is: nobody's at first. */
public record Locker(String owner) {

  /** Somebody is to have it. */
  public record Assign(String locker, String owner) {}

  @Stored("locker-assigned")
  public record Assigned(String owner) {}

  static final Category<Assigned> LOCKERS = Category.of("locker", Assigned.class);

  static final Decider<Assign, Locker, Assigned> DECIDER =
      new Decider<>(
              LOCKERS,
              Assign::locker,
              new Locker(""),
              (assign, _) -> List.of(new Assigned(assign.owner())),
              (_, assigned) -> new Locker(assigned.owner()))
          .guardedBy(Locker::may);

  /** Whoever has it may hand it over, and a porter may. */
  private static boolean may(Caller caller, Assign assign, Locker locker) {
    return locker.owner().isEmpty() || caller.is(locker.owner()) || caller.hasRole("porter");
  }
}
