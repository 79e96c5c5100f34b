package dev.foldline.quarkus.reactions;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foldline.core.Caller;
import dev.foldline.quarkus.http.Operation;
import dev.foldline.quarkus.http.Query;
import dev.foldline.reactions.ParkedEffects;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The operations on events that a reaction has set aside, as functions: {@code parked-effects},
 * {@code replay-effects} and {@code settle-effect}.
 *
 * <p>They are part of an application that is built with {@code foldline.operations.enabled=true},
 * and are for callers with the role {@code foldline.operations.role}. Without any means to find out
 * who is calling, nobody has it.
 */
@Singleton
@RolesAllowed("${foldline.operations.role}")
public class EffectFunctions {

  private final Reactions reactions;
  private final CurrentIdentityAssociation caller;

  EffectFunctions(Reactions reactions, CurrentIdentityAssociation caller) {
    this.reactions = reactions;
    this.caller = caller;
  }

  /** Of which reaction. */
  public record OfReaction(@NotBlank(message = "must be given") String reaction) {}

  /**
   * What a person says of an effect of which nobody can know what became of it.
   *
   * @param stream of its event
   * @param revision of its event
   * @param effect its name
   * @param outcome {@code done} or {@code refused}
   * @param code why it was refused, in kebab-case; for one that was refused alone
   */
  public record Settle(
      @NotBlank(message = "must be given") String reaction,
      @NotBlank(message = "must be given") String stream,
      @Min(value = 0, message = "must not be negative") long revision,
      @NotBlank(message = "must be given") String effect,
      @NotBlank(message = "must be given")
          @Pattern(regexp = "done|refused", message = "must be done or refused")
          String outcome,
      @Pattern(regexp = "[a-z0-9]+(-[a-z0-9]+)*", message = "must be in kebab-case")
          @Nullable String code) {}

  /** What is set aside. */
  public record Listing(String reaction, List<Entry> events) {}

  /**
   * An event that is set aside.
   *
   * @param type of the event; absent where its stream does not give it any more
   * @param waits whether another system is waited for; else it takes a person
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(
      String stream,
      long revision,
      @Nullable String type,
      String reason,
      Instant since,
      boolean waits) {

    static Entry of(ParkedEffects.Parked parked) {
      var event = parked.event();
      return new Entry(
          parked.stream(),
          parked.revision(),
          event == null ? null : event.event().type(),
          parked.reason(),
          parked.since(),
          parked.waits());
    }
  }

  /** What was done. */
  public record Handled(String reaction) {}

  /** Lists what is set aside, oldest first. */
  @Query
  public Uni<Listing> list(OfReaction query) {
    return parked(query.reaction())
        .list()
        .map(parked -> new Listing(query.reaction(), parked.stream().map(Entry::of).toList()));
  }

  /** Has all that is set aside handled again. */
  @Operation
  public Uni<Handled> replay(OfReaction replay) {
    return parked(replay.reaction()).replay().replaceWith(new Handled(replay.reaction()));
  }

  /**
   * Writes into the target of an effect what a person says became of it, and goes on from there.
   */
  @Operation
  public Uni<Handled> settle(Settle settle) {
    String refused =
        settle.outcome().equals("done")
            ? ""
            : Objects.requireNonNullElse(settle.code(), "settled-by-hand");
    return caller
        .getDeferredIdentity()
        .map(identity -> new Caller(identity.getPrincipal().getName(), identity.getRoles()))
        .chain(
            by ->
                parked(settle.reaction())
                    .settle(settle.stream(), settle.revision(), settle.effect(), refused, by))
        .replaceWith(new Handled(settle.reaction()));
  }

  private ParkedEffects<?> parked(String reaction) {
    return reactions.runner(reaction).parked();
  }
}
