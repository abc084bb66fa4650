package seatlock.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of an event's rules. A reservation keeps the version that it was made under.
 *
 * @param version counts from {@value #FIRST_VERSION}
 * @param startsAt from this instant on no seat can be reserved; what was reserved before can still be confirmed
 * @param maxSeatsPerReservation from 1 to {@link Event#MAX_SEATS_PER_RESERVATION}
 * @param reservationTtl how long a pending reservation holds its seats; empty for the server's setting
 */
public record Terms(int version, Instant startsAt, int maxSeatsPerReservation, Optional<Duration> reservationTtl) {

    public static final int FIRST_VERSION = 1;

    /** The terms that an event is created with. */
    public static Terms first(Instant startsAt, int maxSeatsPerReservation, Optional<Duration> reservationTtl) {
        return new Terms(FIRST_VERSION, startsAt, maxSeatsPerReservation, reservationTtl);
    }
}
