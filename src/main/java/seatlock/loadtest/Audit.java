package seatlock.loadtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import seatlock.loadtest.Traffic.Ask;
import seatlock.loadtest.Wire.Answer;
import seatlock.loadtest.Wire.Call;

/** Holds the server to what it has said. Nothing is measured any more, so it takes its time. */
final class Audit {

    /** A server that was killed in the middle has this long to come back. */
    private static final int TRIES = 20;

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    /** The seat map may be a quarter of a second old; a server with much to do, a little more. */
    private static final Duration MAP_PATIENCE = Duration.ofSeconds(5);

    private static final Duration BETWEEN_MAPS = Duration.ofMillis(100);

    private final Plan plan;
    private final Wire wire;
    private final House house;
    private final Ledger ledger;
    private final Traffic traffic;
    private final Violations violations;

    Audit(Plan plan, Wire wire, House house, Ledger ledger, Traffic traffic, Violations violations) {
        this.plan = plan;
        this.wire = wire;
        this.house = house;
        this.ledger = ledger;
        this.traffic = traffic;
        this.violations = violations;
    }

    /** Asks again, with the same keys, what has no outcome yet, until it has one. @return how much that was */
    int settle() {
        var count = traffic.unsettled();
        for (int attempt = 1; traffic.unsettled() > 0 && attempt <= TRIES; attempt++) {
            if (attempt > 1) {
                pause(BETWEEN_TRIES);
            }
            askAgain(traffic.takeUnsettled());
        }
        for (var ask : traffic.takeUnsettled()) {
            traffic.giveUp(ask);
        }
        return count;
    }

    /** And, in a flow, what comes after it. */
    private void askAgain(List<Ask> asks) {
        while (!asks.isEmpty()) {
            var goOn = Collections.synchronizedList(new ArrayList<Ask>());
            all(asks.iterator(), ask -> ask.call, (ask, answer) -> {
                if (traffic.answered(ask, answer, System.nanoTime()) != null) {
                    goOn.add(ask);
                }
            });
            asks = goOn;
        }
    }

