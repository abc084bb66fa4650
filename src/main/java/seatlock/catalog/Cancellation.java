package seatlock.catalog;

import java.time.Instant;
import java.util.Optional;

/**
 * The cancellation of an event. Reservations are cancelled after it, in batches.
 *
 * @param at from when on nothing is sold
 * @param reason for buyers; empty if the seller gave none
 * @param refund whether confirmed reservations are cancelled, too
 * @param notifies whether holders of tickets are told by mail
 * @param completedAt when nothing was left to be cancelled; empty until then
 */
public record Cancellation(
        Instant at, Optional<String> reason, boolean refund, boolean notifies, Optional<Instant> completedAt) {

    /** The longest reason, in characters. */
    public static final int MAX_REASON = 1_000;
}
