package seatlock.loadtest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import seatlock.loadtest.ServerConnections.Request;
import seatlock.loadtest.ServerConnections.Response;

/** Produces the requests of a scenario and interprets the responses. Thread-safe. */
final class Workload {

    /** Bound on operations kept for a retry; further ones are recorded as unknown at once. */
    private static final int MAX_UNSETTLED = 100_000;

    private static final byte[] CONFIRMED = "\"status\":\"CONFIRMED\"".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] CAPTURED = "\"status\":\"CAPTURED\"".getBytes(StandardCharsets.US_ASCII);

    /** Bound on the time between a payment and the confirmation of its reservation, after which it counts as lost. */
    private static final Duration LONGEST_CONFIRMATION = Duration.ofSeconds(60);

    /** The requests of a flow. */
    private enum Step {
        RESERVE,
        CONFIRM,
        CHECKOUT,
        PAY,
        AWAIT
    }

    /** A request or a flow of requests, from when it was due until it is over. */
    static final class Operation {
        final long number;
        final long seat;
        final boolean counted;
        final long dueNanos;
        Request request;
        private String firstOutcome;
        private long firstOutcomeNanos;
        private Step step = Step.RESERVE;
        private UUID reservation;
        private long paidNanos;

        private Operation(long number, long seat, boolean counted, long dueNanos, Request request) {
            this.number = number;
            this.seat = seat;
            this.counted = counted;
            this.dueNanos = dueNanos;
            this.request = request;
        }

        /** Returns whether the next request asks again for what the last one has not found, so that the client should pause. */
        boolean isPolling() {
            return step == Step.AWAIT;
        }

        private Request next(Step next, Request sent) {
            step = next;
            request = sent;
            return sent;
        }
    }

    private final Plan plan;
    private final TestEvents events;
    private final SeatLedger ledger;
    private final Measurements measurements;
    private final Violations violations;

    /** Random, so that no two runs share a key. */
    private final String keyPrefix = "loadtest-" + UUID.randomUUID();

    private final AtomicLong nextNumber = new AtomicLong();
    private final List<Operation> unsettled = new ArrayList<>(); // guarded by itself
    private final Request repeatedRequest;
    private volatile String etag;
    private volatile Throwable firstFailure;
    private volatile byte[] firstStormResponse;

    Workload(
            Plan plan,
            TestEvents events,
            SeatLedger ledger,
            Measurements measurements,
            Violations violations,
            ServerConnections connections) {
        this.plan = plan;
        this.events = events;
        this.ledger = ledger;
        this.measurements = measurements;
        this.violations = violations;
        this.repeatedRequest = switch (plan.scenario()) {
            case NOTHING -> new Request(connections.uri("/livez"), null, null, null, false);
            case BROWSE -> events.wholeSeatMap(null);
            case RETRY_STORM -> events.reserve(0, keyPrefix);
            case ON_SALE, PLACES, BEST, RIVALS, STAMPEDE, PURCHASE, CHECKOUT -> null;
        };
    }

    /**
     * Returns the next operation.
     *
     * @param counted whether it is due after the warm-up
     * @return {@code null} if every seat has been requested
     */
    Operation next(boolean counted, long dueNanos) {
        var number = nextNumber.getAndIncrement();
        return switch (plan.scenario()) {
            case NOTHING, RETRY_STORM -> new Operation(number, 0, counted, dueNanos, repeatedRequest);
            case BROWSE ->
                new Operation(
                        number, 0, counted, dueNanos, plan.conditional() ? events.wholeSeatMap(etag) : repeatedRequest);
            case ON_SALE, PLACES, BEST, PURCHASE, CHECKOUT, STAMPEDE -> reserve(number, number, counted, dueNanos);
            case RIVALS -> reserve(number, number / plan.rivals(), counted, dueNanos);
        };
    }

    /** Returns another operation for a given seat. */
    Operation nextFor(long seat, boolean counted, long dueNanos) {
        return reserve(nextNumber.getAndIncrement(), seat, counted, dueNanos);
    }

    private Operation reserve(long number, long seat, boolean counted, long dueNanos) {
        if (seat >= events.totalSeats()) {
            return null;
        }
        return new Operation(number, seat, counted, dueNanos, events.reserve(seat, keyPrefix + "-" + number));
    }

    /**
     * Interprets a response and records its outcome.
     *
     * @return the next request of the same flow, which the client must send first; {@code null} if it is over
     */
    Request onResponse(Operation operation, Response response, long nowNanos) {
        var outcome = response.outcome();
        if (response.failure() != null && firstFailure == null) {
            firstFailure = response.failure();
        }
        // A retry that was turned away says nothing about the first attempt.
        var isUnsettled = isUnsettled(outcome) || operation.firstOutcome != null && Scenario.isTurnedAway(outcome);
        if (plan.scenario().sells() && isUnsettled) {
            keepForRetry(operation, outcome, nowNanos);
            return null;
        }
        if (plan.scenario().isFlow()) {
            return continueFlow(operation, response, nowNanos);
        }
        switch (plan.scenario()) {
            case NOTHING -> {}
            case BROWSE -> etag = response.etag() == null ? etag : response.etag();
            case PURCHASE, CHECKOUT -> throw new AssertionError(plan.scenario()); // flows
            case ON_SALE, PLACES, BEST, RIVALS, STAMPEDE, RETRY_STORM -> {
                if (response.status() == 201) {
                    recordReservation(operation, response);
                } else if (outcome.equals("409 seats-taken")) {
                    ledger.recordRefusal(operation.seat);
                }
            }
        }
        record(outcome, operation, nowNanos, response, false);
        return null;
    }

    private Request continueFlow(Operation operation, Response response, long nowNanos) {
        var outcome = response.outcome();
        var key = keyPrefix + "-" + operation.number;
        switch (operation.step) {
            case RESERVE -> {
                if (response.status() != 201) {
                    if (outcome.equals("409 seats-taken")) {
                        ledger.recordRefusal(operation.seat);
                    }
                    return end("reserve " + outcome, operation, response, nowNanos);
                }
                operation.reservation = recordReservation(operation, response);
                record("reserve 201", operation, nowNanos, response, true);
                if (operation.reservation == null) {
                    return null;
                }
                return plan.scenario() == Scenario.PURCHASE
                        ? operation.next(
                                Step.CONFIRM, events.confirm(operation.seat, operation.reservation, key + "-confirm"))
                        : operation.next(
                                Step.CHECKOUT,
                                events.checkout(operation.seat, operation.reservation, key + "-checkout"));
            }
            case CONFIRM -> {
                return response.status() == 200
                        ? bought(operation, response, nowNanos)
                        : end("confirm " + outcome, operation, response, nowNanos);
            }
            case CHECKOUT -> {
                var payment = response.status() == 201 ? events.pay(response.body()) : null;
                if (payment == null) {
                    return end(
                            response.status() == 201 ? "checkout outside the sandbox" : "checkout " + outcome,
                            operation,
                            response,
                            nowNanos);
                }
                record("checkout 201", operation, nowNanos, response, true);
                return operation.next(Step.PAY, payment);
            }
            case PAY -> {
                // Paid before, by a request that got no response: a page has no Idempotency-Key.
                var wasPaid = response.status() == 409 && operation.firstOutcome != null;
                if (response.status() != 204 && !wasPaid) {
                    return end("pay " + outcome, operation, response, nowNanos);
                }
                record("pay 204", operation, nowNanos, response, true);
                operation.paidNanos = nowNanos;
                return operation.next(Step.AWAIT, events.read(operation.seat, operation.reservation));
            }
            case AWAIT -> {
                if (JsonScanner.contains(response.body(), CONFIRMED)
                        && JsonScanner.contains(response.body(), CAPTURED)) {
                    return bought(operation, response, nowNanos);
                }
                return nowNanos - operation.paidNanos < LONGEST_CONFIRMATION.toNanos()
                        ? operation.request
                        : end("paid, but neither confirmed nor captured", operation, response, nowNanos);
            }
        }
        throw new AssertionError(operation.step);
    }

    private Request bought(Operation operation, Response response, long nowNanos) {
        ledger.recordSale(operation.seat);
        return end("bought", operation, response, nowNanos);
    }

    /** @return {@code null}, because the flow is over */
    private Request end(String outcome, Operation operation, Response response, long nowNanos) {
        record(outcome, operation, nowNanos, response, false);
        return null;
    }

    private void record(String outcome, Operation operation, long nowNanos, Response response, boolean step) {
        if (step) {
            measurements.recordStep(outcome, operation.counted, operation.dueNanos, nowNanos);
        } else if (operation.firstOutcome == null) {
            measurements.record(outcome, operation.counted, operation.dueNanos, nowNanos, response.length());
        } else {
            measurements.record(
                    operation.firstOutcome + Report.THEN + outcome,
                    operation.counted,
                    operation.dueNanos,
                    operation.firstOutcomeNanos,
                    response.length());
        }
    }

    /** Returns whether the request may or may not have taken effect: no response, or a 5xx that does not rule it out. */
    private static boolean isUnsettled(String outcome) {
        return outcome.equals(Report.NO_RESPONSE) || outcome.startsWith("5") && !Scenario.isTurnedAway(outcome);
    }

    private void keepForRetry(Operation operation, String outcome, long nowNanos) {
        if (operation.firstOutcome == null) {
            operation.firstOutcome = outcome;
            operation.firstOutcomeNanos = nowNanos;
        }
        synchronized (unsettled) {
            if (unsettled.size() < MAX_UNSETTLED) {
                unsettled.add(operation);
                return;
            }
        }
        giveUp(operation);
    }

    /** Records that the outcome of an operation will remain unknown. */
    void giveUp(Operation operation) {
        ledger.recordDoubt(operation.seat);
        measurements.record(
                operation.firstOutcome, operation.counted, operation.dueNanos, operation.firstOutcomeNanos, 0);
    }

    /** Returns why a request first got no response; {@code null} if every request got one. */
    Throwable firstFailure() {
        return firstFailure;
    }

    /** Takes the operations to retry. A retry sends the same key, so that it takes effect only once. */
    List<Operation> takeUnsettled() {
        synchronized (unsettled) {
            var taken = List.copyOf(unsettled);
            unsettled.clear();
            return taken;
        }
    }

    int unsettledCount() {
        synchronized (unsettled) {
            return unsettled.size();
        }
    }

    private UUID recordReservation(Operation operation, Response response) {
        var id = JsonScanner.findUuid(response.body(), "\"id\"");
        var seat = plan.scenario().leavesChoice() ? events.chosen(operation.seat, response.body()) : operation.seat;
        var label = seat < 0 ? "" : "\"" + events.label(seat) + "\"";
        if (id == null
                || seat < 0
                || !JsonScanner.contains(response.body(), label.getBytes(StandardCharsets.US_ASCII))) {
            violations.add("The 201 response for seat " + events.describe(operation.seat)
                    + " lacks the reservation ID or the seat: " + new String(response.body(), StandardCharsets.UTF_8));
            return null;
        }
        ledger.recordHold(seat, id);
        if (plan.scenario() == Scenario.RETRY_STORM) {
            compareWithFirst(response.body());
        }
        return id;
    }

    private void compareWithFirst(byte[] body) {
        if (firstStormResponse == null) {
            synchronized (this) {
                firstStormResponse = firstStormResponse == null ? body : firstStormResponse;
            }
        }
        if (!Arrays.equals(firstStormResponse, body)) {
            violations.add("The same request with the same key got two different responses: "
                    + new String(body, StandardCharsets.UTF_8) + " after "
                    + new String(firstStormResponse, StandardCharsets.UTF_8));
        }
    }
}
