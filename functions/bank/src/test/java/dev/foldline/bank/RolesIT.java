package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A bank whose instances divide what there is to do")
class RolesIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir static Path data;

  private static final List<BankProcess> BANKS = new ArrayList<>();
  private static Neighbours neighbours;
  private static BankClient commands;
  private static BankClient queries;

  @BeforeAll
  static void start() {
    neighbours = new Neighbours(data);
    commands = launch("commands");
    queries = launch("queries");
    launch("projections");
    launch("reactions");
    launch("timers,builds");
    BANKS.forEach(BankProcess::awaitReady);
  }

  private static BankClient launch(String roles) {
    Map<String, String> properties = new HashMap<>(neighbours.properties());
    properties.put("foldline.run", roles);
    properties.put("mp.messaging.incoming.closed-accounts.enabled", "false");
    BankProcess bank = BankProcess.launch(BankProcess.inProduction(properties));
    BANKS.add(bank);
    return bank.client();
  }

  @AfterAll
  static void stop() {
    BANKS.forEach(BankProcess::close);
    neighbours.close();
  }

  private static void awaitBalance(String account, long cents) {
    await()
        .atMost(LIMIT)
        .until(() -> queries.account(account).body().path("balance").asLong(-1) == cents);
  }

  @Test
  void does_what_one_does_that_does_it_all() {
    commands.open("a-1");
    commands.open("b-2");
    assertThat(commands.deposit("a-1", 500).status()).isEqualTo(200);
    assertThat(
            commands
                .post(
                    "transfer-money",
                    "{\"transfer\":\"t-1\",\"from\":\"a-1\",\"to\":\"b-2\",\"cents\":200}")
                .status())
        .isEqualTo(202);
    awaitBalance("a-1", 300);
    awaitBalance("b-2", 200);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                queries.get("transfer?transfer=t-1").body().path("state").asText().equals("done"));

    neighbours.emptyRedis();
    awaitBalance("b-2", 200);
    commands.deposit("b-2", 1);
    awaitBalance("b-2", 201);
  }

  @Test
  void answers_each_function_where_it_is_and_says_where_that_is() {
    assertThat(queries.deposit("a-1", 1).status()).isEqualTo(404);
    assertThat(commands.account("a-1").code()).isEqualTo("no-such-function");
    assertThat(BANKS.get(2).client().get("account?account=a-1").status()).isEqualTo(404);
    assertThat(BANKS)
        .extracting(bank -> runs(bank.client().get("q/health/ready").body()))
        .containsExactly("commands", "queries", "projections", "reactions", "timers,builds");
    assertThat(BANKS.getLast().output())
        .contains("namespace bank, runs timers,builds, event store");
    assertThat(BANKS.getFirst().output()).doesNotContain("subscribed");
  }

  @Test
  void works_by_what_its_operators_have_to_find_out() throws Exception {
    BANKS.forEach(BankProcess::awaitReady); // Redis was emptied, perhaps
    Process all = smoke(BANKS);
    assertThat(all.inputReader().lines().toList())
        .contains("ok     too much is refused", "it works");
    assertThat(all.waitFor(LIMIT)).isTrue();
    assertThat(all.exitValue()).isZero();

    Process some = smoke(BANKS.subList(0, 4));
    assertThat(some.errorReader().lines().toList()).containsExactly("FAILED nobody runs timers");
    assertThat(some.waitFor(LIMIT)).isTrue();
    assertThat(some.exitValue()).isEqualTo(1);
  }

  private static Process smoke(List<BankProcess> banks) throws IOException {
    List<String> command = new ArrayList<>(List.of("../../infra/smoke"));
    banks.forEach(bank -> command.add("http://127.0.0.1:" + bank.port()));
    return new ProcessBuilder(command).start();
  }

  private static String runs(JsonNode health) {
    return health.findParents("name").stream()
        .filter(check -> check.path("name").asText().equals("Foldline"))
        .findFirst()
        .orElseThrow()
        .path("data")
        .path("runs")
        .asText();
  }
}
