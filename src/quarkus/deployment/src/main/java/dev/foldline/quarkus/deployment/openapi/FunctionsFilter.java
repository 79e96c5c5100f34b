package dev.foldline.quarkus.deployment.openapi;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.quarkus.http.FunctionKind;
import dev.foldline.quarkus.http.HttpContract;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.security.Authenticated;
import io.quarkus.security.PermissionsAllowed;
import io.vertx.core.http.HttpMethod;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.hibernate.validator.HibernateValidator;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;

/** Adds an application's functions to its OpenAPI document, each as its route has it. */
final class FunctionsFilter implements OASFilter {

  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  /** Such as those of refusals are. */
  private static final String KEBAB_CASE = "^[a-z0-9]+(-[a-z0-9]+)*$";

  private static final List<Class<? extends Annotation>> SECURED =
      List.of(RolesAllowed.class, Authenticated.class, PermissionsAllowed.class, DenyAll.class);

  private final List<FunctionInvoker> functions;
  private final UnaryOperator<String> path;
  private final ObjectMapper mapper;
  private final boolean authenticates;

  /**
   * @param path that a function of a name has
   * @param mapper that writes answers
   * @param authenticates whether the application finds out who is calling
   */
  FunctionsFilter(
      List<FunctionInvoker> functions,
      UnaryOperator<String> path,
      ObjectMapper mapper,
      boolean authenticates) {
    this.functions = functions;
    this.path = path;
    this.mapper = mapper;
    this.authenticates = authenticates;
  }

  @Override
  public void filterOpenAPI(OpenAPI document) {
    if (functions.isEmpty()) {
      return;
    }
    try (ValidatorFactory validators =
        Validation.byProvider(HibernateValidator.class)
            .configure()
            .messageInterpolator(new ParameterMessageInterpolator())
            .buildValidatorFactory()) {
      new Document(document, validators.getValidator()).add();
    }
  }

  /** The document that they are added to. */
  private final class Document {

    private final OpenAPI document;
    private final Components named = new Components();
    private final InputSchemas inputs;
    private final AnswerSchemas answers;
    private final Map<String, APIResponse> problems = new TreeMap<>();
    private final Map<String, Header> headers = new TreeMap<>();

    Document(OpenAPI document, Validator validator) {
      this.document = document;
      this.inputs = new InputSchemas(named, validator);
      this.answers = new AnswerSchemas(named, mapper);
    }

    void add() {
      if (document.getPaths() == null) {
        document.setPaths(OASFactory.createPaths());
      }
      if (document.getComponents() == null) {
        document.setComponents(OASFactory.createComponents());
      }
      Schema problem = answers.of(HttpContract.problem());
      functions.forEach(function -> add(function, problem));
      named.schemas().forEach(document.getComponents()::addSchema);
      problems.forEach(document.getComponents()::addResponse);
      headers.forEach(document.getComponents()::addHeader);
    }

    /** What the application's own document says of a function stands. */
    private void add(FunctionInvoker function, Schema problem) {
      String name = path.apply(function.getName());
      PathItem item = document.getPaths().getPathItem(name);
      if (item == null) {
        item = OASFactory.createPathItem();
        document.getPaths().addPathItem(name, item);
      }
      for (HttpMethod method : FunctionKind.of(function).methods()) {
        PathItem.HttpMethod documented = PathItem.HttpMethod.valueOf(method.name());
        if (!method.equals(HttpMethod.HEAD) && !item.getOperations().containsKey(documented)) {
          item.setOperation(documented, operation(function, method, problem));
        }
      }
    }

    private Operation operation(FunctionInvoker function, HttpMethod method, Schema problem) {
      FunctionKind kind = FunctionKind.of(function);
      boolean isSecured = isSecured(function);
      boolean isOtherwiseCalled = kind == FunctionKind.ANY && method.equals(HttpMethod.GET);
      Operation operation =
          OASFactory.createOperation()
              .operationId((isOtherwiseCalled ? "get-" : "") + function.getName())
              .addTag(function.getTargetClass().getSimpleName());
      describe(operation, function);
      if (function.hasInput()) {
        if (method.equals(HttpMethod.POST)) {
          operation.setRequestBody(
              OASFactory.createRequestBody()
                  .required(true)
                  .content(content(JSON, inputs.of(function.getInputType()))));
        } else {
          inputs.inQuery(function.getInputType()).stream()
              .map(FunctionsFilter::inQuery)
              .forEach(operation::addParameter);
        }
      }
      HttpContract.asked(kind, method).stream()
          .map(FunctionsFilter::inHeader)
          .forEach(operation::addParameter);
      operation.setResponses(responses(function, kind, method));
      problems(kind, method, isSecured, problem).forEach(operation.getResponses()::addAPIResponse);
      if (isSecured && authenticates) {
        operation.addSecurityRequirement(
            OASFactory.createSecurityRequirement().addScheme(securityScheme()));
      }
      return operation;
    }

