package dev.foldline.reactions;

import dev.foldline.testing.JavaProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An instance of an application with reactions, in a process of its own, to be killed. */
final class ApplicationProcess {

  /** It never gives up, and soon tries again. */
  private static final ReactionTiming TIMING =
      new ReactionTiming(
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofMillis(100),
          Duration.ofDays(1));

  private ApplicationProcess() {}

  /**
   * Starts one, which goes on until it is killed or this process ends.
   *
   * @param ledger of its neighbour
   * @param seed of its neighbour's moods
   */
  static JavaProcess start(String store, String redis, Release release, Path ledger, long seed) {
    return new JavaProcess(
        ApplicationProcess.class,
        store,
        redis,
        release.name(),
        ledger.toString(),
        Long.toString(seed));
  }

  /** Store, Redis, release, ledger, seed. */
  public static void main(String[] args) throws IOException {
    Application application =
        new Application(
                args[0], args[1], Ground.NAMESPACE, List.of(Account.ACCOUNTS, Transfer.TRANSFERS))
            .performing(Neighbour.LETTER, new Neighbour(Path.of(args[3]), Long.parseLong(args[4])));
    application.run(Release.valueOf(args[2]).next(), TIMING);
    application.run(Release.letters(), TIMING);
    try (InputStream parent = System.in) {
      parent.transferTo(OutputStream.nullOutputStream()); // until the parent ends
    }
    Runtime.getRuntime().halt(0);
  }
}
