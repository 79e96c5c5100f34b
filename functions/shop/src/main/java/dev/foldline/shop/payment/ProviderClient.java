package dev.foldline.shop.payment;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;

/** The payment provider's API. */
@Path("/")
interface ProviderClient {

  String KEY = "Idempotency-Key";

  record AuthoriseRequest(String order, String currency, long cents) {}

  record CaptureRequest(String authorisation, long cents) {}

  /**
   * Of what took place, or is to take place, under another key.
   *
   * @param undoes that key
   */
  record UndoRequest(String undoes) {}

  /** What took place. */
  record Made(String id) {}

  /** Why it did not. */
  record Refusal(String code) {}

  @POST
  @Path("authorise")
  Made authorise(@HeaderParam(KEY) String key, AuthoriseRequest request);

  @POST
  @Path("capture")
  Made capture(@HeaderParam(KEY) String key, CaptureRequest request);

  @POST
  @Path("void")
  Made end(@HeaderParam(KEY) String key, UndoRequest request);

  @POST
  @Path("refund")
  Made refund(@HeaderParam(KEY) String key, UndoRequest request);
}
