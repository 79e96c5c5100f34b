package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.PersistentSubscriptionInfo;
import com.eventstore.dbclient.PersistentSubscriptionSettings;
import com.eventstore.dbclient.PersistentSubscriptionStats;
import com.eventstore.dbclient.PersistentSubscriptionToAllInfo;
import com.eventstore.dbclient.PersistentSubscriptionToStreamInfo;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamPosition;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Reads;
import io.grpc.Status;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jboss.logging.Logger;

/**
 * A group as it stands in the server: created if it is missing, and held against what it is to be.
 */
public final class ServerGroup {

  private static final Logger LOG = Logger.getLogger(ServerGroup.class);

  private final EventStore store;
  private final Group group;
  private final boolean update;
  private final boolean ofChannel;
  private final GroupFilter filter;
  private final HistoryWarning history;
  private volatile Map<String, String> differences = Map.of();
  private volatile long start;

  /**
   * @param update whether a group with other settings is updated; else they are only reported
   * @param ofChannel whether it counts where an existing group began, and whether a new one is
   *     given what was there before it
   */
  ServerGroup(EventStore store, Group group, boolean update, boolean ofChannel) {
    this.store = store;
    this.group = group;
    this.update = update;
    this.ofChannel = ofChannel;
    this.filter = new GroupFilter(store, group);
    this.history = new HistoryWarning(group.describe());
  }

  /** What it is, and what of it is otherwise than configured, for people. */
  String describe() {
    return group.describe()
        + (differences.isEmpty() ? "" : ", otherwise than configured " + differences);
  }

  /** Creates it if it is missing; compares it, and may update it, if it is there. */
  Uni<Void> ensure(EventStoreDBPersistentSubscriptionsClient client) {
    return standing(client)
        .chain(
            found ->
                found.isPresent()
                    ? compare(client, found.get())
                    : create(client)
                        .onFailure(ServerGroup::existsAlready)
                        .recoverWithUni(() -> ensure(client)));
  }

  private static boolean existsAlready(Throwable failure) {
    return Status.fromThrowable(failure).getCode() == Status.Code.ALREADY_EXISTS;
  }

  /**
   * Whether an event is one that the group does not begin with, though the server gives it: in the
   * log of all streams nothing is known to begin with behind the last event, so that a group which
   * begins at the end is created at that one.
   */
  boolean isBefore(RecordedEvent original) {
    return group.stream() == null && !group.fromStart() && start > 0 && placeOf(original) == start;
  }

  /** It is given an event. */
  void sees(ResolvedEvent event) {
    history.sees(placeOf(event.getOriginalEvent()), event.getEvent());
  }

  private Uni<Void> create(EventStoreDBPersistentSubscriptionsClient client) {
    return last()
        .chain(
            last -> {
              if (ofChannel && group.fromStart()) {
                last.map(this::placeOf).ifPresent(history::endsAt);
              }
              return create(client, startBehind(last));
            });
  }

  private Uni<Void> create(EventStoreDBPersistentSubscriptionsClient client, long at) {
    start = at;
    return group.stream() == null
        ? done(() -> client.createToAll(group.name(), GroupOptions.createToAll(group, at)))
            .chain(filter::note)
        : done(
            () ->
                client.createToStream(
                    group.stream(), group.name(), GroupOptions.createToStream(group, at)));
  }

  private Uni<Optional<RecordedEvent>> last() {
    return Reads.last(store.client(), group.stream());
  }

  /**
   * The event that a group begins with which is created when this is the last one: by its revision,
   * or by its position where the group is on all streams. Never the end: a server takes that for
   * the end of the moment, each time that it starts or leads, until the first checkpoint.
   */
  private long startBehind(Optional<RecordedEvent> last) {
    if (group.fromStart() || last.isEmpty()) {
      return 0;
    }
    long place = placeOf(last.get());
    return group.stream() == null ? place : place + 1;
  }

  private long placeOf(RecordedEvent original) {
    return group.stream() == null
        ? original.getPosition().getCommitUnsigned()
        : original.getRevision();
  }

