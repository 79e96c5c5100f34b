package dev.foldline.core;

import java.util.Optional;

/**
 * What a function answers whose command begins a process: which one it is. Its caller is told how
 * far that is, or, if they prefer to wait and it ends in that time, how it ended.
 *
 * <pre>{@code
 * return commands.handle(Transfer.DECIDER, command).map(Begun::of);
 * }</pre>
 *
 * @param process what its streams are called: its decider's category
 * @param id of the process
 * @param receipt of the command that was handled for it, of which the caller gets a token
 */
public record Begun(String process, String id, Optional<Receipt> receipt) {

  /** The process whose stream a command was handled on. */
  public static Begun of(Receipt receipt) {
    String stream = receipt.stream();
    int dash = stream.indexOf('-');
    return new Begun(stream.substring(0, dash), stream.substring(dash + 1), Optional.of(receipt));
  }

  /**
   * A process that something else begins, such as a reaction to another stream: until its first
   * event stands, it is answered as one without steps.
   *
   * @throws Invalid if the id can't be one
   */
  public static Begun of(Decider<?, ?, ?> process, String id) {
    StreamName.of(process.category().name(), id);
    return new Begun(process.category().name(), id, Optional.empty());
  }

  /** The same, begun because of a command to another stream. */
  public Begun by(Receipt command) {
    return new Begun(process, id, Optional.of(command));
  }

  /** The stream of the process. */
  public String stream() {
    return process + "-" + id;
  }
}
