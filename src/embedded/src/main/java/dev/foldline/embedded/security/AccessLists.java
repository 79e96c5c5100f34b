package dev.foldline.embedded.security;

import dev.foldline.embedded.log.Acl;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.Snapshot;
import dev.foldline.embedded.log.StreamNames;
import dev.foldline.embedded.log.SystemSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what on a secure server: by the lists in a stream's metadata, or else by those in
 * {@code $settings}, or else by default (contract 7).
 */
public final class AccessLists implements AccessPolicy {
  private static final String EVERY_USER = "$all";

  private final EventLog log;

  public AccessLists(EventLog log) {
    this.log = log;
  }

  @Override
  public CompletableFuture<Void> mayRead(String stream) {
    return StreamNames.isMetastream(stream)
        ? listed(StreamNames.describedBy(stream), Acl::metaRead)
        : listed(stream, Acl::read);
  }

  @Override
  public CompletableFuture<Void> mayWrite(String stream) {
    return StreamNames.isMetastream(stream)
        ? listed(StreamNames.describedBy(stream), Acl::metaWrite)
        : changing(stream, Acl::write);
  }

  @Override
  public CompletableFuture<Void> mayDelete(String stream) {
    return StreamNames.isMetastream(stream)
        ? listed(StreamNames.describedBy(stream), Acl::metaWrite)
        : changing(stream, Acl::delete);
  }

  /** The log as a whole is changed by no one. */
  private CompletableFuture<Void> changing(
      String stream, Function<Acl, @Nullable List<String>> names) {
    return stream.equals(StreamNames.ALL) ? answer(false) : listed(stream, names);
  }

  @Override
  public CompletableFuture<Void> maySeeGroups() {
    return answer(!Caller.current().isAnonymous());
  }

  @Override
  public CompletableFuture<Void> mayManageGroups() {
    return answer(Caller.current().isOperator());
  }

  private CompletableFuture<Void> listed(
      String stream, Function<Acl, @Nullable List<String>> names) {
    Caller caller = Caller.current();
    if (caller.isAdmin() || caller.isAnonymous()) {
      return answer(caller.isAdmin());
    }
    return log.read(snapshot -> names(snapshot, stream, names))
        .thenCompose(listed -> answer(isAmong(caller, listed)));
  }

  /** Of the stream's own list, or else of the system's settings, or else as it is by default. */
  private static List<String> names(
      Snapshot snapshot, String stream, Function<Acl, @Nullable List<String>> names) {
    boolean system = StreamNames.isSystem(stream);
    List<String> own = names.apply(snapshot.stream(stream).metadata().acl());
    if (own != null) {
      return own;
    }
    SystemSettings settings = SystemSettings.of(snapshot);
    List<String> set = names.apply(system ? settings.systemStreams() : settings.userStreams());
    return set != null ? set : List.of(system ? Caller.ADMINS : EVERY_USER);
  }

  private static boolean isAmong(Caller caller, List<String> names) {
    return names.contains(EVERY_USER)
        || names.contains(caller.name())
        || names.stream().anyMatch(caller.groups()::contains);
  }

  private static CompletableFuture<Void> answer(boolean allowed) {
    return allowed ? GRANTED : CompletableFuture.failedFuture(new AccessDeniedException());
  }
}
