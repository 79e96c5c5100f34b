package dev.foldline.quarkus;

import dev.foldline.core.Conflict;
import dev.foldline.core.Failure;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Unavailable;
import dev.foldline.core.WrongRevision;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.eventstoredb.commands.CommandListener.Begun;
import dev.foldline.eventstoredb.commands.CommandListener.Step;
import dev.foldline.eventstoredb.events.TraceMetadata;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;

/**
 * Spans of what a command goes through, as children of its HTTP call's. One that is for several
 * commands, such as the append of a batch, is the first one's child and has links to the others.
 */
final class CommandSpans {

  private final Tracer tracer;

  CommandSpans(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("dev.foldline");
  }

  Begun began(Step step, String stream, Collection<CommandContext> commands) {
    String operation = step.name().toLowerCase(Locale.ROOT);
    Iterator<CommandContext> command = commands.iterator();
    SpanBuilder builder =
        tracer
            .spanBuilder(operation + " " + stream.substring(0, stream.indexOf('-')))
            .setSpanKind(step == Step.DECIDE ? SpanKind.INTERNAL : SpanKind.CLIENT)
            .setAttribute("foldline.commands", (long) commands.size())
            .setParent(traced(command.next()));
    if (step != Step.DECIDE) {
      builder
          .setAttribute("db.system.name", "eventstoredb")
          .setAttribute("db.operation.name", operation)
          .setAttribute("db.collection.name", stream);
    }
    while (command.hasNext()) {
      builder.addLink(Span.fromContext(traced(command.next())).getSpanContext());
    }
    Span span = builder.startSpan();
    return failure -> {
      if (failure != null && isError(failure)) {
        span.setStatus(StatusCode.ERROR, failure.toString());
      }
      span.end();
    };
  }

  /** What a caller is told of its own command, or lost to another one, is none. */
  private static boolean isError(Throwable failure) {
    return switch (failure) {
      case WrongRevision _, Conflict _ -> false;
      case Unavailable _, OutcomeUnknown _ -> true;
      default -> !(failure instanceof Failure);
    };
  }

  private static Context traced(CommandContext command) {
    return W3CTraceContextPropagator.getInstance()
        .extract(Context.root(), command.metadata(), TraceMetadata.GETTER);
  }
}
