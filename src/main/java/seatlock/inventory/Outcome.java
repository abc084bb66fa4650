package seatlock.inventory;

import java.time.Duration;
import java.util.List;

/** What became of a command. */
public sealed interface Outcome {

    /**
     * The reservation is as it was asked to be.
     *
     * @param changed whether this command made it so: {@code false} if there was nothing left to do
     */
    record Done(Reservation reservation, boolean changed) implements Outcome {}

    /**
     * Nothing was changed.
     *
     * @param seats the labels in question, in the order of the request; empty where the reason is not about seats
     * @param reservation the one in question, as it is; {@code null} where there is none
     */
    record Refused(Refusal reason, List<String> seats, Reservation reservation) implements Outcome {}

    /**
     * The buyer has as much as his quota allows. Nothing was changed.
     *
     * @param retryAfter where he has too many pending reservations: until the first of them lapses; {@code null} where he has
     *     too many seats
     */
    record Limited(Quota quota, Duration retryAfter) implements Outcome {}
}
