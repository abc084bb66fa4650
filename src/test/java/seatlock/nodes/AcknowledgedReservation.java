package seatlock.nodes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A reservation that the server acknowledged, with what later responses said about it. */
final class AcknowledgedReservation {

    final String event;
    final String id;
    final String token;
    final List<String> seats;
    final long total;
    final Instant acknowledgedAt = Instant.now();
    final Instant expiresAt;

    /** IDs of tickets that were checked in. */
    final List<String> checkedIn = new ArrayList<>();

    private String status = "EXPIRED"; // the final status unless the client learns otherwise
    private Instant cancelRequestedAt;

    AcknowledgedReservation(String event, String id, String token, List<String> seats, long total, Instant expiresAt) {
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

    /** Records that a cancellation was requested, so that it may be cancelled from now on. */
    void cancelRequested() {
        cancelRequestedAt = Instant.now();
    }

    void cancelled() {
        status = "CANCELLED";
    }

    /** Returns the status that it must have when everything has settled. */
    String status() {
        return status;
    }

    /** Returns the time until which no other reservation can have its seats. */
    private Instant heldUntil() {
        if (cancelRequestedAt != null) {
            return status.equals("EXPIRED") && expiresAt.isBefore(cancelRequestedAt) ? expiresAt : cancelRequestedAt;
        }
        return status.equals("CONFIRMED") ? Instant.MAX : expiresAt;
    }

    /** Returns whether both certainly held a common seat at the same time. Call it only if they have a seat in common. */
    boolean collides(AcknowledgedReservation other) {
        var from = acknowledgedAt.isAfter(other.acknowledgedAt) ? acknowledgedAt : other.acknowledgedAt;
        return from.isBefore(heldUntil()) && from.isBefore(other.heldUntil());
    }

    @Override
    public String toString() {
        return "reservation " + id + " of " + seats;
    }
}
