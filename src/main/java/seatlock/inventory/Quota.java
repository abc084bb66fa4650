package seatlock.inventory;

import seatlock.crypto.Sha256;

/**
 * Limits what one buyer may have in an event at a time. The buyer is identified by an e-mail address or a network address, of
 * which only a hash is stored.
 *
 * @param subject SHA-256 of the identifier, in hexadecimal
 * @param maxPending pending reservations, or {@link #NO_LIMIT}
 * @param maxSeats seats in pending and confirmed reservations together, or {@link #NO_LIMIT}
 */
public record Quota(String subject, int maxPending, int maxSeats) {

    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /**
     * Hashes an identifier.
     *
     * @param kind of identifier, so that an e-mail address never equals an identifier of another kind
     * @param name the identifier, normalised by the caller
     */
    public static Quota of(String kind, String name, int maxPending, int maxSeats) {
        return new Quota(Sha256.hex(kind + " " + name), maxPending, maxSeats);
    }
}
