package seatlock.inventory;

import java.security.SecureRandom;
import java.util.Base64;
import seatlock.crypto.Sha256;

/**
 * The capability of a reservation: its holder can read and cancel the reservation. Seatlock keeps only its hash.
 *
 * @param value as it was given to the client, or as the client sent it
 */
public record ReservationToken(String value) {

    /** Lets a secret scanner recognise a leaked token. */
    private static final String PREFIX = "rsv_";

    /** 192 bits, which nobody can guess; 32 characters. */
    private static final int RANDOM_BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();

    public static ReservationToken random() {
        var bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new ReservationToken(
                PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** SHA-256 of the token. It is random, so neither a salt nor a slow hash would add anything. */
    public byte[] hash() {
        return Sha256.of(value);
    }

    /** Hides the token, since this may end up in a log. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
