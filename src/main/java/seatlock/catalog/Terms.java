package seatlock.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of an event's rules. A reservation refers to the version under which it was made.
 *
 * @param version counts from {@value #FIRST_VERSION}
 * @param startsAt start of the event; from then on no seat can be reserved, but pending reservations can still be confirmed
 * @param maxSeatsPerReservation from 1 to {@link Event#MAX_SEATS_PER_RESERVATION}
 * @param reservationTtl how long a pending reservation holds its seats; empty to use the server's setting
 */
public record Terms(int version, Instant startsAt, int maxSeatsPerReservation, Optional<Duration> reservationTtl) {

    public static final int FIRST_VERSION = 1;

    /** Returns the terms of a new event. */
    public static Terms first(Instant startsAt, int maxSeatsPerReservation, Optional<Duration> reservationTtl) {
        return new Terms(FIRST_VERSION, startsAt, maxSeatsPerReservation, reservationTtl);
    }
}
