package seatlock;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import seatlock.api.ApiServer;
import seatlock.catalog.Catalog;
import seatlock.catalog.SampleEvents;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.http.Health;
import seatlock.http.HealthServer;
import seatlock.http.Listener;
import seatlock.inventory.Inventory;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;
import seatlock.jobs.RetryPolicy;
import seatlock.limits.RateLimiter;
import seatlock.mail.Mailer;
import seatlock.maintenance.BacklogMonitor;
import seatlock.maintenance.InvariantMonitor;
import seatlock.maintenance.Sweeper;
import seatlock.metrics.Metrics;
import seatlock.sales.Checkout;
import seatlock.sales.IdempotencyKeys;
import seatlock.seatmap.SeatMaps;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;
import seatlock.workers.JobHandler;
import seatlock.workers.JobRunner;
import seatlock.workers.Relay;
import seatlock.workers.TicketDelivery;
import seatlock.workers.WorkerPool;

/** The composition root: wires the parts of a process, and starts and stops them. */
public final class App implements AutoCloseable {

    /** What a process does. */
    public enum Role {
        /** Everything in one process: it starts what is not configured, and brings the schema up to date. */
        ALL,
        /** The API and the sweeper, on a schema that is up to date. */
        SERVE,
        /** The workers and the relay, on a schema that is up to date. */
        WORKER;

        boolean serves() {
            return this != WORKER;
        }

        boolean works() {
            return this != SERVE;
        }
    }

    /** Time limit for a statement that sells: it takes milliseconds, unless it waits for a lock, or for two. */
    public static final Duration SALES_STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    /** Time limit for a statement that reads a page of seats, or creates ten thousand of them. */
    public static final Duration READ_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    /** Connections of the sweeper and of the backlog monitor, and one to spare. */
    private static final int BACKGROUND_CONNECTIONS = 3;

    /** Connections of the relay and of the leases, and one to spare; besides one for each worker. */
    private static final int JOB_CONNECTIONS = 3;

    /** The longest statement of a job stores a document. */
    private static final Duration JOB_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration WAIT_INTERVAL = Duration.ofMillis(500);

    private static final Duration WAIT_REPORTED_EVERY = Duration.ofSeconds(10);

    private final Config config;
    private final Consumer<String> progress;
    private final Lifecycle lifecycle;
    private final Metrics metrics = new Metrics();
    private final Catalog catalog = new Catalog();
    private final InventoryReader inventoryReader = new InventoryReader();
    private final Jobs jobs = new Jobs();
    private AutoCloseable listener; // guarded by this
    private volatile Health health;
    private volatile String url;

    /**
     * Starts nothing yet, so that the caller can arrange first that it will be closed, whatever happens during the start.
     *
     * @param progress receives a line for each step
     */
    public App(Config config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        this.lifecycle = new Lifecycle(progress);
    }

    /**
     * Starts a role, and returns when it is ready.
     *
     * @param seed whether to add the sample events first
     * @throws RuntimeException if it cannot start; the caller must close it
     */
    public void start(Role role, boolean seed) {
        var backends = Backends.start(config, role.works(), lifecycle, progress);
        var database = backends.database();
        lifecycle.add(metrics);
        metrics.measureProcess();
        health = lifecycle.add(
                new Health(open(database, "health", 1, Health.STATEMENT_TIMEOUT, Database.Plans.FREE), metrics));
        var readDatabase = open(
                database,
                "reads",
                ApiServer.READ_CONNECTIONS + BACKGROUND_CONNECTIONS,
                READ_STATEMENT_TIMEOUT,
                Database.Plans.FREE);
        var ticketKeys = new TicketKeys(readDatabase);
        var tickets = new Tickets(ticketKeys, jobs);
        // The process listens before it does anything that takes long, so that its health can be checked.
        Runnable startServing = () -> {};
        if (role.serves()) {
            startServing = listen(backends, readDatabase, tickets, ticketKeys);
        } else {
            var server = HealthServer.start(config.port(), health, metrics);
            listening(server, server.port());
            progress.accept("Health      " + url + "/readyz");
        }

        prepareSchema(backends, role);
        if (seed) {
            seed(database, progress);
        }
        ticketKeys.ensureFirst();
        lifecycle
                .add(new BacklogMonitor(readDatabase, jobs, inventoryReader, metrics))
                .start();
        if (role.works()) {
            work(backends, tickets);
        }
        startServing.run();
        health.started();
    }

