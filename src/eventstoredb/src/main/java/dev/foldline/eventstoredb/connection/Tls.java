package dev.foldline.eventstoredb.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.eventstore.dbclient.ClientCertificate;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.smallrye.certs.pem.parsers.PKCS1Parser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How connections are encrypted.
 *
 * @param verifies whether a node has to show a certificate that is trusted
 * @param trusted who signs certificates; null for those whom the JDK trusts
 * @param user by which the application says who it is; null for none
 */
record Tls(boolean verifies, @Nullable Path trusted, @Nullable Certificate user) {

  /** A certificate and its key, in PEM. */
  record Certificate(Path certificate, Path key) {}

  /** Empty where connections are not encrypted. */
  static Optional<Tls> of(EventStoreDBClientSettings settings) {
    @Nullable String trusted = settings.getTlsCaFile();
    @Nullable ClientCertificate user = settings.getDefaultClientCertificate();
    return settings.isTls()
        ? Optional.of(
            new Tls(
                settings.isTlsVerifyCert(),
                trusted == null ? null : Path.of(trusted),
                user == null
                    ? null
                    : new Certificate(Path.of(user.getCertFile()), Path.of(user.getKeyFile()))))
        : Optional.empty();
  }

  /** The files that it is read from. */
  List<Path> files() {
    return Stream.concat(
            Stream.ofNullable(trusted),
            Stream.ofNullable(user).flatMap(files -> Stream.of(files.certificate(), files.key())))
        .toList();
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException if that can't be done
   */
  SslContext read() {
    try {
      SslContextBuilder builder = GrpcSslContexts.forClient();
      if (!verifies) {
        builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
      } else if (trusted != null) {
        builder.trustManager(trusted.toFile());
      }
      if (user != null) {
        builder.keyManager(
            new ByteArrayInputStream(Files.readAllBytes(user.certificate())),
            new ByteArrayInputStream(inPkcs8(Files.readString(user.key())).getBytes(US_ASCII)));
      }
      return builder.build();
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the certificates of the event store's connection string can't be read, one of "
              + files()
              + " (a key is PEM of PKCS#8, or RSA's of PKCS#1): "
              + e.getMessage(),
          e);
    }
  }

  /** A key in PEM as Netty reads it, where es-gencert-cli has written it in PKCS#1. */
  static String inPkcs8(String key) {
    @Nullable PrivateKey rsa = new PKCS1Parser().getKey(key, null);
    return rsa == null
        ? key
        : "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(rsa.getEncoded()));
  }
}
