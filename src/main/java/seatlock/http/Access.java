package seatlock.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import seatlock.inventory.ReservationToken;

/**
 * Who may do what. A key or a reservation's token comes in {@code Authorization: Bearer …} (RFC 6750).
 *
 * <p>There is one key so far, the administrator's, and it may do everything.
 */
final class Access {

    private final byte[] adminKey;

    Access(String adminKey) {
        this.adminKey = adminKey.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws Problem.Refused unauthorized, unless the request comes with the administrator's key */
    void requireAdmin(Context ctx) {
        if (!isAdmin(ctx)) {
            ctx.header("WWW-Authenticate", "Bearer realm=\"seatlock\"");
            throw Problem.of(ProblemType.UNAUTHORIZED, "The request has no API key that may do this.")
                    .refuse();
        }
    }

    /** Whether the request comes from the seller. */
    boolean isSeller(Context ctx) {
        return isAdmin(ctx);
    }

    private boolean isAdmin(Context ctx) {
        return bearer(ctx)
                .filter(key -> MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), adminKey))
                .isPresent();
    }

    /** The token the request comes with, if it comes with any. */
    Optional<ReservationToken> token(Context ctx) {
        return bearer(ctx).map(ReservationToken::new);
    }

    private static Optional<String> bearer(Context ctx) {
        var header = ctx.header("Authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(header.substring(7).strip())
                : Optional.empty();
    }
}
