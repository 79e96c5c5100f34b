package dev.foldline.shop.pages;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Decider;
import dev.foldline.core.Invalid;
import dev.foldline.core.Receipt;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Has done what forms ask for: each once, by its key. */
@Singleton
class Submissions {

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
   * What a form asks for.
   *
   * @return fails with {@link Invalid} where a field is
   */
  <C> Uni<Receipt> handle(Decider<C, ?, ?> decider, C command, @Nullable String key) {
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
        decider,
        command,
        new CommandContext(
            CommandContext.NONE.caller(),
            Optional.of(new KeyedRequest(key, asked, macs)),
            CommandContext.NONE.precondition(),
            CommandContext.NONE.metadata(),
            CommandContext.NONE.timeout()));
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
