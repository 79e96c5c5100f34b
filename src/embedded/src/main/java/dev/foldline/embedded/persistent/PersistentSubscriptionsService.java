package dev.foldline.embedded.persistent;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.CreateResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.DeleteReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.DeleteResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.GetInfoResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReplayParkedReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReplayParkedResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.SubscriptionInfo;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateResp;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc.PersistentSubscriptionsImplBase;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import dev.foldline.embedded.grpc.Errors;
import dev.foldline.embedded.security.AccessPolicy;
import dev.foldline.embedded.security.Caller;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The service {@code event_store.client.persistent_subscriptions.PersistentSubscriptions} (contract
 * 6).
 */
final class PersistentSubscriptionsService extends PersistentSubscriptionsImplBase {
  private final PersistentSubscriptions subscriptions;
  private final AccessPolicy policy;

  PersistentSubscriptionsService(PersistentSubscriptions subscriptions, AccessPolicy policy) {
    this.subscriptions = subscriptions;
    this.policy = policy;
  }

  @Override
  public void create(CreateReq request, StreamObserver<CreateResp> answer) {
    answer(
        policy.mayManageGroups(),
        answer,
        () -> {
          subscriptions.create(GroupRequests.create(request));
          return CreateResp.getDefaultInstance();
        });
  }

  @Override
  public void update(UpdateReq request, StreamObserver<UpdateResp> answer) {
    answer(
        policy.mayManageGroups(),
        answer,
        () -> {
          subscriptions.update(GroupRequests.update(request));
          return UpdateResp.getDefaultInstance();
        });
  }

  @Override
  public void delete(DeleteReq request, StreamObserver<DeleteResp> answer) {
    answer(
        policy.mayManageGroups(),
        answer,
        () -> {
          var options = request.getOptions();
          subscriptions.delete(
              GroupRequests.key(
                  options.hasStreamIdentifier(),
                  options.getStreamIdentifier(),
                  options.hasAll(),
                  options.getGroupName()));
          return DeleteResp.getDefaultInstance();
        });
  }

  @Override
  public void getInfo(GetInfoReq request, StreamObserver<GetInfoResp> answer) {
    answer(
        policy.maySeeGroups(),
        answer,
        () -> {
          var options = request.getOptions();
          var group =
              subscriptions
                  .groups()
                  .get(
                      GroupRequests.key(
                          options.hasStreamIdentifier(),
                          options.getStreamIdentifier(),
                          options.hasAll(),
                          options.getGroupName()));
          return GetInfoResp.newBuilder().setSubscriptionInfo(info(group)).build();
        });
  }

  @Override
  public void list(ListReq request, StreamObserver<ListResp> answer) {
    answer(
        policy.maySeeGroups(),
        answer,
        () -> {
          var options = request.getOptions();
          var groups =
              switch (options.getListOptionCase()) {
                case LIST_ALL_SUBSCRIPTIONS -> subscriptions.groups().all();
                case LIST_FOR_STREAM ->
                    subscriptions.groups().of(GroupRequests.stream(options.getListForStream()));
                case LISTOPTION_NOT_SET -> throw Errors.unknown("The request has no list option");
              };
          var response = ListResp.newBuilder();
          groups.forEach(group -> response.addSubscriptions(info(group)));
          return response.build();
        });
  }

  private static SubscriptionInfo info(PersistentSubscription subscription) {
    var parked = subscription.streams().parked().join().count();
    return subscription
        .look(
            group ->
                Infos.of(
                    subscription.config(),
                    group,
                    subscription.subscribers(),
                    parked,
                    Instant.now()))
        .join();
  }

  @Override
  public void replayParked(ReplayParkedReq request, StreamObserver<ReplayParkedResp> answer) {
    answer(
        policy.mayManageGroups(),
        answer,
        () -> {
          var options = request.getOptions();
          var key =
              GroupRequests.key(
                  options.hasStreamIdentifier(),
                  options.getStreamIdentifier(),
                  options.hasAll(),
                  options.getGroupName());
          var stopAt = GroupRequests.stopAt(key, options);
          subscriptions.groups().get(key).replayParked(stopAt);
          return ReplayParkedResp.getDefaultInstance();
        });
  }

  @Override
  public void restartSubsystem(Empty request, StreamObserver<Empty> answer) {
    answer(
        policy.mayManageGroups(),
        answer,
        () -> {
          subscriptions.restart();
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public StreamObserver<ReadReq> read(StreamObserver<ReadResp> answer) {
    return ReadCall.open(
        subscriptions,
        policy,
        (ServerCallStreamObserver<ReadResp>) answer,
        ConnectionName.current(),
        Caller.current().name());
  }

  /** Once the caller is known to be allowed, answers from a thread that may wait for the log. */
  private <T> void answer(
      CompletableFuture<Void> allowed, StreamObserver<T> answer, Supplier<T> work) {
    var _ =
        allowed
            .thenApplyAsync(_ -> work.get(), subscriptions.executor())
            .whenComplete(
                (response, failure) -> {
                  if (failure == null) {
                    answer.onNext(response);
                    answer.onCompleted();
                  } else {
                    answer.onError(Errors.of(failure));
                  }
                });
  }
}
