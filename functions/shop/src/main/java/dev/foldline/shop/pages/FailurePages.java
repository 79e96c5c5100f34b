package dev.foldline.shop.pages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Shows people as a page what programs are told as a problem. */
class FailurePages {

  private static final MediaType PROBLEM = MediaType.valueOf("application/problem+json");

  private final ObjectMapper json;

  FailurePages(ObjectMapper json) {
    this.json = json;
  }

  @CheckedTemplate(basePath = "")
  static class Templates {

    private Templates() {}

    static native TemplateInstance failure(String title, String detail, boolean passes);
  }

  @ServerResponseFilter
  public void show(ContainerResponseContext response) throws IOException {
    if (PROBLEM.equals(response.getMediaType()) && response.getEntity() instanceof byte[] body) {
      JsonNode problem = json.readTree(body);
      response.setEntity(
          Templates.failure(
                  problem.path("title").asText(),
                  problem.path("detail").asText(),
                  response.getStatus() == 503)
              .render(),
          null,
          MediaType.TEXT_HTML_TYPE.withCharset("UTF-8"));
    }
  }
}
