package seatlock.loadtest;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import seatlock.loadtest.Wire.Call;

/** One run of a plan: makes events, lets the clients ask, and then checks what the server has said. */
public final class LoadTest {

    private static final long SECOND = 1_000_000_000;

    /** Of a shorter rest of a second no rate is told: it would be mostly noise. */
    private static final long SHORTEST_SECOND = SECOND / 4;

    private final Plan plan;
    private final Wire wire;
    private final Consumer<String> progress;
    private final Violations violations = new Violations();
    private final List<String> notes = new ArrayList<>();
    private final Figures figures;

    private LoadTest(Plan plan, Wire wire, Consumer<String> progress) {
        this.plan = plan;
        this.wire = wire;
        this.progress = progress;
        this.figures = new Figures(plan.scenario());
    }

    /**
     * Runs a plan, to its end.
     *
     * @param progress is told what is going on, a line at a time
     * @throws IllegalStateException if it cannot begin: no server, or one that does not take the key
     */
    public static Report run(Plan plan, Consumer<String> progress) {
        try (var wire = new Wire(plan.urls(), plan.key(), plan.clients())) {
            return new LoadTest(plan, wire, progress).run();
        }
    }

    private Report run() {
        greet();
        var house = House.build(wire, plan);
        if (house.events() > 0) {
            progress.accept("Made %,d events of %,d seats".formatted(house.events(), house.seatsPerEvent()));
        }
        connect();
        var ledger = new Ledger(house, violations);
        var traffic = new Traffic(plan, house, ledger, figures, violations, wire);
        var driverCpuSeconds = drive(traffic);

        if (figures.seen().containsKey("429 rate-limited")) {
            notes.add("429 is the server's limit for one key (LIMIT_REQUESTS_PER_KEY); LIMITS=off is without");
        }
        var audit = new Audit(plan, wire, house, ledger, traffic, violations);
        var unsettled = audit.settle();
        if (unsettled > 0) {
            notes.add("%,d requests had no answer that settles them, and were asked again".formatted(unsettled));
        }
        if (traffic.firstFailure() != null) {
            notes.add("The first time there was no answer: " + traffic.firstFailure());
        }
        if (ledger.acknowledged() > 0) {
            progress.accept("Checking what was said of %,d reservations".formatted(ledger.acknowledged()));
        }
        var rechecked = audit.recheck();
        audit.compareMaps();
        audit.checkRefusals();
        audit.checkScenario(figures);
        return new Report(
                plan,
                figures.all(),
                figures.rows(),
                figures.seconds(),
                figures.successes(),
                figures.wallSeconds(),
                figures.bytes(),
                driverCpuSeconds,
                ledger.acknowledged(),
                rechecked,
                List.copyOf(notes),
                violations.count(),
                violations.first());
    }

    private void greet() {
        var answer = wire.ask(Call.get(wire.at("/livez")));
        if (answer.failure() != null) {
            throw new IllegalStateException("Nobody answers at " + plan.servers(), answer.failure());
        }
        if (answer.status() != 200) {
            throw new IllegalStateException(
                    "What answers at " + plan.servers() + " is no Seatlock: GET /livez is " + answer.outcome());
        }
    }

    private void connect() {
        try {
            wire.connect(plan.clients());
        } catch (RuntimeException e) {
            throw new IllegalStateException("The server does not take " + plan.clients() + " connections", e);
        }
    }

    /** @return CPU time it took while it counted */
    private double drive(Traffic traffic) {
        try (var driver = new Driver(plan, wire, traffic, figures)) {
            var done = driver.start();
            var cpuBefore = cpuNanos();
            var last = driver.startNanos();
            for (var ended = false; !ended; ) {
                var warmup = last - driver.countFromNanos() < 0;
                var until = warmup ? Math.min(last + SECOND, driver.countFromNanos()) : last + SECOND;
                ended = await(done, until);
                var now = ended ? System.nanoTime() : until;
                if (!ended || now - last >= SHORTEST_SECOND || figures.seconds().isEmpty()) {
                    tell(figures.tick((now - driver.startNanos()) / 1e9, (now - last) / 1e9, warmup));
                }
                if (warmup && until == driver.countFromNanos()) {
                    cpuBefore = cpuNanos();
                }
                last = now;
            }
            if (driver.isSoldOut()) {
                notes.add("It ended early: all seats have been asked for (--events and --seats make more)");
            }
            var notSent = figures.seen().getOrDefault(Report.NOT_SENT, 0L);
            if (notSent > 0) {
                notes.add("%,d requests were due and not sent: all %,d clients were waiting for answers (--clients)"
                        .formatted(notSent, plan.clients()));
            }
            return (cpuNanos() - cpuBefore) / 1e9;
        }
    }

    /** @return whether it is done, before a time */
    private static boolean await(CompletableFuture<Void> done, long untilNanos) {
        try {
            done.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load test itself failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private void tell(Report.Second second) {
        progress.accept("%7.1f s %,9.0f/s   p99 %,9.2f ms   errors %,7.0f/s%s"
                .formatted(
                        second.at(),
                        second.perSecond(),
                        second.p99(),
                        second.errorsPerSecond(),
                        second.warmup() ? "   (warm-up)" : ""));
    }

    /** Of the threads that send and receive; what else this process does is not counted. */
    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (var info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().startsWith(Wire.THREAD_NAME)) {
                nanos += Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
            }
        }
        return nanos;
    }
}
