package seatlock.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import seatlock.inventory.Reservation;
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

    /** Who asks: the seller, somebody with a token, or anybody. */
    record Caller(boolean seller, Optional<ReservationToken> token) {

        boolean maySee(Reservation reservation) {
            return seller || token.isPresent() && reservation.admits(token.get());
        }

        /** The reservation, if there is one and this caller may see it: for all others it is not there. */
        Reservation see(Optional<Reservation> found) {
            return found.filter(this::maySee).orElseThrow(Access::noSuchReservation);
        }
    }

    Caller caller(Context ctx) {
        return new Caller(isSeller(ctx), token(ctx));
    }

    static Problem.Refused noSuchReservation() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such reservation.")
                .refuse();
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
