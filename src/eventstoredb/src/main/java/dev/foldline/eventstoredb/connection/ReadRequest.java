package dev.foldline.eventstoredb.connection;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads a part of a stream or of the log. */
final class ReadRequest extends Request<ReadRequest.Page> {

  /**
   * @param found whether there is such a stream, though it may have no events
   */
  record Page(boolean found, List<Resolved> events) {

    List<Recorded<StoredEvent>> originals() {
      return events.stream().map(Resolved::original).toList();
    }
  }

  private final LoopClient client;
  private final ReadReq request;
  private final int limit;
  private final Consumer<Resolved> first;

  /**
   * @param limit how many events are asked for
   */
  ReadRequest(LoopClient client, ReadReq request, int limit) {
    this(client, request, limit, _ -> {});
  }

  /**
   * @param limit how many events are asked for
   * @param first is given the first event before the others are there
   */
  ReadRequest(LoopClient client, ReadReq request, int limit, Consumer<Resolved> first) {
    super(0);
    this.first = first;
    this.client = client;
    this.request = request;
    this.limit = limit;
  }

  @Override
  void send(NodeConnection connection) {
    ClientCall<ReadReq, ReadResp> made =
        connection.channel().newCall(StreamsGrpc.getReadMethod(), CallOptions.DEFAULT);
    goesBy(made);
    made.start(new Answers(connection, made), new Metadata());
    made.request(limit + 1);
    made.sendMessage(request);
    made.halfClose();
  }

  private final class Answers extends ClientCall.Listener<ReadResp> {

    private final NodeConnection connection;
    private final ClientCall<?, ?> made;
    private final List<Resolved> events = new ArrayList<>();
    private boolean found = true;

    Answers(NodeConnection connection, ClientCall<?, ?> made) {
      this.connection = connection;
      this.made = made;
    }

    @Override
    public void onMessage(ReadResp message) {
      switch (message.getContentCase()) {
        case EVENT -> add(WireEvents.toResolved(message.getEvent()));
        case STREAM_NOT_FOUND -> found = false;
        case CONFIRMATION,
            CHECKPOINT,
            FIRST_STREAM_POSITION,
            LAST_STREAM_POSITION,
            LAST_ALL_STREAM_POSITION,
            CAUGHT_UP,
            FELL_BEHIND,
            CONTENT_NOT_SET ->
            made.request(1); // there may be any number of them
      }
    }

    private void add(Resolved event) {
      events.add(event);
      if (events.size() == 1) {
        first.accept(event);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!status.isOk()) {
        client.unanswered(ReadRequest.this, connection, status, trailers);
      } else if (client.answered(id()) != null) {
        answer().complete(new Page(found, events));
      }
    }
  }
}
