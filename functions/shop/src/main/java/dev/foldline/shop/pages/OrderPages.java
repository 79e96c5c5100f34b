package dev.foldline.shop.pages;

import dev.foldline.core.Listing.Page;
import dev.foldline.core.NotFound;
import dev.foldline.core.View;
import dev.foldline.quarkus.processes.Processes;
import dev.foldline.reactions.ProcessProgress;
import dev.foldline.shop.fulfilment.Fulfilment;
import dev.foldline.shop.order.Order;
import dev.foldline.shop.order.OrderCommand;
import dev.foldline.shop.order.OrderCommand.AskToShip;
import dev.foldline.shop.order.OrderCommand.Cancel;
import dev.foldline.shop.overview.OrderQueries;
import dev.foldline.shop.overview.OrderQueries.CustomerQuery;
import dev.foldline.shop.overview.OrderView;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The orders: a customer's, one, and what is done with it. */
@Path("/pages/orders")
@Produces(MediaType.TEXT_HTML)
public class OrderPages {

  private static final String PATH = "/pages/orders";
  private static final String SHIP = "ship";
  private static final String CANCEL = "cancel";

  private final OrderQueries queries;
  private final Processes processes;
  private final Submissions submissions;

  OrderPages(OrderQueries queries, Processes processes, Submissions submissions) {
    this.queries = queries;
    this.processes = processes;
    this.submissions = submissions;
  }

  @CheckedTemplate
  static class Templates {

    private Templates() {}

    static native TemplateInstance orders(String customer, Page<OrderView> page);

    static native TemplateInstance order(
        OrderView order,
        ProcessProgress progress,
        long version,
        boolean pending,
        Timeline timeline,
        Form ship,
        Form cancel);
  }

  /** Those of a customer, the newest first. */
  @GET
  public Uni<TemplateInstance> orders(
      @QueryParam("customer") @DefaultValue("") String customer,
      @QueryParam("after") @Nullable String after) {
    return customer.isBlank()
        ? Uni.createFrom().item(Templates.orders("", new Page<>(List.of(), Optional.empty())))
        : queries
            .ordersOf(new CustomerQuery(customer.strip(), Optional.ofNullable(after)))
            .map(page -> Templates.orders(customer.strip(), page));
  }

  /**
   * An order, and how far its fulfilment is.
   *
   * @param zoom how much of the line of time is shown
   * @param asked which form was sent: until that shows, it is being processed
   */
  @GET
  @Path("{order}")
  public Uni<TemplateInstance> order(
      @PathParam("order") String order,
      @QueryParam("zoom") @Nullable String zoom,
      @QueryParam("asked") @DefaultValue("") String asked) {
    return order(order, Timeline.Zoom.of(zoom), asked, "");
  }

  private Uni<TemplateInstance> order(
      String order, Optional<Timeline.Zoom> zoom, String sent, String error) {
    return queries
        .view(order)
        .map(found -> found.orElseThrow(() -> new NotFound("there is no such order")))
        .chain(view -> progress(order).map(progress -> page(view, progress, zoom, sent, error)));
  }

  private Uni<ProcessProgress> progress(String order) {
    return processes
        .progress(Fulfilment.DECIDER, order)
        .onFailure(NotFound.class)
        .recoverWithItem(ProcessProgress.NONE);
  }

  private static TemplateInstance page(
      View<OrderView> view,
      ProcessProgress progress,
      Optional<Timeline.Zoom> zoom,
      String sent,
      String error) {
    return Templates.order(
        view.document(),
        progress,
        view.version(),
        view.document().goesOn() || (error.isEmpty() && isAwaited(sent, view.document())),
        Timeline.of(progress, zoom),
        Form.empty(SHIP).unless(sent, "", error),
        Form.empty(CANCEL).unless(sent, "", error));
  }

  private static boolean isAwaited(String form, OrderView order) {
    return switch (form) {
      case SHIP -> order.status() == OrderView.Status.READY;
      case CANCEL -> !order.hasEnded();
      default -> false;
    };
  }

  @POST
  @Path("{order}/ship")
  public Uni<Response> ship(
      @PathParam("order") String order, @FormParam("key") @Nullable String key) {
    return submit(order, key, SHIP, new AskToShip(order));
  }

  @POST
  @Path("{order}/cancel")
  public Uni<Response> cancel(
      @PathParam("order") String order, @FormParam("key") @Nullable String key) {
    return submit(order, key, CANCEL, new Cancel(order));
  }

  private Uni<Response> submit(
      String order, @Nullable String key, String form, OrderCommand command) {
    return submissions.submit(
        Order.DECIDER,
        () -> command,
        key,
        _ -> UriBuilder.fromPath(PATH).path("{order}").queryParam("asked", form).build(order),
        why -> order(order, Optional.empty(), form, why));
  }
}
