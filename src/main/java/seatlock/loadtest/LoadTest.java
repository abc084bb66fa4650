package seatlock.loadtest;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import seatlock.loadtest.ServerConnections.Request;

/** Runs a plan: creates the events, drives the clients, and then audits the server's responses. */
public final class LoadTest {

    private static final long SECOND = 1_000_000_000;

    /** A shorter last second is left out: its rate would be mostly noise. */
    private static final long SHORTEST_SECOND = SECOND / 4;

    private final Plan plan;
    private final ServerConnections connections;
    private final Consumer<String> progress;
    private final Violations violations = new Violations();
    private final List<String> notes = new ArrayList<>();
    private final Measurements measurements;

    private LoadTest(Plan plan, ServerConnections connections, Consumer<String> progress) {
        this.plan = plan;
        this.connections = connections;
        this.progress = progress;
        this.measurements = new Measurements(plan.scenario());
    }

    /**
     * Runs a plan to its end.
     *
     * @param progress receives progress messages, one line at a time
     * @throws IllegalStateException if the test cannot begin, because the server cannot be reached or rejects the key
     */
    public static Report run(Plan plan, Consumer<String> progress) {
        return run(plan, List.of(), progress);
    }

    /**
     * Runs a plan that sells events which were created before, perhaps by another node.
     *
     * @param eventIds from {@link #createEvents}, for the same scenario and number of seats; empty to create them now
     */
    public static Report run(Plan plan, List<String> eventIds, Consumer<String> progress) {
        try (var connections = new ServerConnections(plan.urls(), plan.key(), plan.clients())) {
            return new LoadTest(plan, connections, progress).run(eventIds);
        }
    }

    /**
     * Creates the events of a plan without selling them.
     *
     * @return their ids
     */
    public static List<String> createEvents(Plan plan) {
        try (var connections = new ServerConnections(plan.urls(), plan.key(), 1)) {
            return TestEvents.create(connections, plan).ids();
        }
    }

    private Report run(List<String> eventIds) {
        checkServer();
        var events = eventIds.isEmpty()
                ? TestEvents.create(connections, plan)
                : TestEvents.existing(connections, plan, eventIds);
        if (events.count() > 0 && eventIds.isEmpty()) {
            progress.accept(String.format(
                    Locale.ROOT, "Created %,d events with %,d seats each", events.count(), events.seatsPerEvent()));
        }
        openConnections();
        var ledger = new SeatLedger(events, violations);
        var workload = new Workload(plan, events, ledger, measurements, violations, connections);
        var driverCpuSeconds = drive(workload);

        if (measurements.seen().containsKey("429 rate-limited")) {
            notes.add("The server limits requests per API key (429): raise LIMIT_REQUESTS_PER_KEY or set LIMITS=off");
        }
        var audit = new Audit(plan, connections, events, ledger, workload, violations);
        var unsettled = audit.resolveUnknown();
        if (unsettled > 0) {
            notes.add(String.format(Locale.ROOT, "%,d requests had an unknown outcome and were retried", unsettled));
        }
        if (workload.firstFailure() != null) {
            notes.add("First request without a response: " + workload.firstFailure());
        }
        if (ledger.acknowledged() > 0) {
            progress.accept(
                    String.format(Locale.ROOT, "Checking %,d acknowledged reservations", ledger.acknowledged()));
        }
        var rechecked = audit.recheck();
        audit.compareMaps();
        audit.checkRefusals();
        audit.checkScenario(measurements);
        return new Report(
                plan,
                measurements.all(),
                measurements.rows(),
                measurements.slow(),
                measurements.seconds(),
                measurements.successes(),
                measurements.wallSeconds(),
                measurements.bytes(),
                driverCpuSeconds,
                ledger.acknowledged(),
                rechecked,
                List.copyOf(notes),
                violations.count(),
                violations.first());
    }

    private void checkServer() {
        var response = connections.sendAndWait(Request.get(connections.uri("/livez")));
        if (response.failure() != null) {
            throw new IllegalStateException("No server responds at " + plan.servers(), response.failure());
        }
        if (response.status() != 200) {
            throw new IllegalStateException(
                    "The server at " + plan.servers() + " is not Seatlock: GET /livez returned " + response.outcome());
        }
    }

    private void openConnections() {
        try {
            connections.open(plan.clients());
        } catch (RuntimeException e) {
            throw new IllegalStateException("The server does not accept " + plan.clients() + " connections", e);
        }
    }

    /**
     * Lets the clients run.
     *
     * @return CPU time used after the warm-up, in seconds
     */
    private double drive(Workload workload) {
        try (var driver = new Driver(plan, connections, workload, measurements)) {
            var done = driver.start();
            var cpuBefore = cpuNanos();
            var last = driver.startNanos();
            for (var ended = false; !ended; ) {
                var warmup = last - driver.countFromNanos() < 0;
                var until = warmup ? Math.min(last + SECOND, driver.countFromNanos()) : last + SECOND;
                ended = await(done, until);
                var now = ended ? System.nanoTime() : until;
                if (!ended
                        || now - last >= SHORTEST_SECOND
                        || measurements.seconds().isEmpty()) {
                    report(measurements.tick((now - driver.startNanos()) / 1e9, (now - last) / 1e9, warmup));
                }
                if (warmup && until == driver.countFromNanos()) {
                    cpuBefore = cpuNanos();
                }
                last = now;
            }
            if (driver.isSoldOut()) {
                notes.add("The test ended early: every seat was requested (raise --events or --seats)");
            }
            var notSent = measurements.seen().getOrDefault(Report.NOT_SENT, 0L);
            if (notSent > 0) {
                notes.add(String.format(
                        Locale.ROOT,
                        "%,d requests were due but not sent: all %,d clients were waiting for responses (raise --clients)",
                        notSent,
                        plan.clients()));
            }
            return (cpuNanos() - cpuBefore) / 1e9;
        }
    }

    /**
     * Waits until a deadline.
     *
     * @return whether the test is done
     */
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

    private void report(Report.Second second) {
        progress.accept(String.format(
                Locale.ROOT,
                "%7.1f s %,9.0f/s   p99 %,9.2f ms   errors %,7.0f/s%s",
                second.at(),
                second.perSecond(),
                second.p99(),
                second.errorsPerSecond(),
                second.warmup() ? "   (warm-up)" : ""));
    }

    /** Returns the CPU time of the threads that send and receive, leaving out everything else in this process. */
    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        long nanos = 0;
        for (var info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().startsWith(ServerConnections.THREAD_NAME)) {
                nanos += Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
            }
        }
        return nanos;
    }
}
