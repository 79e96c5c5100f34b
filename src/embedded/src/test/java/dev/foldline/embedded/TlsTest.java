package dev.foldline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ReadStreamOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("7 Authentication and access lists over TLS")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
  private static final String PASSWORD = "changeit";

  private final Path certificate;
  private final EmbeddedEventStore store;
  private final ManagedChannel channel;

  TlsTest(@TempDir Path directory) throws Exception {
    certificate = directory.resolve("cert.pem");
    Path key = directory.resolve("key.pem");
    writeCertificate(directory.resolve("keys.p12"), key);
    store =
        EmbeddedEventStore.builder()
            .projections(false)
            .tls(certificate, key)
            .user("admin:changeit:$admins")
            .user("alice:secret")
            .start();
    channel =
        Grpc.newChannelBuilderForAddress(
                "localhost",
                store.port(),
                TlsChannelCredentials.newBuilder().trustManager(certificate.toFile()).build())
            .build();
  }

  /** A certificate of this machine's name, as the JDK's keytool makes it. */
  private void writeCertificate(Path keys, Path key)
      throws IOException, InterruptedException, GeneralSecurityException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "store",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                keys.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(Wire.SECONDS, TimeUnit.SECONDS)).isTrue();
    KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
    writePem(certificate, "CERTIFICATE", store.getCertificate("store").getEncoded());
    writePem(key, "PRIVATE KEY", store.getKey("store", PASSWORD.toCharArray()).getEncoded());
  }

  private static void writePem(Path file, String kind, byte[] content) throws IOException {
    Files.writeString(
        file,
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind));
  }

  @BeforeAll
  void stream() {
    assertThat(as("admin:changeit").append("$system-1", "any", "e0")).isEqualTo("ok 0");
  }

  @AfterAll
  void close() {
    channel.shutdownNow();
    store.close();
  }

  private Wire as(String credentials) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)));
    return new Wire(channel, headers);
  }

  @Test
  @DisplayName("7 a user with the right password gets what the access lists grant, and no more")
  void access_lists() {
    assertThat(as("alice:secret").append("user-1", "any", "e0")).isEqualTo("ok 0");
    assertThat(as("alice:secret").read("user-1")).hasSize(1);
    assertThat(as("alice:secret").read("$system-1"))
        .containsExactly("PERMISSION_DENIED access-denied");
    assertThat(as("admin:changeit").read("$system-1")).hasSize(1);
  }

  @Test
  @DisplayName("7 a wrong password is UNAUTHENTICATED, none is PERMISSION_DENIED")
  void strangers() {
    assertThat(as("alice:wrong").append("user-2", "any", "e0")).isEqualTo("UNAUTHENTICATED");
    assertThat(new Wire(channel, new Metadata()).append("user-2", "any", "e0"))
        .isEqualTo("PERMISSION_DENIED access-denied");
  }

  @Test
  @DisplayName("1.4 whoever does not speak TLS gets no answer")
  void plaintext() {
    ManagedChannel plain =
        Grpc.newChannelBuilderForAddress(
                "localhost", store.port(), InsecureChannelCredentials.create())
            .build();
    try {
      assertThat(new Wire(plain, new Metadata()).append("user-3", "any", "e0"))
          .isEqualTo("UNAVAILABLE");
    } finally {
      plain.shutdownNow();
    }
  }

  @Test
  @DisplayName("9.15 HTTP/1.1 is answered over TLS too, to anyone, and not without")
  void http() throws Exception {
    assertThat(get("https").statusCode()).isEqualTo(200);
    assertThat(get("https").body()).contains("\"type\":\"internal\"");
    assertThatThrownBy(() -> get("http")).isInstanceOf(IOException.class);
  }

  private HttpResponse<String> get(String scheme) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var pem = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "store", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    var tls = SSLContext.getInstance("TLS");
    tls.init(null, managers.getTrustManagers(), null);
    try (var client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build()) {
      var request =
          HttpRequest.newBuilder(
                  URI.create("%s://localhost:%d/info".formatted(scheme, store.port())))
              .timeout(Duration.ofSeconds(Wire.SECONDS))
              .build();
      return client.send(request, BodyHandlers.ofString());
    }
  }

  @Test
  @DisplayName("1.1 the official client trusts the certificate, and no other")
  void official_client() throws Exception {
    assertThat(as("alice:secret").append("user-4", "any", "e0")).isEqualTo("ok 0");
    String address = store.connectionString().replace("esdb://", "esdb://alice:secret@");
    assertThat(eventsRead(address + "&tlsCaFile=" + certificate, "user-4")).isEqualTo(1);
    assertThatThrownBy(() -> eventsRead(address + "&maxDiscoverAttempts=1", "user-4"))
        .isInstanceOf(ExecutionException.class);
  }

  private static int eventsRead(String connectionString, String stream) throws Exception {
    var client =
        EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
    try {
      var read = client.readStream(stream, ReadStreamOptions.get());
      return read.get(Wire.SECONDS, TimeUnit.SECONDS).getEvents().size();
    } finally {
      client.shutdown().get(Wire.SECONDS, TimeUnit.SECONDS);
    }
  }
}
