package dev.foldline.core.commands;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What was asked under an idempotency key, as it is stored: an HMAC-SHA256 of 128 bits, which tells
 * nobody without the secret what it was. Safe for use by many threads.
 */
public final class RequestMacs {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 16;
  private static final Pattern KEY = Pattern.compile("([A-Za-z0-9._-]{1,32}):([A-Za-z0-9+/]+=*)");

  private final SequencedMap<String, SecretKey> secrets = new LinkedHashMap<>();

  /**
   * @param keys each as {@code id:base64}, of at least 16 bytes; the newest, by which all new ones
   *     are made, first
   * @throws IllegalArgumentException that says which one is malformed, without the secret in it
   */
  public RequestMacs(List<String> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one key");
    }
    for (int i = 0; i < keys.size(); i++) {
      add(keys.get(i), "key " + (i + 1));
    }
  }

  private void add(String key, String name) {
    Matcher parts = KEY.matcher(key.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          name
              + " must be id:base64, the id of 1 to 32 letters, digits, dots, dashes, underscores");
    }
    byte[] secret;
    try {
      secret = Base64.getDecoder().decode(parts.group(2));
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(name + " is no Base64 after its colon");
    }
    if (secret.length < BYTES) {
      throw new IllegalArgumentException(name + " has fewer than " + BYTES + " bytes");
    }
    if (secrets.put(parts.group(1), new SecretKeySpec(secret, ALGORITHM)) != null) {
      throw new IllegalArgumentException(name + " has the id of another one");
    }
  }

  /** As {@code id:mac}, by the newest key. */
  String of(byte[] asked) {
    var newest = secrets.firstEntry();
    return newest.getKey() + ":" + mac(newest.getValue(), asked);
  }

  /**
   * Whether it may be of what was asked: it is, or nobody can tell any more, as it is by a key that
   * is not known.
   */
  boolean mayBeOf(String stored, byte[] asked) {
    int colon = stored.indexOf(':');
    @Nullable SecretKey secret = colon < 0 ? null : secrets.get(stored.substring(0, colon));
    return secret == null
        || MessageDigest.isEqual(
            stored.substring(colon + 1).getBytes(US_ASCII), mac(secret, asked).getBytes(US_ASCII));
  }

  private static String mac(SecretKey secret, byte[] asked) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      byte[] half = Arrays.copyOf(mac.doFinal(asked), BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(half);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has " + ALGORITHM, e);
    }
  }
}
