package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a call asks of a function, written the same however its JSON was laid out: without white
 * space, members sorted, numbers by their value with every digit.
 */
final class CanonicalRequest {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .nodeFactory(new ByValue())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  private CanonicalRequest() {}

  /** A call whose input is its body. What is no JSON is as it came in. */
  static byte[] of(String function, byte[] body) {
    try {
      return bytes(function, JSON.writeValueAsString(JSON.readTree(body)));
    } catch (IOException _) {
      return bytes(function, new String(body, ISO_8859_1));
    }
  }

  /** A call whose input is its query string. */
  static byte[] of(String function, MultiMap query) {
    Map<String, List<String>> sorted = new TreeMap<>();
    query.names().forEach(name -> sorted.put(name, query.getAll(name)));
    return bytes(function, JSON.valueToTree(sorted).toString());
  }

  private static byte[] bytes(String function, String input) {
    return (function + "\n" + input).getBytes(UTF_8);
  }

  /** Has one node for a number, however it is written: 1, 1.0 and 1e0. */
  private static final class ByValue extends JsonNodeFactory {

    private static final long serialVersionUID = 1;

    ByValue() {
      super(true);
    }

    @Override
    public NumericNode numberNode(int value) {
      return decimal(BigDecimal.valueOf(value));
    }

    @Override
    public NumericNode numberNode(long value) {
      return decimal(BigDecimal.valueOf(value));
    }

    @Override
    public ValueNode numberNode(BigInteger value) {
      return decimal(new BigDecimal(value));
    }

    @Override
    public ValueNode numberNode(BigDecimal value) {
      return decimal(value);
    }

    private static DecimalNode decimal(BigDecimal value) {
      try {
        return DecimalNode.valueOf(value.stripTrailingZeros());
      } catch (ArithmeticException _) {
        return DecimalNode.valueOf(value); // its exponent is the largest there is
      }
    }
  }
}