    private Database open(
            DatabaseUrl database, String pool, int connections, Duration statementTimeout, Database.Plans plans) {
        var opened = lifecycle.add(
                Database.open(database, connections, statementTimeout, plans, metrics.transactions(pool)));
        metrics.connections(
                pool,
                () -> opened.connections().open(),
                () -> opened.connections().active(),
                () -> opened.connections().waiting());
        return opened;
    }

    /** Wires the sale and the API, and starts to listen. @return starts the background tasks, once the schema is up to date */
    private Runnable listen(Backends backends, Database readDatabase, Tickets tickets, TicketKeys ticketKeys) {
        var salesDatabase = open(
                backends.database(),
                "sales",
                ApiServer.WRITE_CONNECTIONS,
                SALES_STATEMENT_TIMEOUT,
                Database.Plans.BY_KEY);
        var threads = Listener.newThreads();
        var reads = lifecycle.add(ApiServer.reads(readDatabase, threads, metrics));
        var writes = lifecycle.add(ApiServer.writes(salesDatabase, threads, metrics));
        var seatMaps = new SeatMaps(reads, catalog, inventoryReader, threads, System::nanoTime);
        var keys = new IdempotencyKeys();
        var inventory = new Inventory(config.reservationTtl());
        var checkout = lifecycle.add(
                new Checkout(salesDatabase, catalog, inventory, keys, tickets, seatMaps::changed, threads, metrics));
        var core = new ApiServer.Core(catalog, inventoryReader, checkout, seatMaps, tickets, ticketKeys, reads, writes);
        var adminKey = config.adminKey().orElseGet(() -> backends.home().adminKey());
        listen(backends.redis(), adminKey, core, threads);
        var sweeper = lifecycle.add(new Sweeper(readDatabase, checkout, inventory, inventoryReader, keys, metrics));
        return () -> {
            sweeper.start(config.sweepInterval());
            monitorInvariants(backends.database());
            backends.publish(url, adminKey);
            if (config.adminKey().isEmpty()) {
                progress.accept("Admin key   " + adminKey + "  (kept in "
                        + config.home().resolve("admin-key") + ")");
            }
        };
    }

    private void listen(Optional<URI> redis, String adminKey, ApiServer.Core core, QueuedThreadPool threads) {
        var setup = new ApiServer.Setup(
                config.port(), adminKey, config.limits(), config.trustedProxies(), config.corsOrigins());
        var limiter = lifecycle.add(new RateLimiter(System::currentTimeMillis, metrics));
        var server = ApiServer.start(setup, core, threads, health, limiter, metrics);
        if (config.limits().isOn()) {
            limiter.start(redis);
            redis.ifPresent(any -> health.addOptionalDependency("redis", limiter::isShared));
        }
        listening(server, server.port());
        progress.accept("API         " + url + "  (try it: " + url + "/api/docs/)");
    }

    private synchronized void listening(AutoCloseable server, int port) {
        listener = server;
        url = "http://localhost:" + port;
    }

    private void monitorInvariants(DatabaseUrl database) {
        if (!config.invariantCheckInterval().isZero()) {
            var own = open(database, "watch", 1, InvariantMonitor.STATEMENT_TIMEOUT, Database.Plans.FREE);
            lifecycle.add(new InvariantMonitor(own, metrics)).start(config.invariantCheckInterval());
        }
    }