    private APIResponses responses(FunctionInvoker function, FunctionKind kind, HttpMethod method) {
      APIResponses responses = OASFactory.createAPIResponses();
      List<HttpContract.Header> known = HttpContract.answered(kind, method);
      Type answer = HttpContract.answer(function);
      if (function.hasOutput()) {
        responses.addAPIResponse(
            "200", response("It was answered.", known).content(content(JSON, answers.of(answer))));
      } else {
        responses.addAPIResponse("204", response("It was done.", known));
      }
      if (kind == FunctionKind.PROCESS) {
        responses.addAPIResponse(
            "202",
            response(
                    "The process is not over. Without a body, how far it is can't be told now.",
                    known)
                .content(content(JSON, answers.of(answer))));
      } else if (method.equals(HttpMethod.GET)) {
        responses.addAPIResponse("304", response("The caller has the answer.", known));
      }
      return responses;
    }

    private APIResponse response(String description, List<HttpContract.Header> known) {
      APIResponse response = OASFactory.createAPIResponse().description(description);
      known.forEach(
          header -> {
            headers.putIfAbsent(
                header.name(),
                OASFactory.createHeader().description(header.description()).schema(text(header)));
            response.addHeader(
                header.name(),
                OASFactory.createHeader().ref("#/components/headers/" + header.name()));
          });
      return response;
    }

    /** By status; each set of codes is one component. */
    private Map<String, APIResponse> problems(
        FunctionKind kind, HttpMethod method, boolean isSecured, Schema problem) {
      Map<Integer, List<HttpContract.Known>> byStatus =
          HttpContract.problems(kind, method, isSecured, authenticates).stream()
              .collect(groupingBy(HttpContract.Known::status, TreeMap::new, toList()));
      Map<String, APIResponse> responses = new LinkedHashMap<>();
      byStatus.forEach(
          (status, known) -> {
            String name =
                codes(known).stream()
                    .map(code -> code.isEmpty() ? "others" : code)
                    .collect(joining("-or-", status + "-", ""));
            problems.computeIfAbsent(name, _ -> FunctionsFilter.problem(status, known, problem));
            responses.put(
                Integer.toString(status),
                OASFactory.createAPIResponse().ref("#/components/responses/" + name));
          });
      return responses;
    }
  }

  private static APIResponse problem(int status, List<HttpContract.Known> known, Schema problem) {
    List<String> codes = codes(known);
    Schema code =
        codes.contains("")
            ? Scalars.text().pattern(KEBAB_CASE).examples(named(codes))
            : Scalars.text().enumeration(named(codes));
    Schema schema =
        OASFactory.createSchema()
            .addAllOf(problem)
            .addAllOf(
                OASFactory.createSchema()
                    .addProperty("status", OASFactory.createSchema().constValue(status))
                    .addProperty("code", code));
    APIResponse response =
        OASFactory.createAPIResponse()
            .description(
                codes.stream()
                    .map(each -> each.isEmpty() ? "what the business says" : each)
                    .collect(joining(", ")))
            .content(content(PROBLEM, schema));
    known.stream()
        .flatMap(each -> each.headers().stream())
        .distinct()
        .sorted()
        .forEach(
            header -> response.addHeader(header, OASFactory.createHeader().schema(Scalars.text())));
    return response;
  }

  private static List<String> codes(List<HttpContract.Known> known) {
    return known.stream().map(HttpContract.Known::code).distinct().toList();
  }

  private static List<Object> named(List<String> codes) {
    return codes.stream().filter(code -> !code.isEmpty()).collect(toList());
  }

  private static Content content(String type, Schema schema) {
    return OASFactory.createContent()
        .addMediaType(type, OASFactory.createMediaType().schema(schema));
  }

  private static Parameter inQuery(InputSchemas.Property property) {
    return OASFactory.createParameter()
        .name(property.name())
        .in(Parameter.In.QUERY)
        .required(property.isRequired())
        .schema(property.schema());
  }

  private static Parameter inHeader(HttpContract.Header header) {
    return OASFactory.createParameter()
        .name(header.name())
        .in(Parameter.In.HEADER)
        .description(header.description())
        .schema(text(header));
  }

  private static Schema text(HttpContract.Header header) {
    return Scalars.text().pattern("^(?:" + header.pattern() + ")$");
  }

  /** What the application says of it in MicroProfile's annotation. */
  private static void describe(Operation operation, FunctionInvoker function) {
    var said =
        function
            .getMethod()
            .getAnnotation(org.eclipse.microprofile.openapi.annotations.Operation.class);
    if (said != null) {
      operation.setSummary(said.summary().isEmpty() ? null : said.summary());
      operation.setDescription(said.description().isEmpty() ? null : said.description());
    }
  }

  /** What stands at the method goes before what stands at its class. */
  private static boolean isSecured(FunctionInvoker function) {
    return Stream.of(function.getMethod(), function.getTargetClass())
        .filter(place -> isAt(place, PermitAll.class) || isSecured(place))
        .findFirst()
        .filter(FunctionsFilter::isSecured)
        .isPresent();
  }

  private static boolean isSecured(AnnotatedElement place) {
    return SECURED.stream().anyMatch(annotation -> isAt(place, annotation));
  }

  private static boolean isAt(AnnotatedElement place, Class<? extends Annotation> annotation) {
    return place.isAnnotationPresent(annotation);
  }

  /** Quarkus describes it, as the extension has it by which the application authenticates. */
  private static String securityScheme() {
    return ConfigProvider.getConfig()
        .getOptionalValue("quarkus.smallrye-openapi.security-scheme-name", String.class)
        .orElse("SecurityScheme");
  }
}
