package dev.foldline.provider;

/**
 * What a request is answered, each time that it comes.
 *
 * @param code why not; empty where it took place
 */
record Answer(String code) {

  static final Answer DONE = new Answer("");

  static Answer refused(String code) {
    return new Answer(code);
  }

  boolean isDone() {
    return code.isEmpty();
  }
}
