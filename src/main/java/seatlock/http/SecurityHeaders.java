package seatlock.http;

import java.util.Map;

/**
 * What every answer tells the browser that may show it: to guess no type, to run nothing, to put it into no frame, to tell
 * nobody where it came from, and to keep nothing. Handlers that know better say so afterwards.
 *
 * @see <a href="https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html">OWASP REST Security</a>
 */
final class SecurityHeaders {

    static final Map<String, String> ALWAYS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-store");

    /** For a year; only over TLS, where it means something (RFC 6797 section 7.2). */
    static final String STRICT_TRANSPORT_SECURITY = "max-age=31536000";

    private SecurityHeaders() {}
}
