package dev.foldline.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.provider.Request.Authorise;
import dev.foldline.provider.Request.Capture;
import dev.foldline.provider.Request.Refund;
import dev.foldline.provider.Request.VoidAuthorisation;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * What the provider did, in a file that a kill leaves whole up to the last line: a line is written
 * before its request is answered.
 */
@Singleton
class Ledger {

  /**
   * A line of the file.
   *
   * @param key by which the request is known
   */
  record Line(
      String key,
      @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
          @JsonSubTypes({
            @JsonSubTypes.Type(value = Authorise.class, name = "authorise"),
            @JsonSubTypes.Type(value = Capture.class, name = "capture"),
            @JsonSubTypes.Type(value = VoidAuthorisation.class, name = "void"),
            @JsonSubTypes.Type(value = Refund.class, name = "refund")
          })
          Request request,
      Answer answer) {}

  private final ObjectMapper json;
  private final FileChannel file;
  private final Map<String, Line> lines = new HashMap<>();
  private final Map<String, Charge> charges = new LinkedHashMap<>();

  /** The keys of what is not to take place any more. */
  private final Set<String> undone = new HashSet<>();

  Ledger(
      ObjectMapper json,
      @ConfigProperty(name = "provider.ledger", defaultValue = ".foldline/provider.jsonl")
          Path path)
      throws IOException {
    this.json = json;
    Path whole = path.toAbsolutePath();
    Files.createDirectories(whole.getParent());
    this.file = FileChannel.open(whole, CREATE, APPEND);
    file.truncate(read(Files.readAllBytes(whole)));
  }

  /** How many bytes are whole lines: of the last one a kill may have left a part. */
  private int read(byte[] bytes) throws IOException {
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        take(json.readValue(bytes, start, i - start, Line.class));
        start = i + 1;
      }
    }
    return start;
  }

  @PreDestroy
  void close() throws IOException {
    file.close();
  }

  /**
   * Has a request done, or repeats its answer.
   *
   * @param declines whether an authorisation is declined
   */
  synchronized Answer handle(String key, Request request, boolean declines) throws IOException {
    @Nullable Line known = lines.get(key);
    if (known != null) {
      return known.request().equals(request) ? known.answer() : Answer.refused("key-reused");
    }
    Line line = new Line(key, request, decide(key, request, declines));
    write(line);
    take(line);
    return line.answer();
  }

  private Answer decide(String key, Request request, boolean declines) {
    if (undone.contains(key)) {
      return Answer.refused("voided");
    }
    return switch (request) {
      case Authorise _ -> declines ? Answer.refused("declined") : Answer.DONE;
      case Capture(var authorisation, var cents) -> capture(charges.get(authorisation), cents);
      case VoidAuthorisation _, Refund _ -> Answer.DONE;
    };
  }

  private static Answer capture(@Nullable Charge charge, long cents) {
    if (charge == null) {
      return Answer.refused("no-such-authorisation");
    }
    if (charge.captured() > 0) {
      return Answer.refused("captured");
    }
    if (charge.open() == 0) {
      return Answer.refused("voided");
    }
    return cents > charge.open() ? Answer.refused("amount-too-large") : Answer.DONE;
  }

  private void write(Line line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((text(line) + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  private String text(Line line) throws JsonProcessingException {
    return json.writeValueAsString(line);
  }

  private void take(Line line) {
    lines.put(line.key(), line);
    if (!line.answer().isDone()) {
      return;
    }
    switch (line.request()) {
      case Authorise(var order, var currency, var cents) ->
          charges.put(line.key(), new Charge(line.key(), order, currency, cents, 0, 0, cents));
      case Capture(var authorisation, var cents) ->
          change(authorisation, charge -> charge.captured(cents));
      case VoidAuthorisation(var undoes) -> {
        undone.add(undoes);
        change(undoes, Charge::voided);
      }
      case Refund(var undoes) -> {
        undone.add(undoes);
        if (lines.get(undoes) instanceof Line(_, Capture(var authorisation, _), var answer)
            && answer.isDone()) {
          change(authorisation, Charge::refund);
        }
      }
    }
  }

  private void change(String authorisation, UnaryOperator<Charge> change) {
    charges.computeIfPresent(authorisation, (_, charge) -> change.apply(charge));
  }

  synchronized List<Charge> charges() {
    return List.copyOf(charges.values());
  }
}
