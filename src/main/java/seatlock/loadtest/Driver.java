package seatlock.loadtest;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import seatlock.loadtest.ServerConnections.Request;
import seatlock.loadtest.ServerConnections.Response;
import seatlock.loadtest.Workload.Operation;

/**
 * Decides when requests are sent. In a closed loop each client sends its next request as soon as it gets a response. In an
 * open loop requests are due at a constant rate and go to any free client; waiting for one is part of their latency.
 */
final class Driver implements AutoCloseable {

    /** Pause of a client that got no response, so that a dead server is not flooded with connection attempts. */
    private static final Duration PAUSE_AFTER_NO_RESPONSE = Duration.ofMillis(100);

    /** Pause of a client that waits for its payment to be confirmed. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    /** A request later than this is not sent but counted as {@link Report#NOT_SENT}: its buyer would have left. */
    private static final Duration MAX_LATE = Duration.ofSeconds(10);

    private final Plan plan;
    private final ServerConnections connections;
    private final Workload workload;
    private final Measurements measurements;
    private final ScheduledExecutorService pauses = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, ServerConnections.THREAD_NAME + "-pause");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicLong countedRequests = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final long start = System.nanoTime();
    private final long countFrom;
    private final long end;
    private volatile boolean soldOut;

    Driver(Plan plan, ServerConnections connections, Workload workload, Measurements measurements) {
        this.plan = plan;
        this.connections = connections;
        this.workload = workload;
        this.measurements = measurements;
        countFrom = start + plan.warmup().toNanos();
        end = countFrom + plan.duration().toNanos();
    }

    /**
     * Starts sending.
     *
     * @return completes when every request has a response or is known to get none
     */
    CompletableFuture<Void> start() {
        var thread = new Thread(this::run, ServerConnections.THREAD_NAME + "-pace");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    long startNanos() {
        return start;
    }

    long countFromNanos() {
        return countFrom;
    }

    /** Returns whether the test ended early because every seat had been requested. */
    boolean isSoldOut() {
        return soldOut;
    }

    private void run() {
        try {
            if (plan.scenario() == Scenario.STAMPEDE) {
                stampedes();
                done.complete(null);
            } else if (plan.rate() > 0) {
                openLoop();
                done.complete(null);
            } else {
                closedLoop();
            }
        } catch (Throwable t) {
            done.completeExceptionally(t);
        }
    }

    private void closedLoop() {
        var clients = new AtomicInteger(plan.clients());
        for (int i = 0; i < plan.clients(); i++) {
            sendNext(clients);
        }
    }

    private void sendNext(AtomicInteger clients) {
        var operation = takeNext(System.nanoTime());
        if (operation != null) {
            send(operation, operation.request, () -> sendNext(clients));
        } else if (clients.decrementAndGet() == 0) {
            done.complete(null);
        }
    }

    /** @return {@code null} if the test is over */
    private Operation takeNext(long due) {
        var counted = due - countFrom >= 0;
        if (due - end >= 0 || counted && plan.requests() > 0 && countedRequests.getAndIncrement() >= plan.requests()) {
            return null;
        }
        var operation = workload.next(counted, due);
        soldOut |= operation == null;
        return operation;
    }

    private void openLoop() throws InterruptedException {
        var free = new Semaphore(plan.clients());
        for (long i = 0; ; i++) {
            var due = start + (long) (i * 1e9 / plan.rate());
            if (due - end >= 0) {
                break;
            }
            for (var early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            var patience = due + MAX_LATE.toNanos() - System.nanoTime();
            if (!free.tryAcquire(Math.max(0, patience), TimeUnit.NANOSECONDS)) {
                measurements.record(Report.NOT_SENT, due - countFrom >= 0, due, System.nanoTime(), 0);
                continue;
            }
            var operation = takeNext(due);
            if (operation == null) {
                free.release();
                break;
            }
            send(operation, operation.request, free::release);
        }
        free.acquire(plan.clients());
    }

    /** Runs one stampede after another as a warm-up, each for a different seat, and then the one that counts. */
    private void stampedes() throws InterruptedException {
        var lastSeat = (long) plan.seats() - 1;
        long seat = 0;
        while (seat < lastSeat && System.nanoTime() - countFrom < 0) {
            stampede(seat++, false);
        }
        stampede(seat, true);
    }

    private void stampede(long seat, boolean counted) throws InterruptedException {
        var operations = new Operation[plan.clients()];
        var due = System.nanoTime();
        for (int i = 0; i < operations.length; i++) {
            operations[i] = workload.nextFor(seat, counted, due);
        }
        var unanswered = new CountDownLatch(operations.length);
        for (var operation : operations) {
            send(operation, operation.request, unanswered::countDown);
        }
        unanswered.await();
    }

    /** @param free called when the client may send its next request */
    private void send(Operation operation, Request request, Runnable free) {
        connections.send(request, response -> {
            try {
                onResponse(operation, response, free);
            } catch (Throwable t) {
                done.completeExceptionally(t); // a bug; without this line the run would never end
            }
        });
    }

    private void onResponse(Operation operation, Response response, Runnable free) {
        var next = workload.onResponse(operation, response, System.nanoTime());
        if (next != null && operation.isPolling()) {
            pauses.schedule(() -> send(operation, next, free), POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        } else if (next != null) {
            send(operation, next, free);
        } else if (response.failure() != null) {
            pauses.schedule(free, PAUSE_AFTER_NO_RESPONSE.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            free.run();
        }
    }

    @Override
    public void close() {
        pauses.shutdownNow();
    }
}
