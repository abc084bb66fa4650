package seatlock.http;

import java.util.Map;

/**
 * Header fields of every response. They tell a browser not to guess its type, run its scripts, show it in a frame, send a
 * referrer or cache it. Handlers may override them.
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

    /** One year; sent over TLS only (RFC 6797 section 7.2). */
    static final String STRICT_TRANSPORT_SECURITY = "max-age=31536000";

    private SecurityHeaders() {}
}
