package dev.foldline.quarkus.deployment.trips;

import dev.foldline.core.Performs;
import dev.foldline.core.Refused;
import dev.foldline.quarkus.deployment.trips.TripReactions.Booked;
import dev.foldline.quarkus.deployment.trips.TripReactions.Room;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A system of others. */
public class Hotel implements Performs<Room, Booked> {

  /** Whether the code is right by now. */
  public static final AtomicBoolean MENDED = new AtomicBoolean();

  public final CountDownLatch open = new CountDownLatch(1);

  @Override
  public Booked perform(Room room, Attempt attempt) {
    return switch (room.hotel()) {
      case "full" -> throw new Refused("hotel-full");
      case "closed" -> {
        awaitOpen();
        yield new Booked(attempt.key());
      }
      default -> new Booked(attempt.key());
    };
  }

  private void awaitOpen() {
    try {
      if (!open.await(1, TimeUnit.SECONDS)) {
        throw new IllegalStateException("it is closed");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
