package dev.foldline.eventstoredb.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The key of a user's certificate")
class TlsKeyTest {

  /** Of a key of 2048 bits: what PKCS#8 puts before the key itself, which is PKCS#1. */
  private static final int PKCS8_HEADER = 26;

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind);
  }

  @Test
  void may_be_in_the_form_that_es_gencert_cli_writes() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
    String pkcs1 = pem("RSA PRIVATE KEY", Arrays.copyOfRange(key, PKCS8_HEADER, key.length));

    assertThat(Tls.inPkcs8(pkcs1)).isEqualTo(pem("PRIVATE KEY", key));
  }

  @Test
  void is_left_as_it_is_in_any_other_form() {
    String key = pem("PRIVATE KEY", new byte[] {1, 2, 3});

    assertThat(Tls.inPkcs8(key)).isEqualTo(key);
  }
}
