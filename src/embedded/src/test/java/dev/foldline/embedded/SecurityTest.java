package dev.foldline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.BatchAppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("7 Authentication and access lists")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityTest {
  private static final String DENIED = "PERMISSION_DENIED access-denied";

  private final EmbeddedEventStore store =
      EmbeddedEventStore.builder()
          .projections(false)
          .user("admin:changeit:$admins")
          .user("ops", "changeit", "$ops")
          .user("alice", "se:cret")
          .user("bob:secret")
          .start();

  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("localhost", store.port()).usePlaintext().build();

  private final Wire admin = as("admin:changeit");
  private final Wire ops = as("ops:changeit");
  private final Wire alice = as("alice:se:cret");
  private final Wire bob = as("bob:secret");
  private final Wire nobody = new Wire(channel, new Metadata());

  @BeforeAll
  void streams() {
    admin.append("user-1", "any", "e0");
    admin.append("$system-1", "any", "e0");
  }

  @AfterAll
  void close() {
    channel.shutdownNow();
    store.close();
  }

  private Wire as(String credentials) {
    return withHeader(basic(credentials));
  }

  private static String basic(String credentials) {
    return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
  }

  private Wire withHeader(String authorization) {
    return new Wire(channel, header(authorization));
  }

  private static Metadata header(String authorization) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    return headers;
  }

  @ParameterizedTest(name = "7 authorization \"{0}\" is {1}")
  @CsvSource({
    "YWRtaW46d3Jvbmc=, UNAUTHENTICATED",
    "ZXZlOng=, UNAUTHENTICATED",
    "!!!, UNKNOWN",
    "YWRtaW4=, UNKNOWN"
  })
  void bad_credentials(String basic, String answer) {
    Wire wire = withHeader("Basic " + basic);
    assertThat(wire.append("user-1", "any", "e0")).isEqualTo(answer);
    assertThat(wire.read("user-1")).containsExactly(answer);
  }

  @Test
  @DisplayName("7 without credentials, or with another scheme, only features and gossip answer")
  void anonymous() {
    for (Wire wire : List.of(nobody, withHeader("Bearer xyz"))) {
      assertThat(wire.append("user-1", "any", "e0")).isEqualTo(DENIED);
      assertThat(wire.read("user-1")).containsExactly(DENIED);
      assertThat(wire.read("absent")).containsExactly(DENIED);
      assertThat(wire.delete("user-1", "any")).isEqualTo(DENIED);
    }
    assertThat(
            ServerFeaturesGrpc.newBlockingStub(channel)
                .getSupportedMethods(Wire.EMPTY)
                .getMethodsCount())
        .isPositive();
  }

  @Test
  @DisplayName("7 bad credentials are refused by features too")
  void bad_credentials_for_features() {
    var answers = new Answers<SupportedMethods>();
    ServerFeaturesGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header("Basic ZXZlOng=")))
        .getSupportedMethods(Wire.EMPTY, answers);
    assertThat(answers.await().error()).isEqualTo("UNAUTHENTICATED");
  }

  @Test
  @DisplayName("7 who may not read a stream does not learn which groups it has")
  void absent_group() {
    assertThat(consume("user-1", new Metadata())).isEqualTo(DENIED);
    assertThat(consume("$system-1", header(basic("alice:se:cret")))).isEqualTo(DENIED);
    assertThat(consume("user-1", header(basic("alice:se:cret"))))
        .isEqualTo("NOT_FOUND persistent-subscription-does-not-exist");
  }

  private String consume(String stream, Metadata headers) {
    var options =
        Persistent.ReadReq.Options.newBuilder()
            .setStreamIdentifier(Wire.identifier(stream))
            .setGroupName("absent")
            .setBufferSize(1)
            .setUuidOption(
                Persistent.ReadReq.Options.UUIDOption.newBuilder().setStructured(Wire.EMPTY));
    var answers = new Answers<Persistent.ReadResp>();
    groupsAs(headers)
        .read(answers)
        .onNext(Persistent.ReadReq.newBuilder().setOptions(options).build());
    return answers.await().error();
  }

  @Test
  @DisplayName("7 groups are managed by operators and admins alone, and seen by any user")
  void groups() {
    Metadata user = header(basic("alice:se:cret"));
    assertThat(managing(new Metadata())).containsOnly(DENIED);
    assertThat(managing(user)).containsOnly(DENIED);
    assertThat(managing(header(basic("ops:changeit")))).doesNotContain(DENIED);
    assertThat(managing(header(basic("admin:changeit")))).doesNotContain(DENIED);
    var all =
        Persistent.ListReq.newBuilder()
            .setOptions(Persistent.ListReq.Options.newBuilder().setListAllSubscriptions(Wire.EMPTY))
            .build();
    assertThat(ended(all, groupsAs(new Metadata())::list)).isEqualTo(DENIED);
    assertThat(ended(all, groupsAs(user)::list)).isEqualTo("OK");
  }

  /** How each call by which groups are managed ends, which may be for want of a group. */
  private List<String> managing(Metadata headers) {
    var groups = groupsAs(headers);
    return List.of(
        ended(Persistent.CreateReq.getDefaultInstance(), groups::create),
        ended(Persistent.UpdateReq.getDefaultInstance(), groups::update),
        ended(Persistent.DeleteReq.getDefaultInstance(), groups::delete),
        ended(Persistent.ReplayParkedReq.getDefaultInstance(), groups::replayParked),
        ended(Wire.EMPTY, groups::restartSubsystem));
  }

  private static <Q, A> String ended(Q request, BiConsumer<Q, StreamObserver<A>> call) {
    var answers = new Answers<A>();
    call.accept(request, answers);
    return answers.await().error();
  }

  private PersistentSubscriptionsGrpc.PersistentSubscriptionsStub groupsAs(Metadata headers) {
    return PersistentSubscriptionsGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Test
  @DisplayName("7 any user works with user streams; $-streams and $all are for admins alone")
  void defaults() {
    assertThat(alice.append("user-2", "any", "e0")).isEqualTo("ok 0");
    assertThat(bob.read("user-2")).hasSize(1);
    assertThat(bob.metadata("user-2", "{\"k\":1}")).isEqualTo("ok 0");
    assertThat(bob.delete("user-2", "any")).isEqualTo("ok");
    for (Wire wire : List.of(alice, ops)) {
      assertThat(wire.append("$system-1", "any", "e0")).isEqualTo(DENIED);
      assertThat(wire.read("$system-1")).containsExactly(DENIED);
      assertThat(wire.read(Wire.ALL)).containsExactly(DENIED);
      assertThat(wire.read(Wire.ALL, Wire.subscription())).containsExactly(DENIED);
    }
    assertThat(admin.read("$system-1")).hasSize(1);
    assertThat(admin.read(Wire.ALL, Wire.count(1))).hasSize(1);
  }

  @ParameterizedTest(
      name =
          "7 {0}: alice reads {1}, writes {2}, deletes {3}; bob reads {4}, writes {5}, deletes {6}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"$r\":[\"alice\"]} | y | y | y | n | y | y",
        "{\"$r\":\"alice\"} | y | y | y | n | y | y",
        "{\"$w\":[\"alice\"]} | y | y | y | y | n | y",
        "{\"$d\":\"bob\"} | y | y | n | y | y | y",
        "{\"$r\":\"$all\"} | y | y | y | y | y | y",
        "{\"$r\":[],\"$w\":\"$admins\",\"$d\":\"$ops\"} | n | n | n | n | n | n",
      })
  void access_lists(
      String acl,
      String read,
      String write,
      String delete,
      String read2,
      String write2,
      String delete2) {
    String stream = "listed-" + Integer.toHexString(acl.hashCode());
    admin.append(stream, "any", "e0");
    admin.metadata(stream, "{\"$acl\":" + acl + "}");
    assertThat(may(alice.read(stream).getFirst())).isEqualTo(read);
    assertThat(may(alice.append(stream, 99, "x"))).isEqualTo(write);
    assertThat(may(alice.delete(stream, 99))).isEqualTo(delete);
    assertThat(may(bob.read(stream).getFirst())).isEqualTo(read2);
    assertThat(may(bob.append(stream, 99, "x"))).isEqualTo(write2);
    assertThat(may(bob.delete(stream, 99))).isEqualTo(delete2);
    assertThat(may(admin.read(stream).getFirst())).isEqualTo("y");
  }

  private static String may(String answer) {
    return answer.equals(DENIED) ? "n" : "y";
  }

  @Test
  @DisplayName("7 $mr and $mw guard the metastream, and an unset key means the default")
  void metastream_lists() {
    admin.metadata("listed-meta", "{\"$acl\":{\"$mr\":\"alice\",\"$mw\":[\"bob\"]}}");
    assertThat(alice.read("$$listed-meta")).hasSize(1);
    assertThat(bob.read("$$listed-meta")).containsExactly(DENIED);
    assertThat(alice.metadata("listed-meta", "{}")).isEqualTo(DENIED);
    assertThat(alice.append("listed-meta", "any", "e0")).isEqualTo("ok 0");
  }

  @Test
  @DisplayName("7 $all is for whom the list in $$$all names")
  void list_of_all() {
    admin.metadata(Wire.ALL, "{\"$acl\":{\"$r\":\"alice\"}}");
    assertThat(alice.read(Wire.ALL, Wire.count(1))).hasSize(1).doesNotContain(DENIED);
    assertThat(bob.read(Wire.ALL)).containsExactly(DENIED);
    assertThat(alice.metadata(Wire.ALL, "{}")).isEqualTo(DENIED);
    admin.metadata(Wire.ALL, "{}");
    assertThat(alice.read(Wire.ALL)).containsExactly(DENIED);
  }

  @Test
  @DisplayName("7 $all is written to and deleted by no one")
  void all_is_not_changed() {
    for (Wire wire : List.of(nobody, alice, admin)) {
      assertThat(wire.append(Wire.ALL, "any", "e0")).isEqualTo(DENIED);
      assertThat(wire.delete(Wire.ALL, "any")).isEqualTo(DENIED);
      assertThat(wire.tombstone(Wire.ALL, "any")).isEqualTo(DENIED);
    }
    var answers = new Answers<BatchAppendResp>();
    var call = admin.stub().batchAppend(answers);
    call.onNext(batch(Wire.ALL, -1));
    answers.until(seen -> !seen.messages().isEmpty());
    call.onCompleted();
    assertThat(answers.messages().getFirst().getError().getMessage()).isEqualTo("AccessDenied");
  }

  @Test
  @DisplayName(
      "7 a key that a stream's list does not set means what $settings says, then the default")
  void settings() {
    admin.append("unlisted", "any", "e0");
    admin.append("listed", "any", "e0");
    admin.metadata("listed", "{\"$acl\":{\"$w\":\"bob\"}}");
    setSettings("{\"$userStreamAcl\":{\"$w\":\"alice\"},\"$systemStreamAcl\":{\"$r\":\"alice\"}}");
    assertThat(alice.append("unlisted", "any", "x")).isEqualTo("ok 1");
    assertThat(bob.append("unlisted", "any", "x")).isEqualTo(DENIED);
    assertThat(bob.read("unlisted")).hasSize(2);
    assertThat(alice.append("listed", "any", "x")).isEqualTo(DENIED);
    assertThat(bob.append("listed", "any", "x")).isEqualTo("ok 1");
    assertThat(alice.read("$system-1")).hasSize(1).doesNotContain(DENIED);
    assertThat(bob.read("$system-1")).containsExactly(DENIED);
    assertThat(alice.append("$system-1", "any", "x")).isEqualTo(DENIED);
    for (String meaningless : List.of("[]", "{\"$userStreamAcl\":{\"$w\":5}}", "{}")) {
      setSettings(meaningless);
      assertThat(bob.append("unlisted", 99, "x")).isEqualTo("wrong 1");
      assertThat(alice.read("$system-1")).containsExactly(DENIED);
    }
  }

  private void setSettings(String json) {
    admin.appending(
        "$settings", "any", List.of(admin.event("$settings", json, "application/json")));
  }

  @Test
  @DisplayName("7 link resolution does not look at the target's list")
  void links() {
    admin.append("secret", "any", "e0");
    admin.metadata("secret", "{\"$acl\":{\"$r\":\"bob\"}}");
    admin.link("to-secret", "0@secret");
    assertThat(alice.read("to-secret", ReadReq.Options.Builder::clearResolveLinks)).hasSize(1);
    assertThat(alice.read("to-secret", Wire.resolved()))
        .containsExactly("0@secret e0 via 0@to-secret $>");
  }

  @Test
  @DisplayName(
      "7 BatchAppend: no access is an answer in the body, the call stays open, and batches keep their order")
  void batch_append() {
    var refused = new Answers<BatchAppendResp>();
    var call = nobody.stub().batchAppend(refused);
    call.onNext(batch("batched", -1));
    refused.until(seen -> !seen.messages().isEmpty());
    assertThat(refused.messages().getFirst().getError().getMessage()).isEqualTo("AccessDenied");
    assertThat(refused.ended()).isFalse();
    call.onCompleted();
    refused.await();
    var answers = new Answers<BatchAppendResp>();
    var allowed = alice.stub().batchAppend(answers);
    for (int i = 0; i < 100; i++) {
      allowed.onNext(batch("batched", i - 1L));
    }
    answers.until(seen -> seen.messages().size() == 100);
    allowed.onCompleted();
    assertThat(answers.messages()).allMatch(BatchAppendResp::hasSuccess);
  }

  private BatchAppendReq batch(String stream, long expected) {
    var event = admin.event("e");
    var request =
        BatchAppendReq.newBuilder()
            .setCorrelationId(Wire.structured(UUID.randomUUID()))
            .setIsFinal(true);
    request
        .getOptionsBuilder()
        .setStreamIdentifier(Wire.identifier(stream))
        .setStreamPosition(expected);
    request
        .addProposedMessagesBuilder()
        .setId(event.getId())
        .putAllMetadata(event.getMetadataMap());
    return request.build();
  }

  @Test
  @DisplayName(
      "7, 9.4 insecure: all credentials, valid or not, are ignored, and lists are not enforced")
  void insecure() {
    try (EmbeddedEventStore open = EmbeddedEventStore.builder().projections(false).start()) {
      var plain = NettyChannelBuilder.forAddress("localhost", open.port()).usePlaintext().build();
      try (Wire wire = new Wire(plain, header("Basic !!!"))) {
        wire.metadata("s", "{\"$acl\":{\"$r\":[],\"$w\":[]}}");
        assertThat(wire.append("s", "any", "e0")).isEqualTo("ok 0");
        assertThat(wire.read("s")).hasSize(1);
      }
    }
  }

  @Test
  @DisplayName("a malformed user is refused without telling the password")
  void malformed_user() {
    assertThatThrownBy(() -> EmbeddedEventStore.builder().user("topsecret"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("topsecret");
  }

  @Test
  @DisplayName("7 the users are in $users and $user-…, for admins alone, and nothing of a password")
  void user_streams() {
    assertThat(admin.read("$users"))
        .containsExactly("0@$users $User", "1@$users $User", "2@$users $User", "3@$users $User");
    assertThat(data(admin, "$users")).containsExactly("admin", "ops", "alice", "bob");
    assertThat(admin.read("$user-admin")).containsExactly("0@$user-admin $UserCreated");
    assertThat(data(admin, "$user-admin"))
        .containsExactly(
            "{\"loginName\":\"admin\",\"fullName\":\"admin\",\"groups\":[\"$admins\"],\"hash\":\"\",\"salt\":\"\"}");
    assertThat(data(admin, "$user-alice").getFirst()).contains("\"groups\":[]");
    assertThat(alice.read("$users")).containsExactly(DENIED);
    assertThat(ops.read("$user-ops")).containsExactly(DENIED);
  }

  private static List<String> data(Wire wire, String stream) {
    return wire.open(stream).await().messages().stream()
        .map(message -> message.getEvent().getEvent())
        .peek(
            event ->
                assertThat(event.getMetadataMap().get("content-type"))
                    .isEqualTo(
                        stream.equals("$users") ? "application/octet-stream" : "application/json"))
        .map(event -> event.getData().toStringUtf8())
        .toList();
  }

  @Test
  @DisplayName("7 a restart writes of the users what has changed, and nothing twice")
  void user_streams_over_restart(@TempDir Path directory) {
    var first = EmbeddedEventStore.builder().data(directory).user("admin:changeit:$admins");
    first.user("jürgen müller", "geheim").start().close();
    var second = EmbeddedEventStore.builder().data(directory).user("admin:other:$admins");
    try (var restarted =
            second.user("jürgen müller", "geheim", "$ops", "team").user("eve:x").start();
        Wire wire =
            new Wire(
                NettyChannelBuilder.forAddress("localhost", restarted.port())
                    .usePlaintext()
                    .build(),
                header(basic("admin:other")))) {
      assertThat(data(wire, "$users")).containsExactly("admin", "jürgen müller", "eve");
      assertThat(wire.read("$user-admin")).containsExactly("0@$user-admin $UserCreated");
      assertThat(wire.read("$user-jürgen müller"))
          .containsExactly(
              "0@$user-jürgen müller $UserCreated", "1@$user-jürgen müller $UserUpdated");
      assertThat(data(wire, "$user-jürgen müller").getLast())
          .contains("\"groups\":[\"$ops\",\"team\"]");
    }
  }

  @Test
  @DisplayName("7 a store without users has no $users")
  void no_user_streams() {
    try (var open = EmbeddedEventStore.builder().start();
        Wire wire = new Wire(open)) {
      assertThat(wire.read("$users")).containsExactly("not found");
    }
  }
}
