package seatlock.inventory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How much of an event a buyer may have at a time, whoever he is: he is known by an e-mail address or by an address on the
 * network, and only as a hash of it.
 *
 * @param subject SHA-256 of what he is known by, in hexadecimal
 * @param maxPending reservations that are pending; {@link #NO_LIMIT} if there is none
 * @param maxSeats in his pending and confirmed reservations together; {@link #NO_LIMIT} if there is none
 */
public record Quota(String subject, int maxPending, int maxSeats) {

    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /**
     * @param kind of name, so that an e-mail address is never taken for another name
     * @param name compared as it is, so the caller normalises it
     */
    public static Quota of(String kind, String name, int maxPending, int maxSeats) {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256").digest((kind + " " + name).getBytes(StandardCharsets.UTF_8));
            return new Quota(HexFormat.of().formatHex(hash), maxPending, maxSeats);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
