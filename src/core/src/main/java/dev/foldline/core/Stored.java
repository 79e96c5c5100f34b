package dev.foldline.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name under which events of a record are stored, for ever, whatever its class is called by
 * then. It is unique among all events of an application, and begins neither with {@code $} nor with
 * {@link StoredEvent#RESERVED}; see {@link Category}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Stored {

  /** The name, with its version where it is not the first: {@code order-placed.v2}. */
  String value();
}
