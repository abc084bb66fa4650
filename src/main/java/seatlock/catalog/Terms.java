package seatlock.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The rules of an event in one of its versions. A reservation refers to the version under which it was made.
 *
 * @param version counts every change of the event from {@value #FIRST_VERSION}, not only those of its rules
 * @param startsAt start of the event; from then on no seat can be reserved, but pending reservations can still be confirmed
 * @param onSaleFrom nothing can be reserved before; empty: from the creation on
 * @param onSaleUntil nothing can be reserved from then on; empty: until the start
 * @param isPaused whether the seller has stopped the sale until further notice; pending reservations can still be confirmed
 * @param maxSeatsPerReservation from 1 to {@link Event#MAX_SEATS_PER_RESERVATION}
 * @param maxSeatsPerCustomer seats of one e-mail address in all its reservations; empty to use the server's setting
 * @param reservationTtl how long a pending reservation holds its seats; empty to use the server's setting
 * @param maxHold for how long a reservation can be held altogether, extensions included; empty for three times its TTL
 * @param hasReentry whether a ticket that was checked out can be checked in again
 * @param transferUntil no ticket can be transferred from then on; empty: until the start
 * @param presales when some buyers may reserve although the sale is not open to everybody
 * @param choice how buyers may choose seats
 */
public record Terms(
        int version,
        Instant startsAt,
        Optional<Instant> onSaleFrom,
        Optional<Instant> onSaleUntil,
        boolean isPaused,
        int maxSeatsPerReservation,
        OptionalInt maxSeatsPerCustomer,
        Optional<Duration> reservationTtl,
        Optional<Duration> maxHold,
        boolean hasReentry,
        Optional<Instant> transferUntil,
        List<Presale> presales,
        Choice choice) {

    public static final int FIRST_VERSION = 1;

    /**
     * How buyers may choose seats.
     *
     * @param refusesOrphans whether it is refused to leave a single free seat beside the chosen ones
     * @param releasesAccessible whether the best seats may be accessible ones, and those of companions, for everybody
     */
    public record Choice(boolean refusesOrphans, boolean releasesAccessible) {

        public static final Choice FREE = new Choice(false, false);
    }

    public Terms {
        presales = List.copyOf(presales);
    }

    /** Returns the same terms as those of the next version of the event. */
    public Terms next() {
        return withVersion(version + 1);
    }

    /** Returns the terms of a new event that is on sale from now on. */
    public static Terms first(Instant startsAt, int maxSeatsPerReservation, Optional<Duration> reservationTtl) {
        return new Terms(
                FIRST_VERSION,
                startsAt,
                Optional.empty(),
                Optional.empty(),
                false,
                maxSeatsPerReservation,
                OptionalInt.empty(),
                reservationTtl,
                Optional.empty(),
                false,
                Optional.empty(),
                List.of(),
                Choice.FREE);
    }

    /** Returns the same terms as another version. */
    public Terms withVersion(int other) {
        return with(other, isPaused);
    }

    /** Returns the same terms with the sale paused or open, in the same version. */
    public Terms withPaused(boolean other) {
        return with(version, other);
    }

    /** Returns the same terms with other presales, in the same version. */
    public Terms withPresales(List<Presale> others) {
        return with(version, isPaused, others);
    }

    private Terms with(int otherVersion, boolean paused) {
        return with(otherVersion, paused, presales);
    }

    private Terms with(int otherVersion, boolean paused, List<Presale> otherPresales) {
        return new Terms(
                otherVersion,
                startsAt,
                onSaleFrom,
                onSaleUntil,
                paused,
                maxSeatsPerReservation,
                maxSeatsPerCustomer,
                reservationTtl,
                maxHold,
                hasReentry,
                transferUntil,
                otherPresales,
                choice);
    }
}
