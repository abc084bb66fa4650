package seatlock.loadtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import seatlock.loadtest.ServerConnections.Request;
import seatlock.loadtest.ServerConnections.Response;
import seatlock.loadtest.Workload.Operation;

/** Compares the server's state with its responses after the load has ended. */
final class Audit {

    /** Together with the pause: how long a server that was killed during the test may take to return. */
    private static final int TRIES = 20;

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    /** A seat map may be a quarter of a second old, or a little more on a busy server. */
    private static final Duration MAP_PATIENCE = Duration.ofSeconds(5);

    private static final Duration BETWEEN_MAPS = Duration.ofMillis(100);

    private final Plan plan;
    private final ServerConnections connections;
    private final TestEvents events;
    private final SeatLedger ledger;
    private final Workload workload;
    private final Violations violations;

    Audit(
            Plan plan,
            ServerConnections connections,
            TestEvents events,
            SeatLedger ledger,
            Workload workload,
            Violations violations) {
        this.plan = plan;
        this.connections = connections;
        this.events = events;
        this.ledger = ledger;
        this.workload = workload;
        this.violations = violations;
    }

    /**
     * Retries operations without a definite outcome, with the same keys, until they have one.
     *
     * @return how many
     */
    int resolveUnknown() {
        var count = workload.unsettledCount();
        for (int attempt = 1; workload.unsettledCount() > 0 && attempt <= TRIES; attempt++) {
            if (attempt > 1) {
                pause(BETWEEN_TRIES);
            }
            retry(workload.takeUnsettled());
        }
        for (var operation : workload.takeUnsettled()) {
            workload.giveUp(operation);
        }
        return count;
    }

    /** Sends operations again, and the remaining requests of their flows. */
    private void retry(List<Operation> operations) {
        while (!operations.isEmpty()) {
            var unfinished = Collections.synchronizedList(new ArrayList<Operation>());
            sendAll(operations.iterator(), operation -> operation.request, (operation, response) -> {
                if (workload.onResponse(operation, response, System.nanoTime()) != null) {
                    unfinished.add(operation);
                }
            });
            operations = unfinished;
        }
    }

