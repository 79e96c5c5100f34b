package dev.foldline.reactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.StreamMetadata;
import dev.foldline.core.Category;
import dev.foldline.core.Namespace;
import dev.foldline.core.Reaction;
import dev.foldline.reactions.Account.Command.Deposit;
import dev.foldline.reactions.Account.Command.Open;
import dev.foldline.reactions.ParkedEffects.Parked;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.RedisServer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A real event store and a real Redis, and instances of an application on them. */
final class Ground implements AutoCloseable {

  static final Namespace NAMESPACE = new Namespace("money");

  final EventStoreServer server;
  final RedisServer redis = RedisServer.start();
  private final List<Application> applications = new ArrayList<>();

  Ground(Path data) {
    this(EventStoreServer.start(data));
  }

  /** One whose store stamps its events by a clock of its own. */
  static Ground by(InstantSource clock, Path data) {
    return new Ground(EventStoreServer.start(data, clock));
  }

  private Ground(EventStoreServer server) {
    this.server = server;
  }

  /** One whose store is in a process of its own, to be stopped by {@code kill -9}. */
  static Ground killed(Path data) {
    return new Ground(EventStoreServer.startProcess(data));
  }

  /** One more instance. */
  Application application(Category<?>... categories) {
    List<Category<?>> all = new ArrayList<>(List.of(categories));
    all.addAll(List.of(Account.ACCOUNTS, Transfer.TRANSFERS, Alarm.ALARMS));
    Application application =
        new Application(server.connectionString(), redis.url(), NAMESPACE, all);
    applications.add(application);
    return application;
  }

  /** An instance ends. */
  void end(Application application) {
    applications.remove(application);
    application.close();
  }

  static void open(Application application, String account, long cents) {
    application.handle(Account.DECIDER, new Open(account, "Ada"));
    if (cents > 0) {
      application.handle(Account.DECIDER, new Deposit(account, cents));
    }
  }

  static void transfer(Application application, String id, String from, String to, long cents) {
    application.handle(Transfer.DECIDER, new Transfer.Command.Request(id, from, to, cents));
  }

  static void awaitTypes(Application application, String stream, String... types) {
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(() -> assertThat(application.types(stream)).containsExactly(types));
  }

  static List<Parked> parked(ReactionRunner<?> runner) {
    return runner.parked().list().await().atMost(Application.LIMIT);
  }

  static void awaitParked(ReactionRunner<?> runner, String... reasons) {
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(
            () ->
                assertThat(parked(runner))
                    .extracting(Parked::reason)
                    .hasSameSizeAs(reasons)
                    .allSatisfy(reason -> assertThat(reason).containsAnyOf(reasons)));
  }

  void deleteGroup(Reaction<?> reaction) {
    try {
      server
          .subscriptions()
          .deleteToAll(NAMESPACE.of("reaction-" + reaction.name()))
          .get(10, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** The events of a stream before a revision are gone. */
  void truncate(String stream, long revision) throws Exception {
    StreamMetadata metadata = new StreamMetadata();
    metadata.setTruncateBefore(revision);
    server.client().setStreamMetadata(stream, metadata).get(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    applications.forEach(Application::close);
    server.close();
    redis.close();
  }
}
