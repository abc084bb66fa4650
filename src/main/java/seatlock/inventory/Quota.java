package seatlock.inventory;

import seatlock.crypto.Sha256;

/**
 * How much of an event one buyer may have at a time. The buyer is identified by an e-mail address or a network address, of
 * which only a hash is kept.
 *
 * @param subject SHA-256 of the identification, in hexadecimal
 * @param maxPending pending reservations; {@link #NO_LIMIT} for any number
 * @param maxSeats seats in pending and confirmed reservations together; {@link #NO_LIMIT} for any number
 */
public record Quota(String subject, int maxPending, int maxSeats) {

    public static final int NO_LIMIT = Integer.MAX_VALUE;

    /**
     * @param kind of identification, so that an e-mail address is never taken for anything else
     * @param name compared as it is: the caller normalises it
     */
    public static Quota of(String kind, String name, int maxPending, int maxSeats) {
        return new Quota(Sha256.hex(kind + " " + name), maxPending, maxSeats);
    }
}