    /** Reads reservations that were acknowledged. @return how many */
    long recheck() {
        var acknowledged = ledger.acknowledged();
        var wanted = plan.recheck() < 0 ? acknowledged : Math.min(plan.recheck(), acknowledged);
        if (wanted == 0) {
            return 0;
        }
        var left = choose(wanted);
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            var unread = Collections.synchronizedList(new ArrayList<Long>());
            all(left, seat -> house.read(seat, ledger.reservation(seat)), (seat, answer) -> {
                if (answer.failure() != null || answer.status() >= 500) {
                    unread.add(seat);
                } else {
                    compare(seat, answer);
                }
            });
            if (unread.isEmpty()) {
                return wanted;
            }
            left = unread.iterator();
            pause(BETWEEN_TRIES);
        }
        left.forEachRemaining(seat -> violations.add("Reservation " + ledger.reservation(seat) + " cannot be read"));
        return wanted;
    }

    /** Seats that somebody was told to have: so many of them, from the first to the last. */
    private Iterator<Long> choose(long wanted) {
        var acknowledged = ledger.acknowledged();
        var seen = new AtomicLong();
        return LongStream.range(0, house.seats())
                .filter(ledger::isHeld)
                .filter(seat -> {
                    var i = seen.getAndIncrement();
                    return (i + 1) * wanted / acknowledged > i * wanted / acknowledged;
                })
                .boxed()
                .iterator();
    }

    private void compare(long seat, Answer answer) {
        var who = "Reservation " + ledger.reservation(seat) + " of seat " + house.describe(seat);
        if (answer.status() != 200) {
            violations.add(who + " was acknowledged, and now it is " + answer.outcome());
            return;
        }
        var json = answer.json();
        var status = json.path("status").asText();
        var seats = json.path("seats").findValuesAsText("label");
        var expected = ledger.isSold(seat) ? "CONFIRMED" : "PENDING";
        // What was asked to be confirmed, with no outcome, may be either.
        if (!status.equals(expected) && !(ledger.isInDoubt(seat) && status.equals("CONFIRMED"))) {
            violations.add(who + " is " + status + " instead of " + expected);
        }
        if (!seats.equals(List.of(house.label(seat)))) {
            violations.add(who + " has the seats " + seats);
        }
    }

    /** Compares the seat maps with what was said, once they have had time to become true. */
    void compareMaps() {
        for (int event = 0; event < house.events(); event++) {
            var deadline = System.nanoTime() + MAP_PATIENCE.toNanos();
            var wrong = compareMap(event);
            while (!wrong.isEmpty() && System.nanoTime() < deadline) {
                pause(BETWEEN_MAPS);
                wrong = compareMap(event);
            }
            wrong.forEach(violations::add);
        }
    }

    private List<String> compareMap(int event) {
        var wrong = new ArrayList<String>();
        var first = (long) event * house.seatsPerEvent();
        var seat = first;
        JsonNode next = IntNode.valueOf(0);
        while (next.isInt()) {
            var answer = wire.ask(house.map(event, next.asInt()));
            if (answer.status() != 200) {
                return List.of("The seat map of an event cannot be read: " + answer.outcome());
            }
            var page = answer.json();
            for (var shown : page.path("seats")) {
                check(seat++, shown, wrong);
            }
            next = page.path("next");
        }
        if (seat - first != house.seatsPerEvent()) {
            wrong.add("A seat map has " + (seat - first) + " seats instead of " + house.seatsPerEvent());
        }
        return wrong;
    }

    /** @param wrong what is not as it was said is added to it */
    private void check(long seat, JsonNode shown, List<String> wrong) {
        var status = shown.path("status").asText();
        if (!shown.path("label").asText().equals(house.label(seat))) {
            wrong.add("The seat map shows " + shown.path("label") + " in the place of " + house.label(seat));
        } else if (ledger.isHeld(seat)) {
            var expected = ledger.isSold(seat) ? "SOLD" : "HELD";
            if (!status.equals(expected) && !(ledger.isInDoubt(seat) && status.equals("SOLD"))) {
                wrong.add("Seat " + house.describe(seat) + " was given to a reservation, and is " + status
                        + " instead of " + expected);
            }
        } else if (!status.equals("AVAILABLE") && !ledger.isInDoubt(seat)) {
            wrong.add("Seat " + house.describe(seat) + " is " + status + ", and nobody was told to have it");
        }
    }

    /** Nothing is given back during the test: so whoever is told that a seat is taken is told of a holder. */
    void checkRefusals() {
        for (long seat = 0; seat < house.seats(); seat++) {
            if (ledger.isRefused(seat) && !ledger.isHeld(seat) && !ledger.isInDoubt(seat)) {
                violations.add(
                        "Seat " + house.describe(seat) + " was refused as taken, and nobody was told to have it");
            }
        }
    }

    /** What this scenario, and no other, promises. */
    void checkScenario(Figures figures) {
        figures.seen().forEach((outcome, count) -> {
            if (!plan.scenario().allows(outcome)) {
                violations.add("%,d × %s, which is no right answer in %s".formatted(count, outcome, plan.scenario()));
            }
        });
        var winners = figures.rows().stream()
                .filter(row -> plan.scenario().isSuccess(row.outcome()))
                .mapToLong(row -> row.latency().count())
                .sum();
        if (plan.scenario() == Scenario.STAMPEDE && winners != 1) {
            violations.add(winners + " of " + plan.clients() + " got the one seat");
        }
        if (plan.scenario() == Scenario.RETRY_STORM && ledger.acknowledged() > 1) {
            violations.add("One key made " + ledger.acknowledged() + " reservations");
        }
    }

    /** Asks for each of them, as many at once as there are clients, and returns when all are answered. */
    private <T> void all(Iterator<T> items, Function<T, Call> call, BiConsumer<T, Answer> answered) {
        var free = new Semaphore(plan.clients());
        var bugs = new HashSet<RuntimeException>();
        while (items.hasNext()) {
            var item = items.next();
            free.acquireUninterruptibly();
            wire.send(call.apply(item), answer -> handOver(item, answer, answered, free, bugs));
        }
        free.acquireUninterruptibly(plan.clients());
        for (var bug : bugs) {
            throw bug;
        }
    }

    private static <T> void handOver(
            T item, Answer answer, BiConsumer<T, Answer> answered, Semaphore free, Set<RuntimeException> bugs) {
        try {
            answered.accept(item, answer);
        } catch (RuntimeException e) {
            synchronized (bugs) {
                bugs.add(e);
            }
        } finally {
            free.release();
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while checking", e);
        }
    }
}
