package dev.foldline.quarkus.processes;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foldline.core.Invalid;
import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.NotFound;
import dev.foldline.core.Progress;
import dev.foldline.core.StepAnswered;
import dev.foldline.core.StreamName;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.http.Operation;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import dev.foldline.quarkus.reactions.Reactions;
import dev.foldline.reactions.ParkedEffects;
import dev.foldline.reactions.ParkedEffects.Parked;
import dev.foldline.reactions.ProcessDocument;
import dev.foldline.reactions.ProcessManager;
import dev.foldline.reactions.ProcessProgress;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operations on processes, as functions: {@code processes} and {@code retry-step}.
 *
 * <p>They are part of an application that is built with {@code foldline.operations.enabled=true},
 * and are for callers with the role {@code foldline.operations.role}. Without any means to find out
 * who is calling, nobody has it.
 */
@Singleton
@RolesAllowed("${foldline.operations.role}")
public class ProcessFunctions {

  private static final int USUAL = 100;
  private static final Duration OLDEST = Duration.ofDays(36_500);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(60);

  private final Constants constants;
  private final Queries queries;
  private final Reactions reactions;
  private final StreamFold folds;

  ProcessFunctions(Constants constants, Queries queries, Reactions reactions, StreamFold folds) {
    this.constants = constants;
    this.queries = queries;
    this.reactions = reactions;
    this.folds = folds;
  }

  /**
   * Which processes are asked for.
   *
   * @param state in which they are, {@code processing} unless given
   * @param olderThan for how long at least, such as {@code PT5M}
   * @param limit how many of those at most that are not stuck, 100 unless given
   * @param after what the page before gave as next
   */
  public record ListQuery(
      @NotBlank(message = "must be given") String process,
      Optional<String> state,
      Optional<Duration> olderThan,
      @Min(value = 1, message = "must be at least 1")
          @Max(value = Listing.MOST, message = "must be at most " + Listing.MOST)
          OptionalInt limit,
      Optional<String> after) {

    private Progress.State asked() {
      return state
          .map(
              word ->
                  Arrays.stream(Progress.State.values())
                      .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(word))
                      .findFirst()
                      .orElseThrow(
                          () ->
                              new Invalid(
                                  "state", "state must be processing, done, failed or held")))
          .orElse(Progress.State.PROCESSING);
    }

