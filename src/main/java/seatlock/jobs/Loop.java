package seatlock.jobs;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.db.DatabaseException;

/** Something that is done again and again, on a thread of its own, whatever it throws. */
public final class Loop implements AutoCloseable {

    /** A round that is under way when the process stops has this long. */
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private static final Logger log = LoggerFactory.getLogger(Loop.class);

    private final String name;
    private final Runnable round;
    private final ScheduledExecutorService timer;
    private boolean putOff; // only the timer's thread uses it

    public Loop(String name, Runnable round) {
        this.name = name;
        this.round = round;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Does a round now and then after every pause, until closed. */
    public void start(Duration pause) {
        timer.scheduleWithFixedDelay(this::runAndSurvive, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void runAndSurvive() {
        try {
            round.run();
            if (putOff) {
                log.info("{} goes on", name);
                putOff = false;
            }
        } catch (DatabaseException e) {
            if (!putOff) { // once, and not every time while the database is away
                log.warn("{} is put off: {}", name, e.getMessage());
                putOff = true;
            }
        } catch (Throwable t) { // even an Error: a ScheduledExecutorService drops a task that throws, without a word
            log.error("{} failed, and will be tried again", name, t);
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
