package dev.foldline.shop.inventory;

import dev.foldline.core.Receipt;
import dev.foldline.core.Refused;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.shop.inventory.ItemCommand.Add;
import dev.foldline.shop.inventory.ItemCommand.Receive;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** A few items to begin with, in development. */
@IfBuildProfile("dev")
@Singleton
class Seeds {

  private static final Logger LOG = Logger.getLogger(Seeds.class);

  private final CommandHandler commands;

  Seeds(CommandHandler commands) {
    this.commands = commands;
  }

  void start(@Observes StartupEvent event) {
    seed("lamp", "Desk lamp", 20);
    seed("desk", "Oak desk", 5);
    seed("chair", "Chair with arms", 12);
  }

  private void seed(String item, String name, long quantity) {
    commands
        .handle(Item.DECIDER, new Add(item, name))
        .chain(() -> receive(item, quantity))
        .subscribe()
        .with(
            _ -> LOG.debugf("there are %d of %s", quantity, item),
            failure -> {
              if (!(failure instanceof Refused)) {
                LOG.warnf("%s is not there: %s", item, failure.getMessage());
              }
            });
  }

  private Uni<Receipt> receive(String item, long quantity) {
    return commands.handle(Item.DECIDER, new Receive(item, quantity));
  }
}
