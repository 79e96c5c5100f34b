package dev.foldline.quarkus.http;

import dev.foldline.core.Begun;
import dev.foldline.core.Receipt;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/** What a function is to those who call it over HTTP, as its method says. */
public enum FunctionKind {

  /** Handles a command, and answers its receipt. */
  COMMAND,

  /** Begins a process, and answers how far that is. */
  PROCESS,

  /** Changes something that is no stream's. */
  OPERATION,

  /** Only answers. */
  QUERY,

  /** Does not say what it is, and is called either way, as Funqy does. */
  ANY;

  /** That of a function. */
  public static FunctionKind of(FunctionInvoker function) {
    if (Receipt.class.equals(function.getOutputType())) {
      return COMMAND;
    } else if (Begun.class.equals(function.getOutputType())) {
      return PROCESS;
    } else if (function.getMethod().isAnnotationPresent(Operation.class)) {
      return OPERATION;
    } else {
      return function.getMethod().isAnnotationPresent(Query.class) ? QUERY : ANY;
    }
  }

  /** By which it is called. */
  public List<HttpMethod> methods() {
    return switch (this) {
      case COMMAND, PROCESS, OPERATION -> List.of(HttpMethod.POST);
      case QUERY -> List.of(HttpMethod.GET, HttpMethod.HEAD);
      case ANY -> List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST);
    };
  }

  boolean isCommand() {
    return this == COMMAND || this == PROCESS;
  }
}
