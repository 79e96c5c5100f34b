package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethod;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code ServerFeatures}: lists every method of the services that are on, and what a client may use
 * of them.
 */
public final class FeaturesService extends ServerFeaturesGrpc.ServerFeaturesImplBase {
  /** From 25 on clients would expect another protocol (contract 1.3). */
  public static final String VERSION = "24.10.4";

  private static final String STREAMS = "event_store.client.streams.streams/";
  private static final String GROUPS =
      "event_store.client.persistent_subscriptions.persistentsubscriptions/";
  private static final List<String> STREAM_AND_ALL = List.of("stream", "all");

  private static final Map<String, List<String>> FEATURES =
      Map.of(
          STREAMS + "batchappend", List.of("deadline_duration"),
          STREAMS + "read", List.of("position", "events"),
          GROUPS + "create", STREAM_AND_ALL,
          GROUPS + "update", STREAM_AND_ALL,
          GROUPS + "delete", STREAM_AND_ALL,
          GROUPS + "read", STREAM_AND_ALL,
          GROUPS + "getinfo", STREAM_AND_ALL,
          GROUPS + "replayparked", STREAM_AND_ALL,
          GROUPS + "list", STREAM_AND_ALL);

  private final SupportedMethods answer;

  /** Announces the given services and itself. */
  public FeaturesService(List<? extends BindableService> services) {
    var methods = SupportedMethods.newBuilder().setEventStoreServerVersion(VERSION);
    services.forEach(service -> addMethods(methods, service));
    addMethods(methods, this);
    answer = methods.build();
  }

  private static void addMethods(SupportedMethods.Builder methods, BindableService service) {
    for (var method : service.bindService().getServiceDescriptor().getMethods()) {
      methods.addMethods(method(method));
    }
  }

  private static SupportedMethod method(MethodDescriptor<?, ?> method) {
    String fullName = method.getFullMethodName().toLowerCase(Locale.ROOT);
    int slash = fullName.indexOf('/');
    return SupportedMethod.newBuilder()
        .setServiceName(fullName.substring(0, slash))
        .setMethodName(fullName.substring(slash + 1))
        .addAllFeatures(FEATURES.getOrDefault(fullName, List.of()))
        .build();
  }

  @Override
  public void getSupportedMethods(Empty request, StreamObserver<SupportedMethods> responses) {
    responses.onNext(answer);
    responses.onCompleted();
  }
}
