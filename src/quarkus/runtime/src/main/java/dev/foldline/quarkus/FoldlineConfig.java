package dev.foldline.quarkus;

import dev.foldline.redis.OnPoison;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How Foldline runs. */
@ConfigMapping(prefix = "foldline")
@ConfigRoot(phase = ConfigPhase.RUN_TIME)
public interface FoldlineConfig {

  /**
   * What tells this application from the others that use the same event store or Redis: its
   * persistent subscriptions, keys in Redis, and streams of Foldline's own are named after it. It
   * is stored for ever. 1 to 40 of {@code a-z 0-9 . _ -}, the first a letter or digit.
   */
  @WithDefault("${quarkus.application.name}")
  String namespace();

  /**
   * As what the namespace is registered in the event store: the application's Maven group, a colon,
   * and its artifact, unless it is said otherwise, as for an artifact that has a new name.
   */
  String application();

  /**
   * What this instance does. {@code queries} answers queries, and {@code commands} all other
   * functions; {@code projections} applies events to read models, and {@code reactions} has what
   * follows from them take place, by subscriptions that it holds; {@code timers} has reminders take
   * place; {@code builds} builds read models, and mends what Redis has lost. Each has to be done by
   * some instance.
   */
  @WithDefault("commands,queries,projections,reactions,timers,builds")
  Set<Role> run();

  /**
   * Who may call functions: {@code known}, those whose credentials say who they are, or {@code
   * anyone}. Unless it is said, production mode is for those that are known, and does not start
   * where nothing finds out who is calling; development and tests are for anyone. A function that
   * is marked {@code @PermitAll} is for anyone.
   */
  Optional<AllowedCallers> callers();

  /** The event store that commands and projections use. */
  EventStoreDb eventstoredb();

  /** How commands are handled. */
  Commands commands();

  /** How repeats of commands are known. */
  Idempotency idempotency();

  /** Folded states in Redis, from which cold streams are loaded. */
  Snapshots snapshots();

  /** How queries are answered. */
  Queries queries();

  /** The Redis of the read models; where it is, is Quarkus's {@code quarkus.redis}. */
  Redis redis();

  /** How read models are kept. */
  Projections projections();

  /** How effects take place that follow from events. */
  Reactions reactions();

  /** The functions for operators; whether there are any is decided when building. */
  Operations operations();

  /** The event store inside the application, for a single small node. */
  Embedded embedded();

  /** The directory of what Foldline runs itself. */
  @WithDefault(".foldline")
  Path data();

  /**
   * What to show a newcomer when development mode starts, such as a first call. In it {@code
   * {base}} stands for where the application is, such as {@code http://localhost:8080}.
   */
  Optional<String> hint();

  /** The event store that commands and projections use. */
  interface EventStoreDb {

    /**
     * Where the event store is, as the official client documents it, such as {@code
     * esdb://user:password@host:2113}. Without it, development and tests start a store of their
     * own.
     */
    Optional<String> connectionString();

    /**
     * A file that holds the password of the connection string's user, instead of the string. It is
     * read again when it changes, as are the certificates that the string names.
     */
    Optional<Path> passwordFile();

    /** How long one call of the event store may take. */
    @WithDefault("3s")
    Duration timeout();
  }

  /** How commands are handled. */
  interface Commands {

    /** How often a command is decided at most, when other instances keep appending first. */
    @WithDefault("20")
    int attempts();

    /** How many commands may be on their way in an instance, whatever their streams. */
    @WithDefault("20000")
    int inFlight();

    /** How many commands may wait for one stream inside an instance. */
    @WithDefault("1000")
    int queue();

    /** How many commands for one stream are appended together at most. */
    @WithDefault("256")
    int batch();

    /**
     * Of how many streams an instance keeps the state between commands, where every ten idempotency
     * keys of a stream count for one more; 0 for none.
     */
    @WithDefault("10000")
    int cachedStreams();

    /** Of how many of a stream's latest commands the idempotency key is known. */
    @WithDefault("500")
    int rememberedKeys();

    /** How long an idempotency key is known. */
    @WithDefault("24h")
    Duration keysRememberedFor();

    /** How long a command may take at most; a caller may ask for less. */
    @WithDefault("10s")
    Duration timeout();
  }

  /** How repeats of commands are known. */
  interface Idempotency {

    /** What development and tests use where none are given: known to all, so it hides nothing. */
    String KEY_OF_DEVELOPMENT = "development:bm90IGEgc2VjcmV0IGF0IGFsbA==";

    /**
     * The secrets under which it is stored what was asked under an idempotency key, so that nobody
     * can guess it: each as {@code id:base64}, the newest first. All instances have the same. An
     * old one may go once {@code foldline.commands.keys-remembered-for} has passed since a newer
     * one was put before it; sooner, and idempotency keys of its time count alone, whatever they
     * come with. Production mode does not start without; development and tests have one.
     */
    Optional<List<String>> keys();
  }

  /** Folded states in Redis, from which cold streams are loaded. */
  interface Snapshots {

    /** After how many events of a stream a snapshot is kept; 0 for none. */
    @WithDefault("50")
    int every();

    /** Categories of which no snapshot is kept. */
    Optional<Set<String>> except();

    /** How long a snapshot is kept that is not replaced. */
    @WithDefault("30d")
    Duration keep();
  }

  /** How queries are answered. */
  interface Queries {

    /**
     * How long a query with a consistency token waits for the read model, before it folds the
     * stream.
     */
    @WithDefault("500ms")
    Duration waitLimit();

    /**
     * How long a query may wait for something newer at most, where its caller prefers to, by {@code
     * If-None-Match} and {@code Prefer: wait}, and a call for the end of the process that it
     * begins; 0 for not at all.
     */
    @WithDefault("30s")
    Duration longestWait();

    /**
     * How many queries of an instance may wait for something newer; one more is a 503. Calls that
     * wait for the end of a process are counted with them; one more is answered at once.
     */
    @WithDefault("5000")
    int waiting();

    /** How long reading or folding a stream for a query may take at most. */
    @WithDefault("10s")
    Duration timeout();
  }

  /** The Redis of the read models. */
  interface Redis {

    /** How long one call of Redis may take. */
    @WithDefault("2s")
    Duration timeout();
  }

  /** How read models are kept. */
  interface Projections {

    /**
     * What becomes of the later events of a stream when one of its events can't be applied: {@code
     * hold} parks them too, {@code pass} applies them as if that event were not there.
     */
    @WithDefault("hold")
    OnPoison onPoison();
  }

  /** How effects take place that follow from events. */
  interface Reactions {

    /** How long one try of an activity may take. */
    @WithDefault("20s")
    Duration attemptTimeout();

    /** How long an activity that does not work is tried, and ten times at least. */
    @WithDefault("24h")
    Duration giveUpAfter();
  }

  /** The functions for parked events and for builds of read models. */
  interface Operations {

    /** The role that a caller of the functions for operators must have. */
    @WithDefault("operator")
    String role();
  }

  /** The event store inside the application, for a single small node. */
  interface Embedded {

    /**
     * Whether to run an event store inside the application in production mode, where no connection
     * string is given. The application brings {@code dev.foldline:foldline-embedded}, and is no
     * native executable.
     */
    @WithDefault("false")
    boolean enabled();

    /** The port of the event store inside the application, on the loopback interface. */
    @WithDefault("2113")
    int port();
  }
}
