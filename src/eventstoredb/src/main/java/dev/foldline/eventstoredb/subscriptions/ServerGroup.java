package dev.foldline.eventstoredb.subscriptions;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.Resolved;
import io.grpc.Status;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * A group as it stands in the server: created if it is missing, and held against what it is to be.
 */
public final class ServerGroup {

  private static final Logger LOG = Logger.getLogger(ServerGroup.class);

  /** As servers say, among other things, that a group has come to the end of the log. */
  private static final String LIVE = "Live";

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
  Uni<Void> ensure() {
    return standing()
        .chain(
            found ->
                found.isPresent()
                    ? compare(found.get())
                    : create()
                        .onFailure(ServerGroup::existsAlready)
                        .recoverWithUni(this::compareNew));
  }

  /** Another instance created it meanwhile. */
  private Uni<Void> compareNew() {
    return standing()
        .chain(
            found ->
                found
                    .map(this::compare)
                    .orElseThrow(
                        () -> new Unavailable("the event store is of two minds about it")));
  }

  private static boolean existsAlready(Throwable failure) {
    return Status.fromThrowable(failure).getCode() == Status.Code.ALREADY_EXISTS;
  }

  /**
   * Whether an event is one that the group does not begin with, though the server gives it: in the
   * log of all streams nothing is known to begin with behind the last event, so that a group which
   * begins at the end is created at that one.
   */
  boolean isBefore(Recorded<StoredEvent> original) {
    return group.stream() == null && !group.fromStart() && start > 0 && placeOf(original) == start;
  }

  /** It is given an event. */
  void sees(Resolved event) {
    history.sees(placeOf(event.original()), event.present());
  }

  private Uni<Void> create() {
    return last()
        .chain(
            last -> {
              if (ofChannel && group.fromStart()) {
                last.map(this::placeOf).ifPresent(history::endsAt);
              }
              return create(startBehind(last));
            });
  }

  private Uni<Void> create(long at) {
    start = at;
    Uni<CreateResp> created =
        store.call(PersistentSubscriptionsGrpc.getCreateMethod(), GroupRequests.create(group, at));
    return group.stream() == null ? created.chain(filter::note) : created.replaceWithVoid();
  }

  private Uni<Optional<Recorded<StoredEvent>>> last() {
    return store.last(group.stream());
  }

  /**
   * The event that a group begins with which is created when this is the last one: by its revision,
   * or by its position where the group is on all streams. Never the end: a server takes that for
   * the end of the moment, each time that it starts or leads, until the first checkpoint.
   */
  private long startBehind(Optional<Recorded<StoredEvent>> last) {
    return switch (group.from()) {
      case Group.From.Start() -> 0;
      case Group.From.End() -> last.map(this::placeOf).map(this::behind).orElse(0L);
      case Group.From.Behind(var position) -> Math.max(0, position);
    };
  }

  private long behind(long place) {
    return group.stream() == null ? place : place + 1;
  }

  private long placeOf(Recorded<StoredEvent> original) {
    return group.stream() == null ? original.position() : original.revision();
  }

  private Uni<Void> compare(Standing standing) {
    start = standing.start();
    Map<String, String> settings =
        GroupRequests.differences(
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
                return update(settings.containsKey("from"));
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
  private Uni<Void> update(boolean elsewhere) {
    return elsewhere || start == GroupRequests.END
        ? last().chain(last -> update(startBehind(last)))
        : update(start);
  }

  private Uni<Void> update(long at) {
    start = at;
    return store
        .call(PersistentSubscriptionsGrpc.getUpdateMethod(), GroupRequests.update(group, at))
        .replaceWithVoid();
  }

  /** What the server says of it; nothing if it knows no such group. */
  Uni<Optional<Standing>> standing() {
    return store
        .call(PersistentSubscriptionsGrpc.getGetInfoMethod(), GroupRequests.info(group))
        .map(answer -> Optional.of(Standing.of(answer.getSubscriptionInfo())))
        .onFailure(failure -> Status.fromThrowable(failure).getCode() == Status.Code.NOT_FOUND)
        .recoverWithItem(Optional.empty());
  }

  /**
   * How a group stands.
   *
   * @param start with which event it began, a revision or a position; {@link GroupRequests#END} if
   *     at the end
   * @param checkpoint up to where all is settled, as far as the server has kept that
   * @param known the last event that came into it since the server started
   * @param live whether it has read the log up to its end
   */
  record Standing(
      SubscriptionInfo settings,
      long start,
      OptionalLong checkpoint,
      OptionalLong known,
      boolean live,
      int consumers,
      long backlog,
      long parked) {

    static Standing of(SubscriptionInfo info) {
      return new Standing(
          info,
          GroupRequests.place(info.getStartFrom()).orElse(0),
          GroupRequests.place(info.getLastCheckpointedEventPosition()),
          GroupRequests.place(info.getLastKnownEventPosition()),
          info.getStatus().contains(LIVE),
          info.getConnectionsCount(),
          info.getLiveBufferCount()
              + info.getReadBufferCount()
              + info.getRetryBufferCount()
              + info.getTotalInFlightMessages(),
          info.getParkedMessageCount());
    }
  }
}
