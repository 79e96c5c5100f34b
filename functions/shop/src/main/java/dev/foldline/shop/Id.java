package dev.foldline.shop;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The id of an item, an order or a customer: 1 to 64 letters, digits, dashes, underscores and dots.
 */
@NotNull(message = "must be given")
@Pattern(
    regexp = "[A-Za-z0-9._-]{1,64}",
    message = "must be 1 to 64 letters, digits, '-', '_' or '.'")
@Constraint(validatedBy = {})
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Id {

  String message() default "";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};
}
