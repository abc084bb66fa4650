package seatlock.loadtest;

import java.util.UUID;

/**
 * Records what the server said about each seat: which reservation has it, whether it was sold, and whether it was refused
 * to a client. Uses 17 bytes per seat, however many requests there are.
 */
final class SeatLedger {

    private static final byte HELD = 1;
    private static final byte SOLD = 2;
    private static final byte REFUSED = 4;
    private static final byte IN_DOUBT = 8;

    private final TestEvents events;
    private final Violations violations;
    private final long[][] mostSignificant;
    private final long[][] leastSignificant;
    private final byte[][] flags;
    private long acknowledged;
    private int doubts;

    SeatLedger(TestEvents events, Violations violations) {
        this.events = events;
        this.violations = violations;
        mostSignificant = new long[events.count()][];
        leastSignificant = new long[events.count()][];
        flags = new byte[events.count()][];
    }

    /** Records that a 201 gave a seat to a reservation. Recording the same again is a replayed response and harmless. */
    synchronized void recordHold(long seat, UUID reservation) {
        var event = event(seat);
        var at = at(seat);
        if ((flags[event][at] & (HELD | SOLD)) == 0) {
            flags[event][at] |= HELD;
            mostSignificant[event][at] = reservation.getMostSignificantBits();
            leastSignificant[event][at] = reservation.getLeastSignificantBits();
            acknowledged++;
        } else if (!reservation.equals(reservation(seat))) {
            violations.add("Seat " + events.describe(seat) + " was given to two reservations: " + reservation(seat)
                    + " and " + reservation);
        }
    }

    /** Records that a 200 confirmed the reservation of a seat. */
    synchronized void recordSale(long seat) {
        flags[event(seat)][at(seat)] |= SOLD;
    }

    /** Records that a 409 called a seat taken. */
    synchronized void recordRefusal(long seat) {
        flags[event(seat)][at(seat)] |= REFUSED;
    }

    /** Records that the outcome of a request for a seat is unknown despite all retries. */
    synchronized void recordDoubt(long seat) {
        flags[event(seat)][at(seat)] |= IN_DOUBT;
        doubts++;
    }

    /** Returns of how many requests the outcome is unknown. */
    synchronized int doubts() {
        return doubts;
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

    /** Returns the reservation that was given a seat; call it only if {@link #isHeld}. */
    synchronized UUID reservation(long seat) {
        var event = event(seat);
        var at = at(seat);
        return new UUID(mostSignificant[event][at], leastSignificant[event][at]);
    }

    private boolean has(long seat, byte flag) {
        var event = (int) (seat / events.seatsPerEvent());
        return flags[event] != null && (flags[event][at(seat)] & flag) != 0;
    }

    /** Returns the index of a seat's event, and allocates its arrays on first use. */
    private int event(long seat) {
        var event = (int) (seat / events.seatsPerEvent());
        if (flags[event] == null) {
            flags[event] = new byte[events.seatsPerEvent()];
            mostSignificant[event] = new long[events.seatsPerEvent()];
            leastSignificant[event] = new long[events.seatsPerEvent()];
        }
        return event;
    }

    private int at(long seat) {
        return (int) (seat % events.seatsPerEvent());
    }
}
