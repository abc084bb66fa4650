package seatlock.inventory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The capability of whoever made a reservation: he can read and cancel it, nobody else. We keep only its hash.
 *
 * @param value what the client was given, or what it sends
 */
public record ReservationToken(String value) {

    /** Tells a leaked one from other secrets. */
    private static final String PREFIX = "rsv_";

    /** 192 bits: not to be guessed, and 32 characters. */
    private static final int RANDOM_BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();

    public static ReservationToken random() {
        var bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new ReservationToken(
                PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** SHA-256 of the token. No salt and no slow hash: it is random, so there is nothing to guess. */
    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Not the token itself: this may end up in a log. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
