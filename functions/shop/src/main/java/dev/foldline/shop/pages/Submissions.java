package dev.foldline.shop.pages;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Decider;
import dev.foldline.core.Failure;
import dev.foldline.core.Invalid;
import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Has done what forms ask for: each once, by its key. */
@Singleton
class Submissions {

  private static final int UNPROCESSABLE = 422;
  private static final Pattern KEY = Pattern.compile("[0-9a-f-]{36}");

  private final CommandHandler commands;
  private final Validator validator;
  private final RequestMacs macs;

  Submissions(CommandHandler commands, Validator validator, RequestMacs macs) {
    this.commands = commands;
    this.validator = validator;
    this.macs = macs;
  }

  /**
   * Has done what a form asks for.
   *
   * @param shown where what was done is shown, also where it was sent again: 303
   * @param refused the page that says why it was not done: 422
   */
  <C> Uni<Response> submit(
      Decider<C, ?, ?> decider,
      Supplier<C> command,
      @Nullable String key,
      Function<Receipt, URI> shown,
      Function<String, Uni<TemplateInstance>> refused) {
    return Uni.createFrom()
        .deferred(() -> handle(decider, command.get(), key))
        .map(receipt -> Response.seeOther(shown.apply(receipt)).build())
        .onFailure(failure -> failure instanceof Refused || failure instanceof Invalid)
        .recoverWithUni(
            failure ->
                refused
                    .apply(((Failure) failure).detail())
                    .map(page -> Response.status(UNPROCESSABLE).entity(page).build()));
  }

  private <C> Uni<Receipt> handle(Decider<C, ?, ?> decider, C command, @Nullable String key) {
    if (key == null || !KEY.matcher(key).matches()) {
      return Uni.createFrom()
          .failure(new Invalid("key", "the form has no key: load the page again"));
    }
    for (ConstraintViolation<C> violation : validator.validate(command)) {
      String field = violation.getPropertyPath().toString();
      return Uni.createFrom()
          .failure(new Invalid(field, "%s %s".formatted(field, violation.getMessage())));
    }
    byte[] asked = command.toString().getBytes(UTF_8);
    return commands.handle(
        decider, command, CommandContext.NONE.of(new KeyedRequest(key, asked, macs)));
  }

  /**
   * A number of a form.
   *
   * @throws Invalid if it is none
   */
  static long number(String field, String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new Invalid(field, field + " must be a whole number");
    }
  }
}
