package seatlock.inventory;

import java.security.SecureRandom;
import java.util.Base64;
import seatlock.crypto.Sha256;

/**
 * A bearer token with which a buyer can read and cancel a reservation. Seatlock stores only its hash.
 *
 * @param value as the client received or sent it
 */
public record ReservationToken(String value) {

    /** Lets secret scanners recognise a leaked token. */
    private static final String PREFIX = "rsv_";

    /** 256 bits, which nobody can guess. They are encoded as 43 characters. */
    private static final int RANDOM_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    public static ReservationToken random() {
        var bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new ReservationToken(
                PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Returns the SHA-256 of the token. The token is random, so neither a salt nor a slow hash would add security. */
    public byte[] hash() {
        return Sha256.of(value);
    }

    /** Hides the token, since this may end up in a log. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
