package dev.foldline.bank;

import dev.foldline.core.Listing;
import dev.foldline.core.Receipt;
import dev.foldline.core.View;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.Precondition;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.http.CommandHeaders;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Functions of every kind, for tests alone. */
public class SampleFunctions {

  static final AtomicInteger CANCELLED = new AtomicInteger();

  /** The thread of the function that its caller leaves. */
  static final CompletableFuture<Thread> STARTED = new CompletableFuture<>();

  private static final CountDownLatch LEFT = new CountDownLatch(1);

  private final CommandHeaders headers;
  private final PerRequest request;
  private final CommandHandler commands;
  private final CurrentIdentityAssociation caller;
  private final Queries queries;

  SampleFunctions(
      CommandHeaders headers,
      PerRequest request,
      CommandHandler commands,
      CurrentIdentityAssociation caller,
      Queries queries) {
    this.queries = queries;
    this.caller = caller;
    this.commands = commands;
    this.headers = headers;
    this.request = request;
  }

  /** Something that lives as long as a request. */
  @RequestScoped
  static class PerRequest {
    private final String id = UUID.randomUUID().toString();

    String id() {
      return id;
    }
  }

  /** What the headers said, and where the function ran. */
  public record Said(
      String thread,
      String key,
      Precondition precondition,
      Map<String, String> metadata,
      long seconds) {

    static Said of(CommandContext context) {
      Thread thread = Thread.currentThread();
      return new Said(
          thread.isVirtual() ? "virtual" : thread.getName(),
          context.keyed().map(KeyedRequest::key).orElse(""),
          context.precondition(),
          context.metadata(),
          context.timeout().toSeconds());
    }
  }

  /** Input of functions that take some. */
  public record Account(String account) {}

  /** Ids with a comma between. */
  public record Ids(String ids) {}

  @Funq("sample-documents")
  @Query
  public Uni<List<Optional<View<AccountView>>>> documents(Ids query) {
    return queries.documents(AccountView.PROJECTION, List.of(query.ids().split(",", -1)));
  }

  /** Whose account is asked for. */
  public record OfOwner(String owner) {}

  @Funq("sample-first")
  @Query
  public Uni<Optional<Listing.Ranked>> first(OfOwner query) {
    return queries.first(AccountView.PROJECTION, AccountView.OF_OWNER, query.owner());
  }

  @Funq("sample-event-loop")
  public Uni<Said> onEventLoop() {
    return Uni.createFrom().item(() -> Said.of(headers.get()));
  }

  @Funq("sample-worker")
  public Said onWorker() {
    return Said.of(headers.get());
  }

  @Funq("sample-blocking")
  @Blocking
  public Uni<Said> onWorkerAsync() {
    return Uni.createFrom().item(Said.of(headers.get()));
  }

  @Funq("sample-virtual")
  @RunOnVirtualThread
  public Said onVirtualThread() {
    return Said.of(headers.get());
  }

  @Funq("sample-hop")
  public Uni<Said> onAnotherThread() {
    return Uni.createFrom()
        .item(1)
        .emitOn(Infrastructure.getDefaultExecutor())
        .map(_ -> Said.of(headers.get()));
  }

  @Funq("sample-own-thread")
  public Uni<Receipt> onItsOwnThread() {
    return Uni.createFrom()
        .emitter(
            emitter ->
                Thread.ofPlatform()
                    .start(
                        () -> {
                          boolean heard = headers.get().keyed().isPresent();
                          emitter.complete(new Receipt("sample-1", heard ? 1 : 0, false));
                        }));
  }

  /** Says who is calling, once that is asked. */
  @Funq("sample-who")
  public Uni<String> who() {
    return caller.getDeferredIdentity().map(identity -> identity.getPrincipal().getName());
  }

  @Funq("sample-void")
  public void nothing() {}

  @Funq("sample-bug")
  public Uni<String> bug() {
    throw new IllegalStateException("secret");
  }

  @Funq("sample-error")
  public String error() {
    throw new AssertionError("secret");
  }

  @Funq("sample-never")
  public Uni<String> never() {
    return Uni.createFrom().<String>nothing().onCancellation().invoke(CANCELLED::incrementAndGet);
  }

  /** Ends once its caller has gone. */
  @Funq("sample-left")
  @RunOnVirtualThread
  public boolean left() throws InterruptedException {
    STARTED.complete(Thread.currentThread());
    return LEFT.await(10, TimeUnit.SECONDS);
  }

  void watch(@Observes Router router) {
    router
        .route("/sample-left")
        .order(Integer.MIN_VALUE)
        .handler(
            request -> {
              request.addEndHandler(_ -> LEFT.countDown());
              request.next();
            });
  }

  @Funq("sample-request-scope")
  public Uni<Boolean> requestScope() {
    String before = request.id();
    return Uni.createFrom()
        .item(before)
        .onItem()
        .delayIt()
        .by(Duration.ofMillis(1))
        .map(id -> id.equals(request.id()));
  }

  @Funq("sample-receipt")
  public Receipt receipt() {
    return new Receipt("sämple 1-a", 7, true);
  }

  /** Two commands of one call on one stream, which ask for the same. */
  @Funq("sample-twice")
  public Uni<Receipt> twice(AccountCommand.Deposit deposit) {
    return deposit(deposit).chain(() -> deposit(deposit));
  }

  private Uni<Receipt> deposit(AccountCommand.Deposit deposit) {
    return commands.handle(dev.foldline.bank.Account.DECIDER, deposit);
  }

  /** Takes whatever id it is given. */
  @Funq("sample-any-id")
  public Uni<Receipt> anyId(Account input) {
    return commands.handle(
        dev.foldline.bank.Account.DECIDER, new AccountCommand.Open(input.account(), "Ada", ""));
  }

  /** Opens an account with a name that is no name. */
  @Funq("sample-large")
  public Uni<Receipt> large(Account input) {
    return commands.handle(
        dev.foldline.bank.Account.DECIDER,
        new AccountCommand.Open(input.account(), "A".repeat(1_100_000), ""));
  }

  @Funq("sample-empty-receipt")
  public Receipt emptyReceipt() {
    return new Receipt("sample-1", -1, false);
  }

  @Funq("sample-optional")
  @Query
  public Optional<String> optional() {
    return Optional.empty();
  }
}
