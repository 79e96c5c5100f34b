package dev.foldline.quarkus.deployment.shop;

import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Outgoing;

/** Channels, of types that nothing else names. */
@ApplicationScoped
public class ShopChannels {

  @Inject
  @Channel("letters")
  MutinyEmitter<Letter> letters;

  @Inject
  @Channel("bills")
  MutinyEmitter<List<Bill>> bills;

  /** What is emitted. */
  public record Letter(Address to) {}

  record Address(String street) {}

  /** What is emitted in lists. */
  public sealed interface Bill {

    record Paid(long cents) implements Bill {}
  }

  /** What follows from what is taken. */
  public record Stamp(Value value) {}

  enum Value {
    FULL
  }

  /** What is taken with what is known of it. */
  public record Call(Caller by) {}

  record Caller(String name) {}

  @Incoming("letters")
  @Outgoing("stamps")
  public Message<Stamp> stamp(Message<Letter> letter) {
    return letter.withPayload(new Stamp(Value.FULL));
  }

  @Incoming("stamps")
  @Incoming("bills")
  public Uni<Void> call(Message<Recorded<Call>> call) {
    return Uni.createFrom().completionStage(call.ack());
  }
}
