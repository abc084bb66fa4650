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
import seatlock.loadtest.Traffic.Ask;
import seatlock.loadtest.Wire.Answer;
import seatlock.loadtest.Wire.Call;

/**
 * Says when who asks. In a closed loop each client asks again as soon as it is answered. In an open loop requests are due
 * at a constant rate, and go to whichever client is free; where none is, they wait, and that wait is part of their latency.
 */
final class Driver implements AutoCloseable {

    /** A client that got no answer tries again after this: a server that has died is not to be hammered. */
    private static final Duration PAUSE_AFTER_NO_ANSWER = Duration.ofMillis(100);

    /** A request that is so late is not sent at all, and counted as such: nobody would still be there for it. */
    private static final Duration MAX_LATE = Duration.ofSeconds(10);

    private final Plan plan;
    private final Wire wire;
    private final Traffic traffic;
    private final Figures figures;
    private final ScheduledExecutorService pauses = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, Wire.THREAD_NAME + "-pause");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicLong countedRequests = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final long start = System.nanoTime();
    private final long countFrom;
    private final long end;
    private volatile boolean soldOut;

    Driver(Plan plan, Wire wire, Traffic traffic, Figures figures) {
        this.plan = plan;
        this.wire = wire;
        this.traffic = traffic;
        this.figures = figures;
        countFrom = start + plan.warmup().toNanos();
        end = countFrom + plan.duration().toNanos();
    }

    /** @return completes when every request has been answered, or is known not to be */
    CompletableFuture<Void> start() {
        var thread = new Thread(this::run, Wire.THREAD_NAME + "-pace");
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

    /** Whether it ended because there was nothing left to ask for. */
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
            askAgain(clients);
        }
    }

    private void askAgain(AtomicInteger clients) {
        var ask = takeNext(System.nanoTime());
        if (ask != null) {
            send(ask, ask.call, () -> askAgain(clients));
        } else if (clients.decrementAndGet() == 0) {
            done.complete(null);
        }
    }

    /** @return {@code null} if it is over */
    private Ask takeNext(long due) {
        var counted = due - countFrom >= 0;
        if (due - end >= 0 || counted && plan.requests() > 0 && countedRequests.getAndIncrement() >= plan.requests()) {
            return null;
        }
        var ask = traffic.next(counted, due);
        soldOut |= ask == null;
        return ask;
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
                figures.note(Report.NOT_SENT, due - countFrom >= 0, due, System.nanoTime(), 0);
                continue;
            }
            var ask = takeNext(due);
            if (ask == null) {
                free.release();
                break;
            }
            send(ask, ask.call, free::release);
        }
        free.acquire(plan.clients());
    }

    /** One after the other to warm up, each for another seat; the last one counts. */
    private void stampedes() throws InterruptedException {
        var lastSeat = (long) plan.seats() - 1;
        long seat = 0;
        while (seat < lastSeat && System.nanoTime() - countFrom < 0) {
            stampede(seat++, false);
        }
        stampede(seat, true);
    }

    private void stampede(long seat, boolean counted) throws InterruptedException {
        var asks = new Ask[plan.clients()];
        var due = System.nanoTime();
        for (int i = 0; i < asks.length; i++) {
            asks[i] = traffic.rival(seat, counted, due);
        }
        var unanswered = new CountDownLatch(asks.length);
        for (var ask : asks) {
            send(ask, ask.call, unanswered::countDown);
        }
        unanswered.await();
    }

    /** @param free what the client does when it is free again */
    private void send(Ask ask, Call call, Runnable free) {
        wire.send(call, answer -> {
            try {
                answered(ask, answer, free);
            } catch (Throwable t) {
                done.completeExceptionally(t); // a bug: without this the run would wait for ever
            }
        });
    }

    private void answered(Ask ask, Answer answer, Runnable free) {
        var next = traffic.answered(ask, answer, System.nanoTime());
        if (next != null) {
            send(ask, next, free);
        } else if (answer.failure() != null) {
            pauses.schedule(free, PAUSE_AFTER_NO_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            free.run();
        }
    }

    @Override
    public void close() {
        pauses.shutdownNow();
    }
}
