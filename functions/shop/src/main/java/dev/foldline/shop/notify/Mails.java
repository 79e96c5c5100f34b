package dev.foldline.shop.notify;

import dev.foldline.core.Performs;
import dev.foldline.shop.notify.Notifier.Letter;
import dev.foldline.shop.notify.Notifier.Sent;
import io.quarkus.mailer.Mail;
import io.quarkus.mailer.Mailer;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The one place that knows how mail is sent. A mail server takes no keys: doubles have one id. */
@Singleton
class Mails implements Performs<Letter, Sent> {

  private final Mailer mailer;
  private final String domain;

  Mails(Mailer mailer, @ConfigProperty(name = "shop.mail.domain") String domain) {
    this.mailer = mailer;
    this.domain = domain;
  }

  @Override
  public Sent perform(Letter letter, Attempt attempt) {
    String id = "<%s@%s>".formatted(attempt.key(), domain);
    mailer.send(
        Mail.withText(letter.customer() + "@" + domain, letter.subject(), letter.text())
            .addHeader("Message-ID", id));
    return new Sent(id);
  }
}
