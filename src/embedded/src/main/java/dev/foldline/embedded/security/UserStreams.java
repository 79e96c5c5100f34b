package dev.foldline.embedded.security;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.EventLog.Addition;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.NewEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The streams in which a real server keeps its users, and for which clients' helpers wait (contract
 * 7): {@code $users} names them, and {@code $user-<name>} says who one is. They follow what the
 * store was started with, and no one is known by them; so they hold nothing of a password.
 */
public final class UserStreams {
  private static final String NAMES = "$users";
  private static final String PREFIX = "$user-";

  private UserStreams() {}

  /**
   * Writes of each user what the log doesn't say yet; waits for it.
   *
   * @throws IllegalStateException if the log can't be written
   */
  public static void write(EventLog log, Users users) {
    List<Addition> additions = new ArrayList<>();
    for (Caller user : users.all()) {
      String stream = PREFIX + user.name();
      NewEvent created = NewEvent.json("$UserCreated", json(user));
      Optional<LogEvent> last =
          log.read(snapshot -> Optional.ofNullable(snapshot.lastEvent(stream))).join();
      if (last.isEmpty()) {
        additions.add(new Addition(NAMES, name(user)));
        additions.add(new Addition(stream, created));
      } else if (!last.get().data().equals(created.data())) {
        additions.add(new Addition(stream, NewEvent.json("$UserUpdated", json(user))));
      }
    }
    log.appendAll(additions).join().requireWritten();
  }

  private static NewEvent name(Caller user) {
    return new NewEvent(
        UUID.randomUUID(), "$User", false, ByteString.copyFromUtf8(user.name()), ByteString.EMPTY);
  }

  private static String json(Caller user) {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("loginName", user.name()).put("fullName", user.name());
    var groups = json.putArray("groups");
    user.groups().stream().sorted().forEach(groups::add);
    return json.put("hash", "").put("salt", "").toString();
  }
}
