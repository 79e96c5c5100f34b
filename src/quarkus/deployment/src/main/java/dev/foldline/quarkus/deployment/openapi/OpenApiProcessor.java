package dev.foldline.quarkus.deployment.openapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.funqy.deployment.FunctionBuildItem;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.jackson.runtime.JacksonBuildTimeConfig;
import io.quarkus.smallrye.openapi.deployment.spi.AddToOpenAPIDefinitionBuildItem;
import io.quarkus.vertx.http.deployment.HttpRootPathBuildItem;
import io.quarkus.vertx.http.deployment.SecurityInformationBuildItem;
import java.lang.invoke.MethodType;
import java.util.Comparator;
import java.util.List;

/** Tells an application that has {@code quarkus-smallrye-openapi} of its functions. */
class OpenApiProcessor {

  /** Without that, nobody asks for it. */
  @BuildStep
  AddToOpenAPIDefinitionBuildItem functions(
      List<FunctionBuildItem> functions,
      List<SecurityInformationBuildItem> security,
      HttpRootPathBuildItem root,
      JacksonBuildTimeConfig jackson) {
    ClassLoader application = Thread.currentThread().getContextClassLoader();
    List<FunctionInvoker> invokers =
        functions.stream()
            .map(function -> invoker(function, application))
            .sorted(Comparator.comparing(FunctionInvoker::getName))
            .toList();
    return new AddToOpenAPIDefinitionBuildItem(
        new FunctionsFilter(invokers, root::resolvePath, answers(jackson), !security.isEmpty()),
        null);
  }

  private static FunctionInvoker invoker(FunctionBuildItem function, ClassLoader application) {
    try {
      Class<?> type = Class.forName(function.getClassName(), false, application);
      MethodType signature =
          MethodType.fromMethodDescriptorString(function.getDescriptor(), application);
      var method = type.getMethod(function.getMethodName(), signature.parameterArray());
      return new FunctionInvoker(
          function.getFunctionName() == null ? method.getName() : function.getFunctionName(),
          type,
          method);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As Quarkus configures it; what an application does to it when it runs is not known here. */
  private static ObjectMapper answers(JacksonBuildTimeConfig jackson) {
    JsonMapper.Builder mapper =
        JsonMapper.builder()
            .addModules(new JavaTimeModule(), new Jdk8Module(), new ParameterNamesModule())
            .configure(
                SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, jackson.writeDatesAsTimestamps())
            .configure(
                SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                jackson.writeDurationsAsTimestamps())
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
    jackson
        .serializationInclusion()
        .map(inclusion -> JsonInclude.Value.construct(inclusion, inclusion))
        .ifPresent(mapper::defaultPropertyInclusion);
    return mapper.build();
  }
}
