package dev.foldline.shop.payment;

import dev.foldline.core.Performs;
import dev.foldline.core.Refused;
import dev.foldline.shop.payment.Payments.Authorise;
import dev.foldline.shop.payment.Payments.Authorised;
import dev.foldline.shop.payment.Payments.Capture;
import dev.foldline.shop.payment.Payments.Done;
import dev.foldline.shop.payment.Payments.Refund;
import dev.foldline.shop.payment.ProviderClient.AuthoriseRequest;
import dev.foldline.shop.payment.ProviderClient.CaptureRequest;
import dev.foldline.shop.payment.ProviderClient.Made;
import dev.foldline.shop.payment.ProviderClient.Refusal;
import dev.foldline.shop.payment.ProviderClient.UndoRequest;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The one place that knows the provider. What it does not answer in time is tried again. */
@Singleton
class Provider {

  private static final int UNPROCESSABLE = 422;

  private final ProviderClient api;

  Provider(
      @ConfigProperty(name = "shop.provider.url") URI url,
      @ConfigProperty(name = "shop.provider.timeout", defaultValue = "2s") Duration timeout) {
    this.api =
        QuarkusRestClientBuilder.newBuilder()
            .baseUri(url)
            .connectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .readTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .build(ProviderClient.class);
  }

  /** Its final no comes with a code. */
  private String call(Function<ProviderClient, Made> call) {
    try {
      return call.apply(api).id();
    } catch (WebApplicationException e) {
      if (e.getResponse().getStatus() != UNPROCESSABLE) {
        throw e;
      }
      throw new Refused(e.getResponse().readEntity(Refusal.class).code());
    }
  }

  @Singleton
  record Authorising(Provider provider) implements Performs<Authorise, Authorised> {

    @Override
    public Authorised perform(Authorise what, Attempt attempt) {
      var request = new AuthoriseRequest(what.order(), what.currency(), what.cents());
      return new Authorised(provider.call(api -> api.authorise(attempt.key(), request)));
    }
  }

  @Singleton
  record Capturing(Provider provider) implements Performs<Capture, Done> {

    @Override
    public Done perform(Capture what, Attempt attempt) {
      var request = new CaptureRequest(what.authorisation(), what.cents());
      return new Done(provider.call(api -> api.capture(attempt.key(), request)));
    }
  }

  @Singleton
  record Voiding(Provider provider) implements Performs<Payments.VoidAuthorisation, Done> {

    @Override
    public Done perform(Payments.VoidAuthorisation what, Attempt attempt) {
      var request = new UndoRequest(attempt.undoes().orElseThrow());
      return new Done(provider.call(api -> api.end(attempt.key(), request)));
    }
  }

  @Singleton
  record Refunding(Provider provider) implements Performs<Refund, Done> {

    @Override
    public Done perform(Refund what, Attempt attempt) {
      var request = new UndoRequest(attempt.undoes().orElseThrow());
      return new Done(provider.call(api -> api.refund(attempt.key(), request)));
    }
  }
}
