package seatlock.loadtest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import seatlock.loadtest.Wire.Answer;
import seatlock.loadtest.Wire.Call;

/** What is asked in a scenario, and what each answer means. May be used by several threads. */
final class Traffic {

    /** What nobody knows the outcome of is remembered, to be asked again; of more than this, only the number. */
    private static final int MAX_UNSETTLED = 100_000;

    /** A request, or a flow of them, from when it was due until it is over. */
    static final class Ask {
        final long number;
        final long seat;
        final boolean counted;
        final long dueNanos;
        final boolean confirms;
        Call call;
        private String first;
        private long firstNanos;
        private boolean reserved;

        private Ask(long number, long seat, boolean counted, long dueNanos, boolean confirms, Call call) {
            this.number = number;
            this.seat = seat;
            this.counted = counted;
            this.dueNanos = dueNanos;
            this.confirms = confirms;
            this.call = call;
        }
    }

    private final Plan plan;
    private final House house;
    private final Ledger ledger;
    private final Figures figures;
    private final Violations violations;

    /** Random, so that no two runs use the same keys. */
    private final String keyPrefix = "loadtest-" + UUID.randomUUID();

    private final AtomicLong next = new AtomicLong();
    private final List<Ask> unsettled = new ArrayList<>(); // guarded by itself
    private final Call always;
    private volatile String etag;
    private volatile Throwable firstFailure;
    private volatile byte[] stormAnswer;

    Traffic(Plan plan, House house, Ledger ledger, Figures figures, Violations violations, Wire wire) {
        this.plan = plan;
        this.house = house;
        this.ledger = ledger;
        this.figures = figures;
        this.violations = violations;
        this.always = switch (plan.scenario()) {
            case NOTHING -> new Call(wire.at("/livez"), null, null, null, false);
            case BROWSE -> house.look(null);
            case RETRY_STORM -> house.reserve(0, keyPrefix);
            case ON_SALE, RIVALS, STAMPEDE, PURCHASE -> null;
        };
    }

    /**
     * The next thing to ask.
     *
     * @param counted whether it is due after the warm-up
     * @return {@code null} if all seats have been asked for
     */
    Ask next(boolean counted, long dueNanos) {
        var number = next.getAndIncrement();
        return switch (plan.scenario()) {
            case NOTHING, RETRY_STORM -> new Ask(number, 0, counted, dueNanos, false, always);
            case BROWSE -> new Ask(number, 0, counted, dueNanos, false, plan.conditional() ? house.look(etag) : always);
            case ON_SALE, PURCHASE, STAMPEDE -> reserve(number, number, counted, dueNanos);
            case RIVALS -> reserve(number, number / plan.rivals(), counted, dueNanos);
        };
    }

    /** One of those who ask for the same seat. */
    Ask rival(long seat, boolean counted, long dueNanos) {
        return reserve(next.getAndIncrement(), seat, counted, dueNanos);
    }

    private Ask reserve(long number, long seat, boolean counted, long dueNanos) {
        if (seat >= house.seats()) {
            return null;
        }
        var confirms = plan.scenario() == Scenario.PURCHASE;
        return new Ask(number, seat, counted, dueNanos, confirms, house.reserve(seat, keyPrefix + "-" + number));
    }

