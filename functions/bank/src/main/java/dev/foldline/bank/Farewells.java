package dev.foldline.bank;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.core.Recorded;
import dev.foldline.messaging.OutgoingEvent;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Outgoing;

/**
 * Asks for a letter to whoever closed an account: a function that events call, through a channel.
 */
public class Farewells {

  /** A letter that is to be written. */
  public record Letter(String account) {}

  @Incoming("closed-accounts")
  @Outgoing("letters")
  public Message<Letter> ask(Message<Recorded<Closed>> closed) {
    String account = closed.getPayload().id();
    return closed
        .withPayload(new Letter(account))
        .addMetadata(OutgoingEvent.to("letter-" + account, "farewell-asked"));
  }
}
