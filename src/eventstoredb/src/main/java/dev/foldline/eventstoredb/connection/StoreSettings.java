package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a connection string says, as the official client reads it. The node preference is passed
 * over: a follower may be behind, and it serves no persistent subscription.
 *
 * @param seeds the nodes that it names
 * @param discovers whether their gossip is asked who leads before anything else is
 * @param user who the application is; null for nobody
 * @param passwordFile which holds the user's password instead
 * @param keepAlive after how much silence a connection is tried; empty for never
 * @param keepAliveTimeout after which a connection that was tried and stays silent is dead
 * @param attempts how often a leader is looked for until it counts as away
 * @param pause the longest between two attempts
 * @param gossipTimeout how long a node may take to say who leads, or what it can do
 */
record StoreSettings(
    List<Endpoint> seeds,
    boolean discovers,
    @Nullable Login user,
    Optional<Path> passwordFile,
    Optional<Tls> tls,
    Optional<Duration> keepAlive,
    Duration keepAliveTimeout,
    int attempts,
    Duration pause,
    Duration gossipTimeout) {

  private static final Pattern STRING =
      Pattern.compile("(?i)^(?:esdb|kurrentdb|kurrent|kdb)(\\+discover)?://(?:([^@/?]*)@)?(.*)$");

  private static final int SHORTEST_PAUSE_MS = 50;

  /** Whether the application says nothing of who it is. */
  boolean isAnonymous() {
    return user == null && tls.map(Tls::user).isEmpty();
  }

  /** The files that say who the application is, and whom it trusts. */
  List<Path> files() {
    return Stream.concat(passwordFile.stream(), tls.stream().flatMap(all -> all.files().stream()))
        .toList();
  }

  /**
   * What is said of who the application is with each call; empty for nothing.
   *
   * @throws IllegalArgumentException if the password can't be read
   */
  Optional<String> authorization() {
    if (user == null) {
      return Optional.empty();
    }
    String password = passwordFile.map(StoreSettings::read).orElse(user.password());
    byte[] login = (user.name() + ":" + password).getBytes(StandardCharsets.UTF_8);
    return Optional.of("Basic " + Base64.getEncoder().encodeToString(login));
  }

  private static String read(Path passwordFile) {
    try {
      return Files.readString(passwordFile).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("the password can't be read from " + passwordFile, e);
    }
  }

  /** A user's name and password. */
  record Login(String name, String password) {

    /** Logs are no place for a password. */
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * @throws IllegalArgumentException if it is none, or says what can't be
   */
  static StoreSettings parse(StoreAddress address) {
    Matcher parts = STRING.matcher(address.connectionString());
    if (!parts.matches()) {
      throw invalid("it does not begin with esdb:// or esdb+discover://", null);
    }
    if (parts.group(3).contains("@")) {
      throw invalid(
          "what is special in a user's name or password has to be encoded, as in %40", null);
    }
    String discover = parts.group(1) == null ? "" : "+discover";
    EventStoreDBClientSettings settings = parsed("esdb" + discover + "://" + parts.group(3));
    List<Endpoint> seeds =
        Arrays.stream(settings.getHosts())
            .map(host -> new Endpoint(host.getHostString(), host.getPort()))
            .toList();
    return new StoreSettings(
        seeds,
        !discover.isEmpty() || seeds.size() > 1,
        login(parts.group(2), address),
        address.passwordFile(),
        Tls.of(settings),
        Optional.of(settings.getKeepAliveInterval())
            .filter(interval -> interval >= 0 && interval < Integer.MAX_VALUE)
            .map(Duration::ofMillis),
        Duration.ofMillis(Math.max(0, settings.getKeepAliveTimeout())),
        Math.max(1, settings.getMaxDiscoverAttempts()),
        Duration.ofMillis(Math.max(SHORTEST_PAUSE_MS, settings.getDiscoveryInterval())),
        Duration.ofMillis(settings.getGossipTimeout()));
  }

  private static EventStoreDBClientSettings parsed(String official) {
    try {
      return EventStoreDBConnectionString.parseOrThrow(official);
    } catch (RuntimeException e) {
      throw invalid(String.valueOf(e.getMessage()), e);
    }
  }

  private static @Nullable Login login(@Nullable String userInfo, StoreAddress address) {
    if (userInfo == null || userInfo.isEmpty()) {
      if (address.passwordFile().isPresent()) {
        throw invalid("it names no user for the password of the file", null);
      }
      return null;
    }
    int colon = userInfo.indexOf(':');
    String name = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    return new Login(decoded(name), decoded(password));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException invalid(String reason, @Nullable Throwable cause) {
    return new IllegalArgumentException("no connection string of an event store: " + reason, cause);
  }
}
