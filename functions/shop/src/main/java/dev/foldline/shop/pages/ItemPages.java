package dev.foldline.shop.pages;

import dev.foldline.core.Listing.Page;
import dev.foldline.core.NotFound;
import dev.foldline.core.Receipt;
import dev.foldline.core.View;
import dev.foldline.shop.inventory.Item;
import dev.foldline.shop.inventory.ItemCommand;
import dev.foldline.shop.inventory.ItemQueries;
import dev.foldline.shop.inventory.ItemQueries.ItemsQuery;
import dev.foldline.shop.inventory.ItemView;
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
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The items: all, one, and what is done to them. */
@Path("/pages/items")
@Produces(MediaType.TEXT_HTML)
public class ItemPages {

  private static final String PATH = "/pages/items";
  private static final String ADD = "add";

  private final ItemQueries queries;
  private final Submissions submissions;

  ItemPages(ItemQueries queries, Submissions submissions) {
    this.queries = queries;
    this.submissions = submissions;
  }

  @CheckedTemplate
  static class Templates {

    private Templates() {}

    static native TemplateInstance items(Page<ItemView> page, Form add, String name);

    static native TemplateInstance item(
        ItemView item,
        long version,
        boolean pending,
        Form rename,
        Form receive,
        Form remove,
        Form retire);
  }

  @GET
  public Uni<TemplateInstance> items(@QueryParam("after") @Nullable String after) {
    return items(Optional.ofNullable(after), Form.empty(ADD), "");
  }

  private Uni<TemplateInstance> items(Optional<String> after, Form add, String name) {
    return queries.items(new ItemsQuery(after)).map(page -> Templates.items(page, add, name));
  }

  @POST
  public Uni<Response> add(
      @FormParam("key") @Nullable String key,
      @FormParam("item") @DefaultValue("") String item,
      @FormParam("name") @DefaultValue("") String name) {
    return submissions.submit(
        Item.DECIDER,
        () -> new ItemCommand.Add(item, name),
        key,
        receipt -> shown(item, receipt),
        why -> items(Optional.empty(), Form.empty(ADD).unless(ADD, item, why), name));
  }

  /**
   * An item.
   *
   * @param revision to which its read model is to have come; else it is being processed
   */
  @GET
  @Path("{item}")
  public Uni<TemplateInstance> item(
      @PathParam("item") String item, @QueryParam("revision") @DefaultValue("-1") long revision) {
    return item(item, revision, "", "", "");
  }

  private Uni<TemplateInstance> item(
      String item, long revision, String sent, String value, String error) {
    return queries
        .view(item)
        .map(
            found -> {
              if (found.isEmpty() && revision < 0) {
                throw new NotFound("there is no such item");
              }
              long version = found.map(View::version).orElse(-1L);
              return Templates.item(
                  found.map(View::document).orElseGet(() -> new ItemView(item, "", 0, 0, false)),
                  version,
                  version < revision,
                  Form.empty("rename").unless(sent, value, error),
                  Form.empty("receive").unless(sent, value, error),
                  Form.empty("remove").unless(sent, value, error),
                  Form.empty("retire").unless(sent, value, error));
            });
  }

  @POST
  @Path("{item}/rename")
  public Uni<Response> rename(
      @PathParam("item") String item,
      @FormParam("key") @Nullable String key,
      @FormParam("name") @DefaultValue("") String name) {
    return submit(item, key, "rename", name, () -> new ItemCommand.Rename(item, name));
  }

  @POST
  @Path("{item}/receive")
  public Uni<Response> receive(
      @PathParam("item") String item,
      @FormParam("key") @Nullable String key,
      @FormParam("quantity") @DefaultValue("") String quantity) {
    return submit(
        item,
        key,
        "receive",
        quantity,
        () -> new ItemCommand.Receive(item, Submissions.number("quantity", quantity)));
  }

  @POST
  @Path("{item}/remove")
  public Uni<Response> remove(
      @PathParam("item") String item,
      @FormParam("key") @Nullable String key,
      @FormParam("quantity") @DefaultValue("") String quantity) {
    return submit(
        item,
        key,
        "remove",
        quantity,
        () -> new ItemCommand.Remove(item, Submissions.number("quantity", quantity)));
  }

  @POST
  @Path("{item}/retire")
  public Uni<Response> retire(
      @PathParam("item") String item, @FormParam("key") @Nullable String key) {
    return submit(item, key, "retire", "", () -> new ItemCommand.Retire(item));
  }

  private Uni<Response> submit(
      String item, @Nullable String key, String form, String value, Supplier<ItemCommand> command) {
    return submissions.submit(
        Item.DECIDER,
        command,
        key,
        receipt -> shown(item, receipt),
        why -> item(item, 0, form, value, why));
  }

  private static URI shown(String item, Receipt receipt) {
    return UriBuilder.fromPath(PATH)
        .path("{item}")
        .queryParam("revision", receipt.revision())
        .build(item);
  }
}
