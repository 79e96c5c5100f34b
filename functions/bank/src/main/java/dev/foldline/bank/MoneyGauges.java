package dev.foldline.bank;

import dev.foldline.bank.BankQueries.AllMoney;
import dev.foldline.quarkus.http.Queries;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Shows all the money that there is, as it was a moment ago; nothing before it is known. */
@Singleton
class MoneyGauges {

  private static final Logger LOG = Logger.getLogger(MoneyGauges.class);
  private static final Duration BETWEEN = Duration.ofSeconds(5);

  private final Queries queries;
  private final Vertx vertx;
  private volatile Optional<AllMoney> latest = Optional.empty();
  private long timer = -1;

  MoneyGauges(Queries queries, Vertx vertx, MeterRegistry registry) {
    this.queries = queries;
    this.vertx = vertx;
    show("balances", AllMoney::balances, registry);
    show("in-flight", AllMoney::inFlight, registry);
    show("paid-in", AllMoney::paidIn, registry);
    show("paid-out", AllMoney::paidOut, registry);
  }

  private void show(String what, Function<AllMoney, BigInteger> cents, MeterRegistry registry) {
    Gauge.builder(
            "bank.money.cents",
            this,
            self -> self.latest.map(cents).map(BigInteger::doubleValue).orElse(Double.NaN))
        .description("All the money that there is, by where it is")
        .tag("where", what)
        .register(registry);
  }

  void start(@Observes StartupEvent event) {
    timer = vertx.setPeriodic(BETWEEN.toMillis(), _ -> look());
  }

  void stop(@Observes ShutdownEvent event) {
    vertx.cancelTimer(timer);
  }

  private void look() {
    queries
        .totals(Money.PROJECTION, Money.TOTALS, AllMoney.class)
        .subscribe()
        .with(
            found -> latest = Optional.of(found),
            failure -> {
              latest = Optional.empty();
              LOG.debugf(failure, "the sums of money are not known");
            });
  }
}