    /**
     * Notes an answer.
     *
     * @return what the same client asks next, before anything else; {@code null} if this is over
     */
    Call answered(Ask ask, Answer answer, long nowNanos) {
        var outcome = answer.outcome();
        if (answer.failure() != null && firstFailure == null) {
            firstFailure = answer.failure();
        }
        // Turned away when asked again says nothing about the first time.
        var isUnsettled = isUnsettled(outcome) || ask.first != null && Scenario.isTurnedAway(outcome);
        if (plan.scenario().sells() && isUnsettled) {
            putAside(ask, outcome, nowNanos);
            return null;
        }
        if (ask.confirms && !ask.reserved && answer.status() == 201) {
            var id = hold(ask, answer);
            note("reserve 201", ask, nowNanos, answer, true);
            if (id == null) {
                return null;
            }
            ask.reserved = true;
            ask.call = house.confirm(ask.seat, id, keyPrefix + "-" + ask.number + "-confirm");
            return ask.call;
        }
        if (ask.confirms && ask.reserved) {
            if (answer.status() == 200) {
                ledger.sell(ask.seat);
            }
            note(answer.status() == 200 ? "bought" : "confirm " + outcome, ask, nowNanos, answer, false);
            return null;
        }
        switch (plan.scenario()) {
            case NOTHING -> {}
            case BROWSE -> etag = answer.etag() == null ? etag : answer.etag();
            case ON_SALE, RIVALS, STAMPEDE, RETRY_STORM, PURCHASE -> {
                if (answer.status() == 201) {
                    hold(ask, answer);
                } else if (outcome.equals("409 seats-taken")) {
                    ledger.refuse(ask.seat);
                }
            }
        }
        note(ask.confirms ? "reserve " + outcome : outcome, ask, nowNanos, answer, false);
        return null;
    }

    private void note(String outcome, Ask ask, long nowNanos, Answer answer, boolean step) {
        if (step) {
            figures.noteStep(outcome, ask.counted, ask.dueNanos, nowNanos);
        } else if (ask.first == null) {
            figures.note(outcome, ask.counted, ask.dueNanos, nowNanos, answer.length());
        } else {
            figures.note(ask.first + Report.THEN + outcome, ask.counted, ask.dueNanos, ask.firstNanos, answer.length());
        }
    }

    /** No answer, and any failure of the server that does not say that nothing was done: it may have had its effect. */
    private static boolean isUnsettled(String outcome) {
        return outcome.equals(Report.NO_ANSWER) || outcome.startsWith("5") && !Scenario.isTurnedAway(outcome);
    }

    private void putAside(Ask ask, String outcome, long nowNanos) {
        if (ask.first == null) {
            ask.first = outcome;
            ask.firstNanos = nowNanos;
        }
        synchronized (unsettled) {
            if (unsettled.size() < MAX_UNSETTLED) {
                unsettled.add(ask);
                return;
            }
        }
        giveUp(ask);
    }

    /** Notes that it will never be known what became of it. */
    void giveUp(Ask ask) {
        ledger.doubt(ask.seat);
        figures.note(ask.first, ask.counted, ask.dueNanos, ask.firstNanos, 0);
    }

    /** Why there was no answer, the first time there was none; {@code null} if there always was one. */
    Throwable firstFailure() {
        return firstFailure;
    }

    /** What is to be asked again: with the same key, so that it has its effect once. */
    List<Ask> takeUnsettled() {
        synchronized (unsettled) {
            var taken = List.copyOf(unsettled);
            unsettled.clear();
            return taken;
        }
    }

    int unsettled() {
        synchronized (unsettled) {
            return unsettled.size();
        }
    }

    private UUID hold(Ask ask, Answer answer) {
        var id = Scan.uuid(answer.body(), "\"id\"");
        var label = "\"" + house.label(ask.seat) + "\"";
        if (id == null || !Scan.contains(answer.body(), label.getBytes(StandardCharsets.US_ASCII))) {
            violations.add("A 201 for seat " + house.describe(ask.seat) + " does not say who has it: "
                    + new String(answer.body(), StandardCharsets.UTF_8));
            return null;
        }
        ledger.hold(ask.seat, id);
        if (plan.scenario() == Scenario.RETRY_STORM) {
            compare(answer.body());
        }
        return id;
    }

    private void compare(byte[] answer) {
        if (stormAnswer == null) {
            synchronized (this) {
                stormAnswer = stormAnswer == null ? answer : stormAnswer;
            }
        }
        if (!Arrays.equals(stormAnswer, answer)) {
            violations.add("The same request with the same key was answered differently: "
                    + new String(answer, StandardCharsets.UTF_8) + " after "
                    + new String(stormAnswer, StandardCharsets.UTF_8));
        }
    }
}