    private Instant latest() {
      Duration age = olderThan.orElse(Duration.ZERO);
      if (age.isNegative() || age.compareTo(OLDEST) > 0) {
        throw new Invalid("olderThan", "olderThan must be PT0S to P36500D");
      }
      return olderThan.map(Instant.now()::minus).orElse(Instant.MAX);
    }
  }

  /** Which step of which process. */
  public record Retry(
      @NotBlank(message = "must be given") String process,
      @NotBlank(message = "must be given") String id,
      @NotBlank(message = "must be given") String step) {}

  /**
   * Some processes.
   *
   * @param processes on the first page those that are stuck, and then the others; of both, those
   *     first that have been as they are for longest
   * @param next behind which the next page begins; absent where nothing follows
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Listed(String process, List<Entry> processes, @Nullable String next) {}

  /**
   * A process.
   *
   * @param since when it came to be as it is
   * @param stuck what of it is set aside
   */
  public record Entry(String id, Instant since, ProcessProgress progress, List<Stuck> stuck) {

    private static Entry of(String id, ProcessDocument document) {
      return new Entry(id, document.since(), document.progress(), List.of());
    }
  }

  /**
   * An event of a process that a reaction has set aside.
   *
   * @param waits whether another system is waited for; else it takes a person
   */
  public record Stuck(
      String reaction, long revision, String reason, Instant since, boolean waits) {}

  /**
   * What became of a step.
   *
   * @param outcome {@code answered}; {@code set-aside} still; or {@code under-way}, where it was
   *     not set aside
   * @param reason why it is set aside; absent where it is not
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Retried(
      String process, String id, String step, String outcome, @Nullable String reason) {}

  /** An event that is set aside, and by whom. */
  private record SetAside(String reaction, ParkedEffects<?> of, Parked event) {

    private String id() {
      return event.stream().substring(event.stream().indexOf('-') + 1);
    }

    /** Whether it may be what a process waits for: else it is one of a step that is answered. */
    private boolean concerns(ProcessProgress progress) {
      return progress.steps().stream()
          .filter(step -> event.reason().startsWith(step.step() + ": "))
          .allMatch(ProcessProgress.Step::waits);
    }

    private Stuck stuck() {
      return new Stuck(reaction, event.revision(), event.reason(), event.since(), event.waits());
    }
  }

  /** Lists processes in a state, those that are stuck first. */
  @Query
  public Uni<Listed> list(ListQuery query) {
    ProcessManager manager = manager(query.process());
    Listing listing =
        ProcessManager.list(query.asked())
            .between(Long.MIN_VALUE, milliseconds(query.latest()))
            .page(query.limit().orElse(USUAL), query.after());
    return queries
        .listWithDocuments(manager.projection(), listing)
        .chain(page -> stuck(manager, query).map(stuck -> listed(query, page, stuck)));
  }

  private static long milliseconds(Instant latest) {
    return latest.equals(Instant.MAX) ? Long.MAX_VALUE : latest.toEpochMilli();
  }

  private static Listed listed(
      ListQuery query,
      Page<Listing.RankedDocument<ProcessDocument>> page,
      Map<String, Entry> stuck) {
    Stream<Entry> others =
        page.entries().stream()
            .filter(entry -> !stuck.containsKey(entry.member()))
            .flatMap(
                entry ->
                    entry.document().stream()
                        .map(view -> Entry.of(entry.member(), view.document())));
    Stream<Entry> first = query.after().isPresent() ? Stream.of() : stuck.values().stream();
    return new Listed(
        query.process(), Stream.concat(first, others).toList(), page.next().orElse(null));
  }

  /** Those of which something is set aside, by their ids, the oldest first. */
  private Uni<Map<String, Entry>> stuck(ProcessManager manager, ListQuery query) {
    return setAside(manager)
        .chain(
            all -> {
              Map<String, List<SetAside>> byId =
                  all.stream().collect(groupingBy(SetAside::id, LinkedHashMap::new, toList()));
              List<String> ids = byId.keySet().stream().limit(Listing.MOST).toList();
              return queries
                  .documents(manager.projection(), ids)
                  .map(found -> stuck(ids, found, byId, query));
            });
  }

  private static Map<String, Entry> stuck(
      List<String> ids,
      List<Optional<View<ProcessDocument>>> found,
      Map<String, List<SetAside>> byId,
      ListQuery query) {
    Map<String, Entry> stuck = new LinkedHashMap<>();
    IntStream.range(0, ids.size())
        .boxed()
        .map(i -> entry(ids.get(i), found.get(i), byId.getOrDefault(ids.get(i), List.of())))
        .filter(entry -> !entry.stuck().isEmpty() && entry.progress().is(query.asked()))
        .filter(entry -> !entry.since().isAfter(query.latest()))
        .sorted((one, other) -> one.since().compareTo(other.since()))
        .forEach(entry -> stuck.put(entry.id(), entry));
    return stuck;
  }

  /** One of which no event could be read has no document. */
  private static Entry entry(
      String id, Optional<View<ProcessDocument>> document, List<SetAside> setAside) {
    ProcessProgress progress =
        document.map(view -> view.document().progress()).orElse(ProcessProgress.NONE);
    return new Entry(
        id,
        document
            .map(view -> view.document().since())
            .orElseGet(() -> setAside.getFirst().event().since()),
        progress,
        setAside.stream().filter(each -> each.concerns(progress)).map(SetAside::stuck).toList());
  }

  /** What the reactions of a process have set aside of its streams. */
  private Uni<List<SetAside>> setAside(ProcessManager manager) {
    return Uni.join()
        .all(manager.reactions().stream().map(name -> setAside(manager, name)).toList())
        .andFailFast()
        .map(each -> each.stream().flatMap(List::stream).toList());
  }

  private Uni<List<SetAside>> setAside(ProcessManager manager, String reaction) {
    ParkedEffects<?> parked = reactions.runner(reaction).parked();
    return parked
        .list()
        .map(
            events ->
                events.stream()
                    .filter(event -> StreamName.isOne(event.stream()))
                    .filter(event -> manager.projection().reads(event.stream()))
                    .map(event -> new SetAside(reaction, parked, event))
                    .toList());
  }

  /** Takes up a step now that is set aside. */
  @Operation
  public Uni<Retried> retryStep(Retry retry) {
    ProcessManager manager = manager(retry.process());
    String stream = manager.projection().keyOfId(retry.id());
    return folds
        .fold(manager.projection(), stream, _ -> true)
        .map(
            found ->
                found
                    .map(view -> view.document().progress())
                    .orElseThrow(() -> new NotFound("there is no such " + retry.process())))
        .invoke(progress -> mustWait(progress, retry))
        .chain(
            progress ->
                setAside(manager)
                    .map(
                        all ->
                            all.stream()
                                .filter(each -> each.event().stream().equals(stream))
                                .filter(each -> isOf(each, progress, retry.step()))
                                .toList()))
        .chain(all -> takeUp(all, retry))
        .ifNoItem()
        .after(LONGEST_RETRY)
        .failWith(() -> new Unavailable("the step takes longer: list the process"));
  }

  private static void mustWait(ProcessProgress progress, Retry retry) {
    ProcessProgress.Step step =
        progress
            .step(retry.step())
            .orElseThrow(
                () ->
                    new NotFound(
                        "the " + retry.process() + " has no step '" + retry.step() + "' so far"));
    if (!step.waits()) {
      throw new StepAnswered(retry.step());
    }
  }

  /** Its reason names the step, or none. */
  private static boolean isOf(SetAside each, ProcessProgress progress, String step) {
    return progress.steps().stream()
        .map(ProcessProgress.Step::step)
        .filter(other -> each.event().reason().startsWith(other + ": "))
        .allMatch(step::equals);
  }

  private static Uni<Retried> takeUp(List<SetAside> all, Retry retry) {
    Uni<Retried> outcome = Uni.createFrom().item(retried(retry, "under-way", null));
    for (SetAside each : all) {
      outcome =
          outcome.chain(
              before ->
                  before.reason() != null
                      ? Uni.createFrom().item(before)
                      : each.of()
                          .retry(each.event())
                          .map(
                              now ->
                                  now.settled()
                                      ? retried(retry, "answered", null)
                                      : retried(retry, "set-aside", now.reason())));
    }
    return outcome;
  }

  private static Retried retried(Retry retry, String outcome, @Nullable String reason) {
    return new Retried(retry.process(), retry.id(), retry.step(), outcome, reason);
  }

  private ProcessManager manager(String process) {
    return constants.processes().stream()
        .filter(each -> each.name().equals(process))
        .findFirst()
        .orElseThrow(() -> new NotFound("there is no process " + process));
  }
}
