package dev.foldline.bank;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@link HostileRequest}s are made of: {@code {x*3}} is xxx. */
final class HostileWords {

  private static final Pattern REPEATED = Pattern.compile("\\{(.+?)[*](\\d+)}");

  static final List<String> VALUES =
      words(
          """
          null ¦  ¦ true ¦ "" ¦ "text" ¦ [] ¦ {} ¦ [[1]] ¦ -1 ¦ 0 ¦ 1 ¦ 1.5 ¦ 1e3 ¦ -0 ¦
          1e999999999 ¦ 0.000000000000000000000000000000001 ¦ 9223372036854775807 ¦
          9223372036854775808 ¦ 99999999999999999999999999999999999 ¦ NaN ¦ Infinity ¦ 0x10 ¦
          01 ¦ "1" ¦ "2026-13-45" ¦ "\\ud800" ¦ "\\u0000" ¦ "\\x" ¦ 'text' ¦ "ä😀" ¦
          "../../etc/passwd" ¦ "${jndi:ldap://h/x}" ¦ "%s%n%d" ¦ "a' or '1'='1" ¦ "<script>" ¦
          {"@type":"java.lang.Object"} ¦ ["a",{"b":null}] ¦ /*c*/1
          """);

  static final List<String> NAMES =
      words(
          """
          account ¦ cents ¦ owner ¦ Account ¦ @type ¦ @class ¦ __proto__ ¦  ¦ a.b ¦ [0] ¦
          \\ud800 ¦ ü ¦ class ¦ {n*300}
          """);

  static final List<String> CONTENT_TYPES =
      words(
          """
          text/plain ¦ application/x-www-form-urlencoded ¦ multipart/form-data; boundary=b ¦
          multipart/form-data ¦ application/xml ¦ application/json; charset=utf-16 ¦ nonsense ¦
          application/json, text/plain ¦ */* ¦ ; ¦ application/{j*2000}
          """);

  static final List<String> HEADERS =
      words(
          """
          Idempotency-Key:  ¦ Idempotency-Key: a\tb ¦ Idempotency-Key: {k*300} ¦
          Idempotency-Key: ä ¦ If-Match:  ¦ If-Match: " ¦ If-Match: W/"0" ¦
          If-Match: "99999999999999999999" ¦ If-Match: "0", "1" ¦ If-None-Match: "0" ¦
          Prefer: wait=1 ¦ Prefer: wait=99999999999 ¦ Prefer: wait=-1 ¦ Prefer: ,;= ¦
          Consistency-Token: account-hostile-1@999999999999999999 ¦ Consistency-Token: @ ¦
          Consistency-Token: %zz@1 ¦ X-Correlation-Id: \1 ¦ traceparent: 00-0-0-0 ¦
          traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff ¦
          Authorization: Basic bm9uc2Vuc2U= ¦ Authorization: Bearer a.b.c ¦ Cookie: a=b; c ¦
          Accept: text/html ¦ Accept: nonsense/*;q=9 ¦ Accept-Encoding: br ¦ Range: bytes=0- ¦
          X-Forwarded-For: 10.0.0.1 ¦ X-HTTP-Method-Override: DELETE ¦ Upgrade: websocket ¦
          Upgrade: h2c ¦ TE: trailers ¦ Content-Encoding: gzip ¦ Content-Encoding: nonsense ¦
          Content-Language: \u00ff ¦ Expect: 100-continue ¦ Expect: nonsense ¦ Origin: null ¦
          X-Long: {x*5000} ¦ X-Longer: {x*30000}
          """);

  /** No headers, or such as leave open where the request ends. */
  static final List<String> BROKEN_HEADERS =
      words(
          """
          no colon ¦ : no name ¦ a b: c ¦ X-A: b\r\n folded ¦ X-\0: b ¦ X-A\0B: c ¦
          Host: twice ¦ Content-Length: 5 ¦ Content-Length: -1 ¦
          Content-Length: 99999999999999 ¦ Content-Length: abc ¦ Content-Length: 1, 2 ¦
          Transfer-Encoding: chunked ¦ Transfer-Encoding: gzip ¦
          Transfer-Encoding: chunked, identity ¦ Transfer-Encoding: \13chunked ¦
          X-A: \1\2 ¦ X-A: b\rX-B: c ¦ X-A: b\nX-B: c
          """);

  static final List<String> METHODS =
      words(
          """
          GET ¦ PUT ¦ DELETE ¦ PATCH ¦ OPTIONS ¦ HEAD ¦ TRACE ¦ CONNECT ¦ PROPFIND ¦ get ¦
          POST ¦ M ¦ {M*500} ¦ GE\0T ¦ PRI ¦ * ¦ "GET"
          """);

  static final List<String> PATHS =
      words(
          """
          / ¦ * ¦ /no-such-function ¦ /deposit/ ¦ /deposit/more ¦ //deposit ¦ /DEPOSIT ¦
          /%64eposit ¦ /deposit%00 ¦ /deposit;a=b ¦ /../../etc/passwd ¦
          /%2e%2e/%2e%2e/etc/passwd ¦ /%zz ¦ /% ¦ /a\\b ¦ http://other.example/deposit ¦
          http://[::1 ¦ deposit ¦ /ä ¦ /\u00ff ¦ /{p*2000} ¦ /{p*9000} ¦ /a?b=%zz ¦ /? ¦ /#a ¦
          /q ¦ /q/ ¦ /q/dev-ui ¦ /q/arc/beans ¦ /q/openapi ¦ /q/info ¦ /q/health/none ¦
          /q/../deposit ¦ /parked-events ¦ /rebuild ¦ /actuator ¦ /.env ¦
          /account?account={a*3000} ¦ /account?{a=b&*500}
          """);

  static final List<String> QUERY_STRINGS =
      words(
          """
          account ¦ account= ¦ account=%00 ¦ account=%zz ¦ account=a&account=b ¦ account=a%20b ¦
          account=hostile-1&revision=x ¦ account=hostile-1&revision=-1 ¦
          account=hostile-1&revision=99999999999999999999 ¦ account=hostile-1&at=yesterday ¦
          account=hostile-1&at=1769860800 ¦ account=hostile-1&at=%2B999999999-12-31T23:59:59Z ¦
          account=hostile-1&from=1e3 ¦ account=hostile-1&limit=0 ¦ limit=ten ¦
          limit=2147483648 ¦ limit=1&colour=red ¦ ACCOUNT=hostile-1 ¦ account[]=a ¦
          account=%ff%fe ¦ = ¦ &&& ¦ a=b=c ¦ account=hostile-1;limit=1 ¦ account=%F0%9F%98%80
          """);

  static final List<String> VERSIONS =
      words(
          """
          HTTP/1.0 ¦ HTTP/0.9 ¦ HTTP/1.2 ¦ HTTP/2.0 ¦ HTTP/3 ¦ HTTP/9.9 ¦ http/1.1 ¦ HTTP/ ¦  ¦
          FTP/1.1
          """);

  private HostileWords() {}

  private static List<String> words(String text) {
    return Stream.of(text.split("¦", -1)).map(String::strip).map(HostileWords::repeated).toList();
  }

  private static String repeated(String word) {
    return REPEATED
        .matcher(word)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(found.group(1).repeat(Integer.parseInt(found.group(2)))));
  }
}
