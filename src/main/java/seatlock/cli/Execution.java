package seatlock.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import seatlock.App;
import seatlock.Backends;
import seatlock.Config;
import seatlock.Lifecycle;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.logging.Logging;

/** Runs commands. However a command ends, even by a signal, everything that it started is stopped. */
final class Execution {

    /** Receives the output of commands. */
    static final Consumer<String> OUTPUT = line -> System.out.println(line);

    /** Time limit for a statement of a command, such as one that updates all dead jobs. */
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    private Execution() {}

    /** Serves until SIGINT or SIGTERM. @return the exit status: 0 if everything stopped in time */
    static int runUntilStopped(App.Role role) throws Config.Invalid {
        return run(role, database -> {}, Execution::awaitSignal);
    }

    /**
     * Serves.
     *
     * @param prepare runs before the first request is served
     * @param whileReady runs when everything is ready; when it returns, everything stops
     * @return the exit status: 0 if everything stopped in time
     */
    static int run(App.Role role, Consumer<DatabaseUrl> prepare, Runnable whileReady) throws Config.Invalid {
        var config = Config.from(System.getenv());
        Logging.neverBlock();
        config.logging().apply();
        var app = new App(config, OUTPUT);
        closingOnSignal(app, config.drainDelay().plus(config.shutdownTimeout()), true, () -> {
            OUTPUT.accept("Seatlock " + SeatlockCommand.version());
            app.start(role, prepare);
            OUTPUT.accept("Ready.");
            whileReady.run();
        });
        return 0;
    }

    /** The work of a command. */
    @FunctionalInterface
    interface Work {

        /** @return the exit status */
        int in(Backends backends);
    }

    /** Runs a command on {@link Backends#forCommand}. @return its exit status */
    static int runOnce(Work work) throws Config.Invalid {
        var config = Config.from(System.getenv());
        config.logging().apply();
        var lifecycle = new Lifecycle(OUTPUT);
        var status = new int[1];
        closingOnSignal(
                lifecycle,
                config.shutdownTimeout(),
                false,
                () -> status[0] = work.in(Backends.forCommand(config, lifecycle, OUTPUT)));
        return status[0];
    }

    /** Like {@link #runOnce}, with an open database. */
    static int withDatabase(ToIntFunction<Database> work) throws Config.Invalid {
        return withDatabase(STATEMENT_TIMEOUT, work);
    }

    static int withDatabase(Duration statementTimeout, ToIntFunction<Database> work) throws Config.Invalid {
        return runOnce(backends -> {
            try (var database = Database.open(backends.database(), 1, statementTimeout)) {
                return work.applyAsInt(database);
            }
        });
    }

    /** @param isServer whether a signal is the normal end, with exit status 0 */
    private static void closingOnSignal(AutoCloseable parts, Duration timeout, boolean isServer, Runnable work) {
        var done = new AtomicBoolean();
        var onSignal = new Thread(
                () -> {
                    if (!done.get()) {
                        var stopped = closeWithin(parts, timeout);
                        if (isServer || !stopped) {
                            // Otherwise the exit status of the JVM would report the signal.
                            Logging.flush();
                            Runtime.getRuntime().halt(stopped ? 0 : 1);
                        }
                    }
                },
                "shutdown");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            work.run();
        } finally {
            close(parts);
            done.set(true);
        }
    }

    /** @return whether everything was closed in time */
    private static boolean closeWithin(AutoCloseable parts, Duration timeout) {
        var closing = new Thread(() -> close(parts), "closing");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(timeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            OUTPUT.accept("Did not stop within " + seconds(timeout) + " s");
            // The embedded servers, which would otherwise outlive this process.
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
        }
        return !closing.isAlive();
    }

    /** Returns a duration in seconds, with up to three decimals. */
    static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private static void close(AutoCloseable parts) {
        try {
            parts.close();
        } catch (Exception e) {
            throw new IllegalStateException("Did not stop cleanly", e);
        }
    }

    static void awaitSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