  private Uni<Void> compare(EventStoreDBPersistentSubscriptionsClient client, Standing standing) {
    start = standing.start();
    Map<String, String> settings =
        GroupOptions.differences(
            group, standing.settings(), start, standing.checkpoint().isPresent());
    if (!ofChannel) {
      settings.remove("from");
    }
    return filterInstead()
        .chain(
            instead -> {
              Map<String, String> lasting = new LinkedHashMap<>();
              instead.ifPresent(
                  there ->
                      lasting.put(
                          "filter",
                          there
                              + " instead of "
                              + filter.configured()
                              + ", which can't be updated: name another group"));
              if (update && !settings.isEmpty()) {
                LOG.warnf("%s is updated: %s", group.describe(), settings);
                report(lasting);
                return update(client, settings.containsKey("from"));
              }
              lasting.putAll(settings);
              report(lasting);
              return Uni.createFrom().voidItem();
            });
  }

  private Uni<Optional<String>> filterInstead() {
    return group.stream() == null ? filter.instead() : Uni.createFrom().item(Optional.empty());
  }

  /** What lasts is told once in the log; in health, as long as it lasts. */
  private void report(Map<String, String> found) {
    if (!found.isEmpty() && !found.equals(differences)) {
      LOG.warnf("%s is otherwise than configured: %s", group.describe(), found);
    }
    differences = found;
  }

  /** An update has to say where the group begins: where it did, if it may stay so. */
  private Uni<Void> update(EventStoreDBPersistentSubscriptionsClient client, boolean elsewhere) {
    return elsewhere || start == GroupOptions.END
        ? last().chain(last -> update(client, startBehind(last)))
        : update(client, start);
  }

  private Uni<Void> update(EventStoreDBPersistentSubscriptionsClient client, long at) {
    start = at;
    return done(
        () ->
            group.stream() == null
                ? client.updateToAll(group.name(), GroupOptions.updateToAll(group, at))
                : client.updateToStream(
                    group.stream(), group.name(), GroupOptions.updateToStream(group, at)));
  }

  private static Uni<Void> done(Supplier<CompletableFuture<?>> call) {
    return Uni.createFrom().completionStage(call::get).replaceWithVoid();
  }

  /** What the server says of it; nothing if it knows no such group. */
  Uni<Optional<Standing>> standing(EventStoreDBPersistentSubscriptionsClient client) {
    return group.stream() == null
        ? Uni.createFrom()
            .completionStage(() -> client.getInfoToAll(group.name()))
            .map(info -> info.map(Standing::of))
        : Uni.createFrom()
            .completionStage(() -> client.getInfoToStream(group.stream(), group.name()))
            .map(info -> info.map(Standing::of));
  }

  /**
   * How a group stands.
   *
   * @param start with which event it began, a revision or a position; {@link GroupOptions#END} if
   *     at the end
   * @param checkpoint up to where all is settled, as far as the server has kept that
   */
  record Standing(
      PersistentSubscriptionSettings settings,
      long start,
      Optional<Long> checkpoint,
      int consumers,
      long backlog,
      long parked) {

    static Standing of(PersistentSubscriptionToAllInfo info) {
      StreamPosition<Position> start = info.getSettings().getStartFrom();
      return of(
          info,
          info.getSettings(),
          place(start, Position::getCommitUnsigned),
          info.getStats().getLastCheckpointedEventPosition().map(Position::getCommitUnsigned),
          info.getStats());
    }

    static Standing of(PersistentSubscriptionToStreamInfo info) {
      return of(
          info,
          info.getSettings(),
          place(info.getSettings().getStartFrom(), Long::longValue),
          info.getStats().getLastCheckpointedEventRevision(),
          info.getStats());
    }

    private static <P> long place(StreamPosition<P> start, ToLongFunction<P> place) {
      return start.isEnd()
          ? GroupOptions.END
          : start.getPosition().map(place::applyAsLong).orElse(0L);
    }

    private static Standing of(
        PersistentSubscriptionInfo info,
        PersistentSubscriptionSettings settings,
        long start,
        Optional<Long> checkpoint,
        PersistentSubscriptionStats stats) {
      return new Standing(
          settings,
          start,
          checkpoint,
          info.getConnections().size(),
          stats.getLiveBufferCount()
              + stats.getReadBufferCount()
              + stats.getRetryBufferCount()
              + stats.getTotalInFlightMessages(),
          stats.getParkedMessageCount());
    }
  }
}
