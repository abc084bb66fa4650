package seatlock.concurrent;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats a task on its own thread, whatever the task throws. */
public final class PeriodicTask implements AutoCloseable {

    /** A run that is under way when the process stops may take this long to finish. */
    private static final long STOP_TIMEOUT_SECONDS = 10;

    /** An error that repeats in every round is logged at most this often. */
    private static final Duration REPEAT_INTERVAL = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(PeriodicTask.class);

    private final String name;
    private final Runnable task;
    private final Predicate<Throwable> isTransient;
    private final ScheduledExecutorService timer;
    private final AtomicBoolean soon = new AtomicBoolean();
    private boolean interrupted; // only the timer's thread uses these three
    private String lastError = "";
    private long loggedAt;

    /**
     * @param name of the thread and in the log
     * @param isTransient recognizes failures that pass by themselves, such as an unavailable database: the first one is logged
     *     as a warning, and so is the first success after it; every other failure is logged as an error, but once a minute if it
     *     repeats
     */
    public PeriodicTask(String name, Runnable task, Predicate<Throwable> isTransient) {
        this.name = name;
        this.task = task;
        this.isTransient = isTransient;
        this.timer = Executors.newSingleThreadScheduledExecutor(run -> {
            var thread = new Thread(run, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs the task now, and again after every pause, until closed. */
    public void start(Duration pause) {
        timer.scheduleWithFixedDelay(this::runAndSurvive, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs the task once more as soon as no run is under way. */
    public void runSoon() {
        if (soon.compareAndSet(false, true)) {
            try {
                timer.execute(() -> {
                    soon.set(false);
                    runAndSurvive();
                });
            } catch (RejectedExecutionException e) {
                // It was closed.
            }
        }
    }

    private void runAndSurvive() {
        try {
            task.run();
            if (interrupted) {
                log.info("{} resumes", name);
                interrupted = false;
            }
        } catch (Throwable t) { // even an Error: a ScheduledExecutorService silently drops a task that throws
            if (!isTransient.test(t)) {
                logError(t);
            } else if (!interrupted) {
                log.warn("{} is interrupted: {}", name, t.getMessage());
                interrupted = true;
            }
        }
    }

    private void logError(Throwable t) {
        var now = System.nanoTime();
        if (!t.toString().equals(lastError) || now - loggedAt > REPEAT_INTERVAL.toNanos()) {
            log.error("{} failed and will be retried", name, t);
            lastError = t.toString();
            loggedAt = now;
        }
    }

    @Override
    public void close() {
        timer.shutdown();
        try {
            timer.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
