package seatlock;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.loadtest.LoadTestCommand;

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
        subcommands = {
            Main.All.class,
            Main.Serve.class,
            Main.Work.class,
            Main.Migrate.class,
            Main.SeedEvents.class,
            Main.JobCommands.class,
            Main.KeyCommands.class,
            Main.TicketKeyCommands.class,
            Main.Verify.class,
            LoadTestCommand.class
        })
public final class Main implements Callable<Integer> {

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** @return the exit status: 0 if it did what it was asked to, 1 if it could not, 2 if it was asked wrongly */
    static int run(String... args) {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
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

    @Command(
            name = "worker",
            description = "The workers that make and mail tickets, on a schema that is up to date.",
            mixinStandardHelpOptions = true)
    static final class Work implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            return serveUntilStopped(App.Role.WORKER, false);
        }
    }

    @Command(
            name = "jobs",
            description = "Look at background jobs, and send dead ones again.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "(list | retry)")
    static final class JobCommands implements Callable<Integer> {

        @Override
        public Integer call() throws Exception {
            return list("DEAD", 20);
        }

        @Command(description = "How many jobs there are in each state, and the latest in one of them.")
        int list(
                @Option(
                                names = "--state",
                                defaultValue = "DEAD",
                                description = "READY, RUNNING, DONE or DEAD (default: ${DEFAULT-VALUE})")
                        String state,
                @Option(names = "--limit", defaultValue = "20", description = "default: ${DEFAULT-VALUE}") int limit)
                throws Exception {
            return once(app -> app.withJobs((database, jobs) -> {
                app.workersAlive()
                        .ifPresentOrElse(
                                alive -> PROGRESS.accept(alive + " workers are alive"),
                                () -> PROGRESS.accept(
                                        "How many workers are alive only Redis knows, and it does not say"));
                database.inTransaction(jobs::count).forEach(PROGRESS);
                database.inTransaction(tx -> jobs.list(tx, state, limit))
                        .forEach(job -> PROGRESS.accept("%s %s event %s reservation %s: %d attempts, next %s%s"
                                .formatted(
                                        job.id(),
                                        job.kind(),
                                        job.event(),
                                        job.reservation(),
                                        job.attempts(),
                                        job.nextAttemptAt(),
                                        job.lastError() == null ? "" : "; " + job.lastError())));
            }));
        }

        @Command(description = "Give a dead job another life, or all of them.")
        int retry(
                @Parameters(arity = "0..1", paramLabel = "ID", description = "of one job; all dead ones unless given")
                        UUID id)
                throws Exception {
            return once(app -> app.withJobs((database, jobs) -> {
                var count = database.inTransaction(tx -> jobs.retryDead(tx, id));
                PROGRESS.accept(count + " jobs will be tried again");
            }));
        }
    }

    @Command(
            name = "keys",
            description = "The keys of the API: who may call what.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "(create | list | revoke | rotate)")
    static final class KeyCommands implements Callable<Integer> {

        @Override
        public Integer call() throws Exception {
            return list();
        }

        @Command(description = "Make a key, and print it: it is not to be seen again.")
        int create(
                @Option(names = "--role", required = true, description = "admin, sales or gate") Role role,
                @Option(names = "--name", required = true, description = "to tell it from others") String name,
                @Option(names = "--event", paramLabel = "ID", description = "for this event only; may be repeated")
                        Set<UUID> events,
                @Option(
                                names = "--expires-in",
                                paramLabel = "DURATION",
                                description = "such as P90D; never unless given")
                        Duration lifetime)
                throws Exception {
            if (lifetime != null && (lifetime.isNegative() || lifetime.isZero())) {
                throw new IllegalArgumentException("A key that has expired is of no use: --expires-in " + lifetime);
            }
            var ids = events == null
                    ? Set.<EventId>of()
                    : events.stream().map(EventId::new).collect(Collectors.toSet());
            return once(app -> show(app.withKeys((tx, keys) -> {
                var missing = keys.missing(tx, ids);
                if (!missing.isEmpty()) {
                    throw new IllegalArgumentException("There is no event " + missing);
                }
                return keys.create(
                        tx,
                        role,
                        name,
                        ids,
                        lifetime == null ? null : tx.readClock().plus(lifetime));
            })));
        }

        @Command(description = "The keys there are, without their secrets.")
        int list() throws Exception {
            return once(app -> app.withKeys((tx, keys) -> keys.list(tx, Integer.MAX_VALUE, null))
                    .forEach(key -> PROGRESS.accept("%s %-5s %s; %s; made %s%s%s%s"
                            .formatted(
                                    key.id(),
                                    key.role().name().toLowerCase(Locale.ROOT),
                                    key.name(),
                                    key.isForAllEvents() ? "all events" : "events " + key.events(),
                                    key.createdAt(),
                                    key.lastUsedAt() == null ? "" : ", last used " + key.lastUsedAt(),
                                    key.expiresAt() == null ? "" : ", expires " + key.expiresAt(),
                                    key.revokedAt() == null ? "" : ", revoked " + key.revokedAt()))));
        }

        @Command(description = "Make a key useless: at once, but for a second where it was just used.")
        int revoke(@Parameters(paramLabel = "ID") UUID id) throws Exception {
            return once(app -> {
                if (!app.withKeys((tx, keys) -> keys.revoke(tx, id))) {
                    throw new IllegalArgumentException("There is no key " + id);
                }
                PROGRESS.accept("Key         " + id + " is revoked");
            });
        }

        @Command(description = "Replace a key by another that may do the same.")
        int rotate(
                @Parameters(paramLabel = "ID") UUID id,
                @Option(
                                names = "--overlap",
                                defaultValue = "PT1H",
                                description = "how long the old one is good for yet (default: ${DEFAULT-VALUE})")
                        Duration overlap)
                throws Exception {
            return once(app -> show(app.withKeys((tx, keys) -> keys.rotate(tx, id, overlap)
                    .orElseThrow(() -> new IllegalArgumentException("There is no key " + id + " that is good")))));
        }

        private static void show(ApiKeys.Created created) {
            PROGRESS.accept("Key         " + created.key().id());
            PROGRESS.accept("            " + created.secret().reveal());
        }
    }

    @Command(
            name = "ticket-keys",
            description = "The keys that sign tickets.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "(rotate)")
    static final class TicketKeyCommands implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            throw new ParameterException(spec.commandLine(), "Say what to do with them: rotate");
        }

        @Command(description = "Sign new tickets with a new key; those already made stay valid.")
        int rotate() throws Exception {
            return once(App::rotateTicketKey);
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

    @Command(
            name = "verify",
            description = "Count what must never be: a seat sold twice, a ticket without its seat, and so on. The exit"
                    + " status is 0 if there is none of it.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {

        @Option(names = "--event", paramLabel = "ID", description = "Only in this event; in all of them unless given.")
        private UUID event;

        @Override
        public Integer call() throws Exception {
            var violations = new AtomicLong();
            once(app -> violations.set(app.verify(Optional.ofNullable(event).map(EventId::new))));
            return violations.get() == 0 ? 0 : 1;
        }
    }

    private static final Consumer<String> PROGRESS = System.out::println;

    /** Serves until SIGINT or SIGTERM; the exit status is 0 if everything stopped in time. */
    private static int serveUntilStopped(App.Role role, boolean seed) throws Exception {
        var config = Config.from(System.getenv());
        PROGRESS.accept("Seatlock " + new Version().getVersion()[0]);
        once(config, true, app -> {
            app.start(role, seed);
            PROGRESS.accept("Ready.");
            await();
        });
        return 0;
    }

    private static int once(Consumer<App> work) throws Config.Invalid {
        once(Config.from(System.getenv()), false, work);
        return 0;
    }

    /**
     * Whatever happens, and whenever a signal comes: what was started is stopped.
     *
     * @param untilStopped whether it is meant to end by a signal
     */
    private static void once(Config config, boolean untilStopped, Consumer<App> work) {
        config.logging().apply();
        var app = new App(config, PROGRESS);
        var done = new AtomicBoolean();
        var onSignal = new Thread(
                () -> {
                    if (!done.get()) {
                        var stopped = closes(app, config.drainDelay().plus(config.shutdownTimeout()));
                        if (untilStopped || !stopped) {
                            // Left to itself, the JVM ends with a status that says that a signal ended it.
                            Runtime.getRuntime().halt(stopped ? 0 : 1);
                        }
                    }
                },
                "shutdown");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            work.accept(app);
        } finally {
            app.close();
            done.set(true);
        }
    }

    private static boolean closes(App app, Duration timeout) {
        var closing = new Thread(app::close, "closing");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(timeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            PROGRESS.accept("Did not stop within " + timeout);
        }
        return !closing.isAlive();
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
