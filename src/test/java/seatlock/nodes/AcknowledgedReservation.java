package seatlock.nodes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a client was told about a reservation of his: an entry of the ledger. */
final class Purchase {

    final String event;
    final String id;
    final String token;
    final List<String> seats;
    final long total;
    final Instant acknowledgedAt = Instant.now();
    final Instant expiresAt;

    /** Tickets that were let in. */
    final List<String> checkedIn = new ArrayList<>();

    private String status = "EXPIRED"; // when all has settled, if nothing more is heard
    private Instant cancelAskedAt;

    Purchase(String event, String id, String token, List<String> seats, long total, Instant expiresAt) {
        this.event = event;
        this.id = id;
        this.token = token;
        this.seats = seats;
        this.total = total;
        this.expiresAt = expiresAt;
    }

    void confirmed() {
        status = "CONFIRMED";
    }

    /** From now on it may have been cancelled. */
    void asksToCancel() {
        cancelAskedAt = Instant.now();
    }

    void cancelled() {
        status = "CANCELLED";
    }

    /** What it has to be in the end. */
    String status() {
        return status;
    }

    /** Until when its seats are certainly nobody else's. */
    private Instant until() {
        if (cancelAskedAt != null) {
            return status.equals("EXPIRED") && expiresAt.isBefore(cancelAskedAt) ? expiresAt : cancelAskedAt;
        }
        return status.equals("CONFIRMED") ? Instant.MAX : expiresAt;
    }

    /** Whether both of them certainly had the same seat at the same time. */
    boolean collides(Purchase other) {
        var from = acknowledgedAt.isAfter(other.acknowledgedAt) ? acknowledgedAt : other.acknowledgedAt;
        return from.isBefore(until()) && from.isBefore(other.until());
    }

    @Override
    public String toString() {
        return "reservation " + id + " of " + seats;
    }
}
