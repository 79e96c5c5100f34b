package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/**
 * An issuer of JSON Web Tokens (RFC 7519), right ones and wrong ones, by a key that nobody else
 * has. What it issues is good for an hour, in {@code sub} who somebody is, and in {@code groups}
 * their roles. Any thread may use it.
 */
public final class Tokens {

  private static final String KEY_ID = "1";
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final String issuer;
  private final KeyPair keys = keys();
  private final KeyPair others = keys();

  /**
   * An issuer.
   *
   * @param issuer by what it is known, {@code iss} in its tokens
   */
  public Tokens(String issuer) {
    this.issuer = issuer;
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By which its tokens are verified: a key of X.509 in Base64. */
  public String publicKey() {
    return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
  }

  /** The same as a JSON Web Key Set (RFC 7517). */
  public String keySet() {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return """
        {"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"%s","n":"%s","e":"%s"}]}"""
        .formatted(KEY_ID, number(key.getModulus()), number(key.getPublicExponent()));
  }

  private static String number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int sign = bytes[0] == 0 ? 1 : 0;
    return BASE64.encodeToString(Arrays.copyOfRange(bytes, sign, bytes.length));
  }

  /** A right one. */
  public String of(String subject, String... roles) {
    return signed(keys, claims(issuer, subject, Duration.ofHours(1), roles));
  }

  /** One that was right until an hour ago. */
  public String expired(String subject) {
    return signed(keys, claims(issuer, subject, Duration.ofHours(-1)));
  }

  /** One of its key, in which another issuer stands. */
  public String ofOtherIssuer(String subject) {
    return signed(keys, claims("https://other.test", subject, Duration.ofHours(1)));
  }

  /** One that another key has signed. */
  public String signedByAnother(String subject) {
    return signed(others, claims(issuer, subject, Duration.ofHours(1)));
  }

  /** One of the algorithm {@code none}. */
  public String unsigned(String subject) {
    return part("{\"alg\":\"none\",\"typ\":\"JWT\"}")
        + "."
        + part(claims(issuer, subject, Duration.ofHours(1)))
        + ".";
  }

  private static String claims(String issuer, String subject, Duration left, String... roles) {
    Instant now = Instant.now();
    String groups =
        Arrays.stream(roles).map("\"%s\""::formatted).collect(Collectors.joining(",", "[", "]"));
    return "{\"iss\":\"%s\",\"sub\":\"%s\",\"groups\":%s,\"iat\":%d,\"exp\":%d}"
        .formatted(
            issuer,
            subject,
            groups,
            now.minus(Duration.ofHours(2)).getEpochSecond(),
            now.plus(left).getEpochSecond());
  }

  private static String signed(KeyPair by, String claims) {
    String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}".formatted(KEY_ID);
    String signed = part(header) + "." + part(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(by.getPrivate());
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(String json) {
    return BASE64.encodeToString(json.getBytes(UTF_8));
  }
}
