package dev.foldline.embedded.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The users of a secure server. Of a password only a salted PBKDF2 hash is kept; since that takes
 * long to compute, a login that succeeded is remembered by a fast hash under a key that no one else
 * has. May be used from any thread.
 */
public final class Users {
  private static final int ITERATIONS = 120_000;
  private static final int HASH_BITS = 256;
  private static final int SALT_BYTES = 16;
  private static final int REMEMBERED = 1024;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, User> users = new LinkedHashMap<>();
  private final byte[] key = random();
  private final Map<String, byte[]> remembered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
          return size() > REMEMBERED;
        }
      };

  private static final class User {
    private final Caller caller;
    private final byte[] salt = random();
    private final byte[] hash;

    private User(Caller caller, String password) {
      this.caller = caller;
      this.hash = slowHash(password, salt);
    }
  }

  public Users add(String name, String password, Set<String> groups) {
    users.put(name, new User(new Caller(name, Set.copyOf(groups)), password));
    return this;
  }

  /** Adds a user written as {@code name:password} or {@code name:password:$group}. */
  public Users add(String line) {
    int nameEnd = line.indexOf(':');
    int groupStart = line.lastIndexOf(":$");
    if (nameEnd <= 0 || nameEnd == line.length() - 1) {
      throw new IllegalArgumentException(
          "A user is written as name:password or name:password:$group");
    }
    return groupStart > nameEnd
        ? add(
            line.substring(0, nameEnd),
            line.substring(nameEnd + 1, groupStart),
            Set.of(line.substring(groupStart + 1)))
        : add(line.substring(0, nameEnd), line.substring(nameEnd + 1), Set.of());
  }

  public boolean isEmpty() {
    return users.isEmpty();
  }

  /** All users, in the order in which they were added. */
  List<Caller> all() {
    return users.values().stream().map(user -> user.caller).toList();
  }

  /** The user of that name and password, null if there is none. Takes a while the first time. */
  public @Nullable Caller login(String name, String password) {
    byte[] fast = fastHash(name, password);
    User user = users.get(name);
    synchronized (remembered) {
      byte[] known = remembered.get(name);
      if (user != null && known != null && MessageDigest.isEqual(known, fast)) {
        return user.caller;
      }
    }
    byte[] hash = slowHash(password, user == null ? key : user.salt);
    if (user == null || !MessageDigest.isEqual(hash, user.hash)) {
      return null;
    }
    synchronized (remembered) {
      remembered.put(name, fast);
    }
    return user.caller;
  }

  private static byte[] random() {
    byte[] bytes = new byte[SALT_BYTES];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static byte[] slowHash(String password, byte[] salt) {
    return derive(password, salt, ITERATIONS);
  }

  private byte[] fastHash(String name, String password) {
    return derive(name + '\0' + password, key, 1);
  }

  private static byte[] derive(String secret, byte[] salt, int iterations) {
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
          .generateSecret(new PBEKeySpec(secret.toCharArray(), salt, iterations, HASH_BITS))
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
