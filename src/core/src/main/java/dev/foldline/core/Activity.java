package dev.foldline.core;

/**
 * What another system is asked to do: a constant. The one bean that does it implements {@link
 * Performs} of the same two types.
 *
 * @param name its stable name
 * @param input what the other system is to do
 * @param result what it answers: a record of at most 4 KB as JSON
 */
public record Activity<I, O>(String name, Class<I> input, Class<O> result) {

  /** An activity. */
  public static <I, O> Activity<I, O> of(String name, Class<I> input, Class<O> result) {
    return new Activity<>(name, input, result);
  }

  @Override
  public String toString() {
    return name;
  }
}
