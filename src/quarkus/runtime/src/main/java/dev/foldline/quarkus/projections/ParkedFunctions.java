package dev.foldline.quarkus.projections;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.foldline.eventstoredb.events.Json;
import dev.foldline.quarkus.http.Operation;
import dev.foldline.quarkus.http.Query;
import dev.foldline.readmodels.EventRef;
import dev.foldline.readmodels.Parking;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Size;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operations on parked events, as functions: {@code parked-events}, {@code dry-run-parked},
 * {@code replay-parked} and {@code discard-parked}.
 *
 * <p>They are part of an application that is built with {@code foldline.operations.enabled=true},
 * and are for callers with the role {@code foldline.operations.role}. Without any means to find out
 * who is calling, nobody has it.
 */
@Singleton
@RolesAllowed("${foldline.operations.role}")
public class ParkedFunctions {

  private static final int PER_SECOND = 100;

  /** After which a replay leaves the rest to the next call. */
  private static final Duration SLICE = Duration.ofSeconds(20);

  private final Projections projections;
  private final CurrentIdentityAssociation caller;

  ParkedFunctions(Projections projections, CurrentIdentityAssociation caller) {
    this.projections = projections;
    this.caller = caller;
  }

  /**
   * Which parked events are asked for.
   *
   * @param limit how many are shown of each cause, 10 unless given
   */
  public record ListQuery(
      @NotBlank(message = "must be given") String projection,
      @Min(value = 1, message = "must be at least 1")
          @Max(value = Parking.MOST, message = "must be at most " + Parking.MOST)
          OptionalInt limit) {}

  /**
   * Which parked events to try, all unless some are given.
   *
   * @param events by stream and revision
   */
  public record DryRun(
      @NotBlank(message = "must be given") String projection,
      @Size(max = Parking.MOST, message = "must be at most " + Parking.MOST)
          @Nullable List<@Valid EventRef> events) {}

  /**
   * Which parked events to replay, all unless some are given.
   *
   * @param events by stream and revision
   * @param perSecond how many events a second at most, 100 unless given
   */
  public record Replay(
      @NotBlank(message = "must be given") String projection,
      @Size(max = Parking.MOST, message = "must be at most " + Parking.MOST)
          @Nullable List<@Valid EventRef> events,
      @Min(value = 1, message = "must be at least 1")
          @Max(value = 10_000, message = "must be at most 10000")
          OptionalInt perSecond) {}

  /**
   * Which parked events to do without for ever, and why.
   *
   * @param events by stream and revision
   */
  public record Discard(
      @NotBlank(message = "must be given") String projection,
      @NotEmpty(message = "must be given")
          @Size(max = Parking.MOST, message = "must be at most " + Parking.MOST)
          List<@Valid EventRef> events,
      @NotBlank(message = "must be given")
          @Size(max = 1_000, message = "must be at most 1000 characters")
          String reason) {}

  /**
   * What is parked, by cause.
   *
   * @param parked how many events; at least, where it is 1000
   */
  public record Listing(String projection, int parked, List<Cause> causes) {}

  /**
   * The events that one kind of error keeps from being applied.
   *
   * @param error its kind
   * @param type of the events; empty where it is not known, because their streams were deleted
   * @param events the oldest of them
   */
  public record Cause(String error, String type, int count, Instant oldest, List<Entry> events) {}

  /**
   * A parked event, with what keeps it from being applied.
   *
   * @param time when it was written; it and the data are absent where the stream was deleted
   * @param data as JSON; what is none is a text, and what is no UTF-8 either is in Base64
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(
      String stream,
      long revision,
      @Nullable Instant time,
      @Nullable JsonNode data,
      String error,
      Instant since,
      boolean passedOver) {

    static Entry of(Parking.Parked parked) {
      var event = parked.event();
      return new Entry(
          parked.ref().stream(),
          parked.ref().revision(),
          event == null ? null : event.time(),
          event == null ? null : shown(event.event().data()),
          parked.cause(),
          parked.since(),
          parked.passedOver());
    }

    private static JsonNode shown(byte[] data) {
      String text;
      try {
        text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
      } catch (CharacterCodingException _) {
        return BinaryNode.valueOf(data);
      }
      try {
        JsonNode json = Json.MAPPER.readTree(text);
        return json.isMissingNode() ? TextNode.valueOf(text) : json;
      } catch (JsonProcessingException _) {
        return TextNode.valueOf(text);
      }
    }
  }

  /** What would come of the stream of a parked event. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Trial(
      String stream, long revision, @Nullable String error, @Nullable Object document) {

    static Trial of(Parking.Trial<?> trial) {
      return new Trial(trial.stream(), trial.revision(), trial.error(), trial.document());
    }
  }

  /** Lists what is parked, by cause. */
  @Query
  public Uni<Listing> list(ListQuery query) {
    return projections
        .runner(query.projection())
        .parking()
        .list()
        .map(
            parked ->
                new Listing(
                    query.projection(), parked.size(), causes(parked, query.limit().orElse(10))));
  }

  private static List<Cause> causes(List<Parking.Parked> parked, int limit) {
    record Kind(String error, String type) {}
    return parked.stream()
        .collect(
            groupingBy(
                each -> new Kind(kind(each.cause()), each.type()), LinkedHashMap::new, toList()))
        .entrySet()
        .stream()
        .map(
            kind ->
                new Cause(
                    kind.getKey().error(),
                    kind.getKey().type(),
                    kind.getValue().size(),
                    kind.getValue().getFirst().since(),
                    kind.getValue().stream().limit(limit).map(Entry::of).toList()))
        .toList();
  }

  /** The exception without its message; of a sentence, without its numbers. */
  private static String kind(String cause) {
    return cause.matches("(?s)[\\w.$]+:.*")
        ? cause.substring(0, cause.indexOf(':')).replaceAll(".*[.$]", "")
        : cause.replaceAll("[0-9]+ ", "");
  }

  /** Applies what is parked to the code as it is, without writing anything. */
  @Operation
  public Uni<List<Trial>> tryOut(DryRun dryRun) {
    return projections
        .runner(dryRun.projection())
        .parking()
        .dryRun(chosen(dryRun.events()))
        .map(trials -> trials.stream().map(Trial::of).toList());
  }

  /** Replays what is parked; to be called again while something is left that can be applied. */
  @Operation
  public Uni<Parking.Replayed> replay(Replay replay) {
    return projections
        .runner(replay.projection())
        .parking()
        .replay(chosen(replay.events()), replay.perSecond().orElse(PER_SECOND), SLICE);
  }

  private static Set<EventRef> chosen(@Nullable List<EventRef> events) {
    return events == null ? Set.of() : Set.copyOf(events);
  }

  /** Has the projection do without events for ever, and records who said so and why. */
  @Operation
  public Uni<Parking.Replayed> discard(Discard discard) {
    Parking<?> parking = projections.runner(discard.projection()).parking();
    return caller
        .getDeferredIdentity()
        .map(identity -> identity.getPrincipal().getName())
        .chain(by -> parking.discard(Set.copyOf(discard.events()), discard.reason(), by, SLICE));
  }
}
