package dev.foldline.embedded.security;

import dev.foldline.embedded.log.Acl;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.StreamNames;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what on a secure server: by the lists in a stream's metadata, or else by default
 * (contract 7).
 */
public final class AccessLists implements Guard {
  private static final String EVERY_USER = "$all";

  private final EventLog log;

  public AccessLists(EventLog log) {
    this.log = log;
  }

  @Override
  public CompletableFuture<Void> mayRead(String stream) {
    if (stream.equals(StreamNames.ALL)) {
      return answer(Caller.current().isAdmin());
    }
    return StreamNames.isMetastream(stream)
        ? listed(StreamNames.describedBy(stream), Acl::metaRead)
        : listed(stream, Acl::read);
  }

  @Override
  public CompletableFuture<Void> mayWrite(String stream) {
    return StreamNames.isMetastream(stream)
        ? listed(StreamNames.describedBy(stream), Acl::metaWrite)
        : listed(stream, Acl::write);
  }

  @Override
  public CompletableFuture<Void> mayDelete(String stream) {
    return StreamNames.isMetastream(stream)
        ? listed(StreamNames.describedBy(stream), Acl::metaWrite)
        : listed(stream, Acl::delete);
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
    return log.read(snapshot -> snapshot.stream(stream).metadata().acl())
        .thenCompose(acl -> answer(isAmong(caller, stream, names.apply(acl))));
  }

  private static boolean isAmong(Caller caller, String stream, @Nullable List<String> names) {
    if (names == null) {
      return !StreamNames.isSystem(stream);
    }
    return names.contains(EVERY_USER)
        || names.contains(caller.name())
        || names.stream().anyMatch(caller.groups()::contains);
  }

  private static CompletableFuture<Void> answer(boolean allowed) {
    return allowed ? GRANTED : CompletableFuture.failedFuture(new AccessDeniedException());
  }
}
