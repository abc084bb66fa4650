package seatlock.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import seatlock.support.LogCapture;
import seatlock.support.Wait;

@ResourceLock(LogCapture.LOG)
class PeriodicTaskTest {

    private static final Duration PAUSE = Duration.ofMillis(1);

    private static final Runnable SUCCESS = () -> {};

    /** A failure that passes by itself. */
    private static final class Away extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Away() {
            super("the database is away");
        }
    }

    private static Runnable failure(RuntimeException thrown) {
        return () -> {
            throw thrown;
        };
    }

    private static Runnable error(Error thrown) {
        return () -> {
            throw thrown;
        };
    }

    /** Runs a task that does something else in each round, then succeeds until it is closed. Returns what it logged. */
    private static List<String> run(Runnable... rounds) throws InterruptedException {
        var next = new AtomicInteger();
        var over = new CountDownLatch(1);
        try (var log = LogCapture.everything()) {
            try (var task = new PeriodicTask(
                    "test-task",
                    () -> {
                        var round = next.getAndIncrement();
                        if (round < rounds.length) {
                            rounds[round].run();
                        } else {
                            over.countDown(); // the round before has been logged
                        }
                    },
                    Away.class::isInstance)) {
                task.start(PAUSE);
                assertThat(over.await(1, TimeUnit.MINUTES))
                        .as("rounds begun: " + next)
                        .isTrue();
            }
            return log.lines().stream()
                    .filter(line -> line.contains(PeriodicTask.class.getName() + " [test-task]"))
                    .toList();
        }
    }

    @Test
    void it_runs_again_after_an_exception_and_after_an_error() throws InterruptedException {
        var successes = new AtomicInteger();

        run(
                successes::incrementAndGet,
                failure(new IllegalStateException("made for this test")),
                successes::incrementAndGet,
                error(new StackOverflowError("made for this test")),
                successes::incrementAndGet,
                failure(new Away()),
                successes::incrementAndGet);

        assertThat(successes).hasValue(4);
    }

    @Test
    void a_transient_failure_is_one_warning_until_the_task_resumes() throws InterruptedException {
        var lines = run(
                failure(new Away()), failure(new Away()), failure(new Away()), SUCCESS, SUCCESS, failure(new Away()));

        assertThat(lines).hasSize(4);
        for (int i = 0; i < 4; i += 2) {
            assertThat(lines.get(i)).startsWith("WARN").contains("test-task is interrupted: the database is away");
            assertThat(lines.get(i + 1)).startsWith("INFO").contains("test-task resumes");
        }
    }

    @Test
    void every_other_failure_is_an_error_with_its_stack_trace() throws InterruptedException {
        var lines = run(
                failure(new IllegalStateException("made for this test")),
                error(new StackOverflowError("and this one")));

        assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("ERROR"));
        assertThat(lines.get(0)).contains("java.lang.IllegalStateException: made for this test", "\tat ");
        assertThat(lines.get(1)).contains("java.lang.StackOverflowError: and this one", "\tat ");
    }

    @Test
    void an_error_in_every_round_does_not_fill_the_log() throws InterruptedException {
        var same = failure(new IllegalStateException("made for this test"));

        var lines = run(same, same, SUCCESS, same, failure(new IllegalStateException("another")), same);

        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).contains("java.lang.IllegalStateException: another");
    }

    @Test
    void close_waits_for_a_round_under_way_and_no_other_follows() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var rounds = new AtomicInteger();
        var finished = new AtomicBoolean();
        var task = new PeriodicTask(
                "test-task",
                () -> {
                    rounds.incrementAndGet();
                    begun.countDown();
                    try {
                        release.await();
                        finished.set(true);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // and the round has not finished
                    }
                },
                Away.class::isInstance);
        task.start(PAUSE);
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();

        var closing = new Thread(task::close);
        closing.start();
        Wait.until("close waits or has returned", () -> switch (closing.getState()) {
            case TIMED_WAITING, TERMINATED -> true;
            default -> false;
        });
        assertThat(closing.isAlive()).as("close waits for the round").isTrue();
        release.countDown();
        closing.join();

        assertThat(finished).as("the round was not interrupted").isTrue();
        assertThat(rounds).hasValue(1);
    }
}
