package dev.foldline.reactions;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * Which processes an application ever answered, as the event store has it: in the stream {@code
 * foldline-processes-} and the namespace, so that one is missed whose reactions are in the code no
 * more.
 */
public final class AnsweredProcesses {

  private static final String TYPE = "process-answered";
  private static final int MOST = 1_000;

  private final EventStore store;
  private final String stream;

  public AnsweredProcesses(EventStore store, Namespace namespace) {
    this.store = store;
    this.stream = "foldline-processes-" + namespace.name();
  }

  /**
   * One that was answered, as it is stored, for ever.
   *
   * @param format the number of this form
   * @param process its name
   * @param reaction that answered it
   */
  public record Answered(int format, String process, String reaction) {

    private static final int FORMAT = 1;
  }

  /** Where they are kept. */
  public String stream() {
    return stream;
  }

  /**
   * Keeps those that the code answers.
   *
   * @param processes those of the code
   * @return those that were answered, and that no reaction in the code answers any more
   */
  public Uni<List<Answered>> keep(List<ProcessManager> processes) {
    return store
        .remaining(stream, 0, MOST)
        .map(events -> events.stream().map(AnsweredProcesses::read).toList())
        .call(known -> add(processes, known))
        .map(
            known ->
                known.stream()
                    .filter(
                        each ->
                            processes.stream().noneMatch(it -> it.name().equals(each.process())))
                    .distinct()
                    .toList());
  }

  /** Two instances may both add one, which is said once all the same. */
  private Uni<Void> add(List<ProcessManager> processes, List<Answered> known) {
    List<StoredEvent> missing =
        processes.stream()
            .flatMap(
                process ->
                    process.reactions().stream()
                        .map(reaction -> new Answered(Answered.FORMAT, process.name(), reaction)))
            .filter(answered -> !known.contains(answered))
            .map(AnsweredProcesses::event)
            .toList();
    return missing.isEmpty()
        ? Uni.createFrom().voidItem()
        : store.append(stream, missing).replaceWithVoid();
  }

  private static StoredEvent event(Answered answered) {
    try {
      return new StoredEvent(
          UUID.randomUUID(), TYPE, Json.MAPPER.writeValueAsBytes(answered), new byte[0]);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answered read(Recorded<StoredEvent> event) {
    try {
      Answered found = Json.MAPPER.readValue(event.event().data(), Answered.class);
      if (found.format() == Answered.FORMAT) {
        return found;
      }
      throw new UnknownEvent(TYPE, "it is of format " + found.format());
    } catch (IOException e) {
      throw new UnknownEvent(TYPE, "it is not of format " + Answered.FORMAT + ": " + e);
    }
  }
}
