package dev.foldline.quarkus.deployment.lockers;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** Has some users be called as no user of a properties file can be. */
@Singleton
public class Names implements SecurityIdentityAugmentor {

  /** What the user odd is called. */
  public static final String ODD = "Ädä \"Löve\" lace\\, 😀";

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext context) {
    return Uni.createFrom()
        .item(
            switch (identity.getPrincipal().getName()) {
              case "odd" -> called(ODD, identity);
              case "long" -> called("a".repeat(255), identity);
              case "too-long" -> called("a".repeat(256), identity);
              case "nameless" -> called("", identity);
              default -> identity;
            });
  }

  private static SecurityIdentity called(String name, SecurityIdentity identity) {
    return QuarkusSecurityIdentity.builder(identity)
        .setPrincipal(new QuarkusPrincipal(name))
        .build();
  }
}
