package dev.foldline.eventstoredb.connection;

import static dev.foldline.eventstoredb.connection.ScriptedNode.Features.NO_BATCHES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import dev.foldline.core.Appended;
import dev.foldline.core.StoredEvent;
import dev.foldline.embedded.EmbeddedEventStore;
import dev.foldline.eventstoredb.subscriptions.Logged;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Files by which an application is let in")
class AccessFilesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @TempDir private Path directory;

  private static Uni<Appended> append(EventStore store) {
    StoredEvent event = new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]);
    return store.append("a", List.of(event));
  }

  private static EventStore connect(String connectionString, Optional<Path> passwordFile) {
    return new EventStore(new StoreAddress(connectionString, passwordFile), TIMEOUT, null);
  }

  /** Appends without a pause, until it is closed; then none has failed. */
  private static final class Load implements AutoCloseable {

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads;

    Load(EventStore store) {
      threads =
          List.of(
              Thread.ofVirtual().start(() -> run(store)),
              Thread.ofVirtual().start(() -> run(store)));
    }

    private void run(EventStore store) {
      while (!over.get()) {
        try {
          append(store).await().atMost(PATIENCE);
          done.incrementAndGet();
        } catch (RuntimeException e) {
          failures.add(e);
        }
      }
    }

    void goesOn() {
      long before = done.get();
      await().atMost(PATIENCE).until(() -> done.get() > before + 10);
    }

    @Override
    public void close() {
      over.set(true);
      await().atMost(PATIENCE).until(() -> threads.stream().noneMatch(Thread::isAlive));
      assertThat(failures).isEmpty();
    }
  }

  private static void isTold(Logged log, String part) {
    await()
        .atMost(PATIENCE)
        .until(() -> log.messages().stream().anyMatch(message -> message.contains(part)));
  }

  /** Takes whatever comes. */
  private static final class Taking extends StreamsGrpc.StreamsImplBase {

    @Override
    public StreamObserver<AppendReq> append(StreamObserver<AppendResp> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(AppendReq message) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          answers.onNext(
              AppendResp.newBuilder()
                  .setSuccess(AppendResp.Success.newBuilder().setCurrentRevision(1))
                  .build());
          answers.onCompleted();
        }
      };
    }
  }

  private static String basic(String login) {
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
  }

  @Test
  void hold_a_password_that_may_change_under_load() throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "first");
    try (ScriptedNode node = new ScriptedNode(NO_BATCHES, new Taking());
        EventStore store =
            connect("esdb://bank@" + node.endpoint() + "?tls=false", Optional.of(password));
        Load load = new Load(store)) {
      load.goesOn();
      assertThat(node.last("authorization")).isEqualTo(basic("bank:first"));

      Files.writeString(password, "second\n");

      await().atMost(PATIENCE).until(() -> node.last("authorization").equals(basic("bank:second")));
      await().atMost(PATIENCE).until(() -> node.times("GetSupportedMethods") == 2);
      load.goesOn();
    }
  }

  @Test
  void hold_a_password_without_which_the_old_one_is_used() throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "first");
    try (ScriptedNode node = new ScriptedNode(NO_BATCHES, new Taking());
        EventStore store =
            connect("esdb://bank@" + node.endpoint() + "?tls=false", Optional.of(password));
        Load load = new Load(store)) {
      load.goesOn();
      try (Logged log = new Logged(EventStore.class)) {
        Files.delete(password);
        isTold(log, "not used");
      }
      load.goesOn();
      Files.writeString(password, "second");
      await().atMost(PATIENCE).until(() -> node.last("authorization").equals(basic("bank:second")));
    }
  }

  /** A certificate of this machine's name, as the JDK's keytool makes it, and its key. */
  private record Certificate(Path certificate, Path key) {

    static Certificate make(Path directory, String name) throws Exception {
      Path keys = directory.resolve(name + ".p12");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "store",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=dns:localhost",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  "changeit",
                  "-keystore",
                  keys.toString())
              .inheritIO()
              .start();
      assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
      char[] secret = "changeit".toCharArray();
      KeyStore store = KeyStore.getInstance(keys.toFile(), secret);
      return new Certificate(
          pem(
              directory.resolve(name + ".crt"),
              "CERTIFICATE",
              store.getCertificate("store").getEncoded()),
          pem(
              directory.resolve(name + ".key"),
              "PRIVATE KEY",
              store.getKey("store", secret).getEncoded()));
    }

    private static Path pem(Path file, String kind, byte[] content) throws IOException {
      return Files.writeString(
          file,
          "-----BEGIN %s-----%n%s%n-----END %s-----%n"
              .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind));
    }

    EmbeddedEventStore serve(int port) {
      return EmbeddedEventStore.builder().port(port).tls(certificate, key).start();
    }
  }

  /** For a while the certificate that is there does not fit the key. */
  @Test
  void hold_a_users_certificate_that_may_change_under_load() throws Exception {
    Certificate nodes = Certificate.make(directory, "node");
    Certificate first = Certificate.make(directory, "first");
    Certificate second = Certificate.make(directory, "second");
    Path users =
        Files.writeString(
            directory.resolve("users.pem"),
            Files.readString(first.certificate()) + Files.readString(second.certificate()));
    Path certificate = Files.copy(first.certificate(), directory.resolve("user.crt"));
    Path key = Files.copy(first.key(), directory.resolve("user.key"));
    ServerCredentials credentials =
        TlsServerCredentials.newBuilder()
            .keyManager(nodes.certificate().toFile(), nodes.key().toFile())
            .trustManager(users.toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build();
    try (ScriptedNode node = new ScriptedNode(credentials, NO_BATCHES, new Taking());
        EventStore store =
            connect(
                "esdb://localhost:%d?tlsCaFile=%s&userCertFile=%s&userKeyFile=%s"
                    .formatted(node.endpoint().port(), nodes.certificate(), certificate, key),
                Optional.empty());
        Load load = new Load(store)) {
      load.goesOn();
      assertThat(node.lastUser()).isEqualTo("CN=first");

      try (Logged log = new Logged(EventStore.class)) {
        Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        isTold(log, "user.crt");
      }
      load.goesOn();
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      await().atMost(PATIENCE).until(() -> node.lastUser().equals("CN=second"));
      load.goesOn();
    }
  }

  @Test
  void hold_certificates_that_may_change_under_load() throws Exception {
    Certificate first = Certificate.make(directory, "first");
    Certificate second = Certificate.make(directory, "second");
    Path trusted = Files.copy(first.certificate(), directory.resolve("trusted.pem"));
    EmbeddedEventStore server = first.serve(0);
    try (EventStore store =
        connect("esdb://localhost:" + server.port() + "?tlsCaFile=" + trusted, Optional.empty())) {
      try (Load load = new Load(store)) {
        load.goesOn();
        try (Logged log = new Logged(EventStore.class)) {
          Files.writeString(trusted, "no certificate");
          isTold(log, "not used");
        }
        load.goesOn();
        Files.copy(second.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);
        load.goesOn();
      }
      int port = server.port();
      server.close();
      server = second.serve(port);
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> append(store).await().atMost(PATIENCE).revision() == 0);
    } finally {
      server.close();
    }
  }
}