    private void work(Backends backends, Tickets tickets) {
        var redis = backends.redis().orElseThrow();
        var database = open(
                backends.database(),
                "jobs",
                config.workers() + JOB_CONNECTIONS,
                JOB_STATEMENT_TIMEOUT,
                Database.Plans.FREE);
        var mailer = new Mailer(backends.smtp(), config.mailFrom());
        var delivery = new TicketDelivery(database, catalog, inventoryReader, tickets, mailer, step -> {});
        var policy = new RetryPolicy(
                config.jobAttempts(),
                config.jobFirstRetry(),
                RetryPolicy.DEFAULT.maxRetry(),
                RetryPolicy.DEFAULT.lease());
        var handlers = Map.<Job.Kind, JobHandler>of(Job.Kind.ISSUE_TICKETS, delivery, Job.Kind.SEND_TICKETS, delivery);
        var runner = lifecycle.add(new JobRunner(database, jobs, handlers, policy, metrics));
        var workers = lifecycle.add(new WorkerPool(redis, runner, config.workers(), metrics));
        workers.start();
        health.addOptionalDependency("workers", () -> workers.alive() > 0);
        var relay = lifecycle.add(new Relay(database, jobs, redis));
        relay.start();
        health.addOptionalDependency("redis", relay::reachesRedis);
        progress.accept("Workers     " + config.workers()
                + (config.smtp().isEmpty()
                        ? "; the mail they send is kept in " + config.home().resolve("mail")
                        : ""));
    }

    /** Returns once the schema is up to date, however long PostgreSQL and {@code seatlock migrate} take. */
    private void prepareSchema(Backends backends, Role role) {
        if (role == Role.ALL) {
            await(() -> {
                backends.migrate();
                return Optional.empty();
            });
        } else {
            var migrations = new Migrations(backends.database());
            await(() -> migrations.pending() == 0
                    ? Optional.empty()
                    : Optional.of("The schema is not up to date: waiting for `seatlock migrate`"));
        }
    }

    /**
     * Repeats an attempt until it returns no reason to wait, and reports the reason now and then.
     *
     * @throws DatabaseException.Unavailable for a reason that does not pass by itself
     */
    private void await(Supplier<Optional<String>> attempt) {
        long reportedAt = 0;
        while (true) {
            var reason = attemptOnce(attempt);
            if (reason.isEmpty()) {
                return;
            }
            if (reportedAt == 0 || System.nanoTime() - reportedAt > WAIT_REPORTED_EVERY.toNanos()) {
                progress.accept("Waiting     " + reason.get());
                reportedAt = System.nanoTime();
            }
            lifecycle.pause(WAIT_INTERVAL.toMillis());
        }
    }

    private static Optional<String> attemptOnce(Supplier<Optional<String>> attempt) {
        try {
            return attempt.get();
        } catch (DatabaseException.Unavailable e) {
            if (!e.mayPass()) {
                throw e;
            }
            return Optional.of("PostgreSQL is unavailable: " + rootMessage(e));
        }
    }

    private static String rootMessage(Throwable e) {
        return e.getCause() == null ? e.getMessage() : rootMessage(e.getCause());
    }

    /** Adds the sample events that are not there yet, and reports them. */
    public static void seed(DatabaseUrl url, Consumer<String> progress) {
        try (var database = Database.open(url, 1, READ_STATEMENT_TIMEOUT)) {
            var created = database.inTransaction(tx -> SampleEvents.create(tx, new Catalog()));
            created.forEach(event -> progress.accept("Event       %s  %s, %s, %,d seats"
                    .formatted(event.id(), event.name(), event.venue(), event.capacity())));
            if (created.isEmpty()) {
                progress.accept("Events      all sample events exist already");
            }
        }
    }

    /** The URL that it listens on, without a path. */
    public String url() {
        return url;
    }

    /**
     * Stops everything, including what is still starting. First it reports that it is not ready, and continues to serve for the
     * drain delay. Then it accepts no new connections and answers the requests in flight. Then the other parts are closed, in
     * the reverse order of their start.
     */
    @Override
    public void close() {
        lifecycle.stop();
        drain();
        AutoCloseable open;
        synchronized (this) {
            open = listener;
            listener = null;
        }
        if (open != null) {
            lifecycle.close(open);
        }
        lifecycle.close();
    }

    private void drain() {
        if (health == null) {
            return;
        }
        health.drain();
        try {
            Thread.sleep(config.drainDelay().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