    /**
     * Reads acknowledged reservations and compares them with the ledger.
     *
     * @return how many
     */
    long recheck() {
        var acknowledged = ledger.acknowledged();
        var wanted = plan.recheck() < 0 ? acknowledged : Math.min(plan.recheck(), acknowledged);
        if (wanted == 0) {
            return 0;
        }
        var left = choose(wanted);
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            var unread = Collections.synchronizedList(new ArrayList<Long>());
            sendAll(left, seat -> events.read(seat, ledger.reservation(seat)), (seat, response) -> {
                if (response.failure() != null || response.status() >= 500) {
                    unread.add(seat);
                } else {
                    compare(seat, response);
                }
            });
            if (unread.isEmpty()) {
                return wanted;
            }
            left = unread.iterator();
            pause(BETWEEN_TRIES);
        }
        left.forEachRemaining(seat -> violations.add("Cannot read reservation " + ledger.reservation(seat)));
        return wanted;
    }

    /** Chooses as many acknowledged seats as wanted, spread evenly from the first to the last. */
    private Iterator<Long> choose(long wanted) {
        var acknowledged = ledger.acknowledged();
        var seen = new AtomicLong();
        return LongStream.range(0, events.totalSeats())
                .filter(ledger::isHeld)
                .filter(seat -> {
                    var i = seen.getAndIncrement();
                    return (i + 1) * wanted / acknowledged > i * wanted / acknowledged;
                })
                .boxed()
                .iterator();
    }

    private void compare(long seat, Response response) {
        var reservation = "Reservation " + ledger.reservation(seat) + " of seat " + events.describe(seat);
        if (response.status() != 200) {
            violations.add(reservation + " was acknowledged but now returns " + response.outcome());
            return;
        }
        var json = response.json();
        var status = json.path("status").asText();
        var seats = json.path("seats").findValuesAsText("label");
        var expected = ledger.isSold(seat) ? "CONFIRMED" : "PENDING";
        // A confirmation with an unknown outcome may or may not have taken effect.
        if (!status.equals(expected) && !(ledger.isInDoubt(seat) && status.equals("CONFIRMED"))) {
            violations.add(reservation + " is " + status + " instead of " + expected);
        }
        var payment = json.at("/payment/status").asText();
        if (plan.scenario() == Scenario.CHECKOUT && ledger.isSold(seat) && !payment.equals("CAPTURED")) {
            violations.add(reservation + " is sold but its payment is " + payment + " instead of CAPTURED");
        }
        if (!seats.equals(List.of(events.label(seat)))) {
            violations.add(reservation + " has the wrong seats: " + seats);
        }
    }

    /** Compares the seat maps with the ledger, allowing for their delay. */
    void compareMaps() {
        for (int event = 0; event < events.count(); event++) {
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
        var first = (long) event * events.seatsPerEvent();
        var seat = first;
        JsonNode next = IntNode.valueOf(0);
        while (next.isInt()) {
            var response = connections.sendAndWait(events.seatMapPage(event, next.asInt()));
            if (response.status() != 200) {
                return List.of("Cannot read a seat map: " + response.outcome());
            }
            var page = response.json();
            for (var shown : page.path("seats")) {
                check(seat++, shown, wrong);
            }
            for (var area : page.path("areas")) {
                seat += checkArea(first, area, wrong);
            }
            next = page.path("next");
        }
        if (plan.scenario().leavesChoice() && wrong.size() <= ledger.doubts()) {
            wrong.clear(); // nobody knows which seats the requests in doubt have got
        }
        if (seat - first != events.seatsPerEvent()) {
            wrong.add("A seat map has " + (seat - first) + " seats instead of " + events.seatsPerEvent());
        }
        return wrong;
    }

    /**
     * Compares an area with its places.
     *
     * @param first the first of them
     * @return how many there are
     */
    private int checkArea(long first, JsonNode area, List<String> wrong) {
        var capacity = area.path("capacity").asInt();
        var held =
                LongStream.range(first, first + capacity).filter(ledger::isHeld).count();
        var taken = capacity - area.path("available").asLong();
        LongStream.range(0, Math.abs(taken - held))
                .forEach(i ->
                        wrong.add("An area has " + taken + " taken places, of which " + held + " were given away"));
        return capacity;
    }

    /** @param wrong collects the differences */
    private void check(long seat, JsonNode shown, List<String> wrong) {
        var status = shown.path("status").asText();
        if (!shown.path("label").asText().equals(events.label(seat))) {
            wrong.add("The seat map shows " + shown.path("label") + " in place of " + events.label(seat));
        } else if (ledger.isHeld(seat)) {
            var expected = ledger.isSold(seat) ? "SOLD" : "HELD";
            if (!status.equals(expected) && !(ledger.isInDoubt(seat) && status.equals("SOLD"))) {
                wrong.add("Seat " + events.describe(seat) + " was given to a reservation but is " + status
                        + " instead of " + expected);
            }
        } else if (!status.equals("AVAILABLE") && !ledger.isInDoubt(seat)) {
            wrong.add("Seat " + events.describe(seat) + " is " + status + " but was never given to a reservation");
        }
    }

    /** Checks that every seat refused as taken is taken: the test never releases a seat. */
    void checkRefusals() {
        for (long seat = 0; seat < events.totalSeats(); seat++) {
            if (ledger.isRefused(seat) && !ledger.isHeld(seat) && !ledger.isInDoubt(seat)) {
                violations.add(
                        "Seat " + events.describe(seat) + " was refused as taken but was never given to a reservation");
            }
        }
    }

    /** Checks the outcomes that are particular to the scenario. */
    void checkScenario(Measurements measurements) {
        measurements.seen().forEach((outcome, count) -> {
            if (!plan.scenario().allows(outcome)) {
                violations.add(String.format(
                        Locale.ROOT, "%,d × %s, which is not a valid outcome of %s", count, outcome, plan.scenario()));
            }
        });
        var winners = measurements.rows().stream()
                .filter(row -> plan.scenario().isSuccess(row.outcome()))
                .mapToLong(row -> row.latency().count())
                .sum();
        if (plan.scenario() == Scenario.STAMPEDE && winners != 1) {
            violations.add(winners + " of " + plan.clients() + " clients got the seat; exactly one should have");
        }
        if (plan.scenario() == Scenario.RETRY_STORM && ledger.acknowledged() > 1) {
            violations.add("One Idempotency-Key created " + ledger.acknowledged() + " reservations");
        }
    }

    /** Sends a request for each item, as many at once as there are clients, and waits for all responses. */
    private <T> void sendAll(Iterator<T> items, Function<T, Request> request, BiConsumer<T, Response> onResponse) {
        var free = new Semaphore(plan.clients());
        var bugs = new HashSet<RuntimeException>();
        while (items.hasNext()) {
            var item = items.next();
            free.acquireUninterruptibly();
            connections.send(request.apply(item), response -> deliver(item, response, onResponse, free, bugs));
        }
        free.acquireUninterruptibly(plan.clients());
        for (var bug : bugs) {
            throw bug;
        }
    }

    private static <T> void deliver(
            T item, Response response, BiConsumer<T, Response> onResponse, Semaphore free, Set<RuntimeException> bugs) {
        try {
            onResponse.accept(item, response);
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
