package seatlock;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The command line. */
@Command(
        name = "seatlock",
        description = "An event-ticketing backend that never sells a seat twice.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {
            "",
            "Without a command: all. Settings come from the environment (PORT, SEATLOCK_HOME, DATABASE_URL, …); the"
                    + " README lists them."
        },
        subcommands = {Main.All.class, Main.Serve.class, Main.Migrate.class, Main.SeedEvents.class})
public final class Main implements Callable<Integer> {

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** @return the exit status: 0 if it did what it was asked to, 1 if it could not, 2 if it was asked wrongly */
    static int run(String... args) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
                    commandLine.getErr().println("seatlock: " + messages(cause));
                    return cause instanceof Config.Invalid ? 2 : 1;
                })
                .execute(args);
    }

    private static String messages(Throwable e) {
        var message = e.getMessage() == null ? e.toString() : e.getMessage();
        return e.getCause() == null || e instanceof Config.Invalid
                ? message
                : message + "\n  because: " + messages(e.getCause());
    }

    @Override
    public Integer call() throws Exception {
        return new All().call();
    }

    @Command(
            name = "all",
            description = "Everything in one process; PostgreSQL and Redis too, unless their addresses are set.",
            mixinStandardHelpOptions = true)
    static final class All implements Callable<Integer> {

        @Option(names = "--seed", description = "Add the sample events of `seed` first.")
        private boolean seed;

        @Override
        public Integer call() throws Exception {
            return serveUntilStopped(App.Role.ALL, seed);
        }
    }

    @Command(
            name = "serve",
            description = "The API and the sweeper, on a schema that is up to date.",
            mixinStandardHelpOptions = true)
    static final class Serve implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return serveUntilStopped(App.Role.SERVE, false);
        }
    }

    @Command(name = "migrate", description = "Bring the schema up to date.", mixinStandardHelpOptions = true)
    static final class Migrate implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return once(App::migrate);
        }
    }

    @Command(
            name = "seed",
            description = "Add three sample events: a small hall, a theatre, an arena of 10,000 seats.",
            mixinStandardHelpOptions = true)
    static final class SeedEvents implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return once(App::seed);
        }
    }

    private static final Consumer<String> PROGRESS = System.out::println;

    private static int serveUntilStopped(App.Role role, boolean seed) throws Exception {
        var config = Config.from(System.getenv());
        PROGRESS.accept("Seatlock " + new Version().getVersion()[0]);
        once(config, app -> {
            app.start(role, seed);
            PROGRESS.accept("Ready.");
            await(); // until SIGINT or SIGTERM
        });
        return 0;
    }

    private static int once(Consumer<App> work) throws Config.Invalid {
        once(Config.from(System.getenv()), work);
        return 0;
    }

    /** Whatever happens, and whenever a signal comes: what was started is stopped. */
    private static void once(Config config, Consumer<App> work) {
        var app = new App(config, PROGRESS);
        var onSignal = new Thread(app::close, "shutdown");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            work.accept(app);
        } finally {
            app.close();
        }
    }

    private static void await() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Main.class.getPackage().getImplementationVersion();
            return new String[] {version == null ? "(not from a jar)" : version};
        }
    }
}
