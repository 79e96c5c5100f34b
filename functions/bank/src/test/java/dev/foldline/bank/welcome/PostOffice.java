package dev.foldline.bank.welcome;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Another system, which takes idempotency keys. */
@Singleton
class PostOffice {

  private record Sent(String to, String number) {}

  private final Map<String, Sent> ledger = new ConcurrentHashMap<>();

  String send(String to, String key) {
    return ledger.computeIfAbsent(key, _ -> new Sent(to, "no-" + ledger.size())).number();
  }

  List<String> receivers() {
    return ledger.values().stream().map(Sent::to).toList();
  }
}
