package seatlock.loadtest;

import java.util.UUID;

/**
 * What the server has said of each seat: who has it, and whether somebody was refused it. Seventeen bytes a seat, however
 * many ask, so that a long run needs no more memory than its seats.
 */
final class Ledger {

    private static final byte HELD = 1;
    private static final byte SOLD = 2;
    private static final byte REFUSED = 4;
    private static final byte IN_DOUBT = 8;

    private final House house;
    private final Violations violations;
    private final long[][] mostSignificant;
    private final long[][] leastSignificant;
    private final byte[][] flags;
    private long acknowledged;

    Ledger(House house, Violations violations) {
        this.house = house;
        this.violations = violations;
        mostSignificant = new long[house.events()][];
        leastSignificant = new long[house.events()][];
        flags = new byte[house.events()][];
    }

    /** A 201 has given a seat to a reservation. The same again is a repeated answer. */
    synchronized void hold(long seat, UUID reservation) {
        var event = event(seat);
        var at = at(seat);
        if ((flags[event][at] & (HELD | SOLD)) == 0) {
            flags[event][at] |= HELD;
            mostSignificant[event][at] = reservation.getMostSignificantBits();
            leastSignificant[event][at] = reservation.getLeastSignificantBits();
            acknowledged++;
        } else if (!reservation.equals(reservation(seat))) {
            violations.add("Seat " + house.describe(seat) + " was given to two reservations: " + reservation(seat)
                    + " and " + reservation);
        }
    }

    /** A 200 has confirmed the reservation that has a seat. */
    synchronized void sell(long seat) {
        flags[event(seat)][at(seat)] |= SOLD;
    }

    /** A 409 has said that a seat is taken. */
    synchronized void refuse(long seat) {
        flags[event(seat)][at(seat)] |= REFUSED;
    }

    /** Nobody knows what became of a request for a seat, however often it was asked again. */
    synchronized void doubt(long seat) {
        flags[event(seat)][at(seat)] |= IN_DOUBT;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized boolean isHeld(long seat) {
        return has(seat, HELD);
    }

    synchronized boolean isSold(long seat) {
        return has(seat, SOLD);
    }

    synchronized boolean isRefused(long seat) {
        return has(seat, REFUSED);
    }

    synchronized boolean isInDoubt(long seat) {
        return has(seat, IN_DOUBT);
    }

    /** Who was told to have a seat. */
    synchronized UUID reservation(long seat) {
        var event = event(seat);
        var at = at(seat);
        return new UUID(mostSignificant[event][at], leastSignificant[event][at]);
    }

    private boolean has(long seat, byte flag) {
        var event = (int) (seat / house.seatsPerEvent());
        return flags[event] != null && (flags[event][at(seat)] & flag) != 0;
    }

    /** The arrays of an event are made when it is first spoken of. */
    private int event(long seat) {
        var event = (int) (seat / house.seatsPerEvent());
        if (flags[event] == null) {
            flags[event] = new byte[house.seatsPerEvent()];
            mostSignificant[event] = new long[house.seatsPerEvent()];
            leastSignificant[event] = new long[house.seatsPerEvent()];
        }
        return event;
    }

    private int at(long seat) {
        return (int) (seat % house.seatsPerEvent());
    }
}
