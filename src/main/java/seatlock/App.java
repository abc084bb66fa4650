package seatlock;

import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import seatlock.access.ApiKeys;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.db.Tx;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.MailSink;
import seatlock.embedded.PostgresServer;
import seatlock.embedded.RedisServer;
import seatlock.http.Health;
import seatlock.http.HealthServer;
import seatlock.http.HttpServer;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Inventory;
import seatlock.jobs.Census;
import seatlock.jobs.Job;
import seatlock.jobs.JobRunner;
import seatlock.jobs.Jobs;
import seatlock.jobs.Relay;
import seatlock.jobs.RetryPolicy;
import seatlock.jobs.Sweeper;
import seatlock.jobs.Workers;
import seatlock.limits.RateLimiter;
import seatlock.metrics.Metrics;
import seatlock.tickets.Mailer;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.TicketWork;
import seatlock.tickets.Tickets;
import seatlock.verify.Invariant;
import seatlock.verify.Watch;

/** Puts the parts together; nothing else does. Closing it stops them in the reverse order of their start. */
public final class App implements AutoCloseable {

    /** What a process is there for. */
    public enum Role {
        /** Everything in one process: what is not configured is started, and the schema is brought up to date. */
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

    /** Connections of the sweeper and of the census, and one to spare. */
    private static final int BACKGROUND_CONNECTIONS = 3;

    /** Connections of the relay and of the leases, and one to spare; besides one for each worker. */
    private static final int JOB_CONNECTIONS = 3;

    /** A document to store is the longest that a job's statement takes. */
    private static final Duration JOB_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration WAIT_INTERVAL = Duration.ofMillis(500);

    private static final Duration WAIT_SAID_EVERY = Duration.ofSeconds(10);

    /** Each invariant reads whole tables, of a million seats or more. */
    private static final Duration VERIFY_STATEMENT_TIMEOUT = Duration.ofMinutes(10);

    private final Config config;
    private final Consumer<String> progress;
    private final Metrics metrics = new Metrics();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // guarded by this
    private final List<CompletableFuture<?>> starting = new ArrayList<>(); // guarded by this
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private boolean closed; // guarded by this
    private final CountDownLatch stopping = new CountDownLatch(1);
    private AutoCloseable listener; // guarded by this
    private HomeDirectory home;
    private String adminKey;
    private volatile Health health;

    /**
     * Starts nothing yet; so it can be arranged first that it will be closed, whatever happens while it starts.
     *
     * @param progress is told what is going on, a line at a time
     */
    public App(Config config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
    }

    /**
     * Starts a role, and returns when it is ready to serve.
     *
     * @param seed whether to add the sample events first
     * @throws RuntimeException if it cannot start; whoever made it closes it
     */
    public void start(Role role, boolean seed) {
        var databases = startEmbedded(role.works());
        var url = databases.serving;
        add(metrics);
        metrics.measureProcess();
        var health = add(new Health(open(url, "health", 1, Health.STATEMENT_TIMEOUT, Database.Plans.FREE), metrics));
        var reads = open(
                url,
                "reads",
                HttpServer.READ_CONNECTIONS + BACKGROUND_CONNECTIONS,
                HttpServer.READ_STATEMENT_TIMEOUT,
                Database.Plans.FREE);
        var ticketKeys = new TicketKeys(reads);
        var jobs = new Jobs();
        var core = new HttpServer.Core(
                new Catalog(),
                new Inventory(config.reservationTtl()),
                new IdempotencyKeys(),
                new Tickets(ticketKeys, jobs),
                ticketKeys);
        listen(role, url, reads, core, health);

        prepareSchema(databases, role);
        if (seed) {
            plantSeed(url);
        }
        ticketKeys.ensureFirst();
        add(new Census(reads, jobs, core.inventory(), metrics)).start();
        if (role.works()) {
            work(url, core, jobs, health);
        }
        if (role.serves()) {
            serve(url, reads, core);
        }
        health.started();
    }

    /** First of all, so that whoever watches this process can ask it how it is. */
    private void listen(Role role, DatabaseUrl url, Database reads, HttpServer.Core core, Health health) {
        int port;
        if (role.serves()) {
            adminKey = config.adminKey().orElseGet(() -> home().adminKey());
            var sales = open(
                    url,
                    "sales",
                    HttpServer.SALES_CONNECTIONS,
                    HttpServer.SALES_STATEMENT_TIMEOUT,
                    Database.Plans.BY_KEY);
            var setup = new HttpServer.Setup(
                    config.port(), adminKey, config.limits(), config.trustedProxies(), config.corsOrigins());
            var limiter = add(new RateLimiter(System::currentTimeMillis, metrics));
            var server = HttpServer.start(setup, sales, reads, core, health, limiter, metrics);
            share(limiter, health);
            port = server.port();
            synchronized (this) {
                listener = server;
            }
            progress.accept(
                    "API         http://localhost:" + port + "  (try it: http://localhost:" + port + "/api/docs/)");
        } else {
            var server = HealthServer.start(config.port(), health, metrics);
            port = server.port();
            synchronized (this) {
                listener = server;
            }
            progress.accept("Health      http://localhost:" + port + "/readyz");
        }
        addresses.put("URL", "http://localhost:" + port);
        this.health = health;
    }

    /** With the other nodes, if there is a Redis to do it through. */
    private void share(RateLimiter limiter, Health health) {
        var redis = redis();
        if (config.limits().isOn()) {
            limiter.start(redis);
            redis.ifPresent(url -> health.helps("redis", limiter::isShared));
        }
    }

    /** The configured one, or the one that was started; empty if there is none. */
    private Optional<URI> redis() {
        return config.redis()
                .or(() -> Optional.ofNullable(addresses.get("REDIS_URL")).map(URI::create));
    }

    private void serve(DatabaseUrl url, Database reads, HttpServer.Core core) {
        var sweeper = add(new Sweeper(reads, core.catalog(), core.inventory(), core.keys(), metrics));
        sweeper.start(config.sweepInterval());
        if (!config.invariantCheckInterval().isZero()) {
            var database = open(url, "watch", 1, Watch.STATEMENT_TIMEOUT, Database.Plans.FREE);
            add(new Watch(database, metrics)).start(config.invariantCheckInterval());
        }
        if (home != null) {
            addresses.put("SEATLOCK_ADMIN_KEY", adminKey);
            home.publish(addresses);
        }
        if (config.adminKey().isEmpty()) {
            progress.accept(
                    "Admin key   " + adminKey + "  (kept in " + config.home().resolve("admin-key") + ")");
        }
    }

    private Database open(
            DatabaseUrl url, String pool, int connections, Duration statementTimeout, Database.Plans plans) {
        var database = add(Database.open(url, connections, statementTimeout, plans, metrics.transactions(pool)));
        metrics.connections(pool, database::connections);
        return database;
    }

    private void work(DatabaseUrl url, HttpServer.Core core, Jobs jobs, Health health) {
        var redis = redis().orElseThrow();
        var smtp = config.smtp().orElseGet(() -> URI.create(addresses.get("SMTP_URL")));
        var database =
                open(url, "jobs", config.workers() + JOB_CONNECTIONS, JOB_STATEMENT_TIMEOUT, Database.Plans.FREE);
        var mailer = new Mailer(smtp, config.mailFrom());
        var work = new TicketWork(database, core.catalog(), core.inventory(), core.tickets(), mailer, step -> {});
        var policy = new RetryPolicy(
                config.jobAttempts(),
                config.jobFirstRetry(),
                RetryPolicy.DEFAULT.maxRetry(),
                RetryPolicy.DEFAULT.lease());
        var handlers = Map.<Job.Kind, Job.Handler>of(Job.Kind.ISSUE_TICKETS, work, Job.Kind.SEND_TICKETS, work);
        var runner = add(new JobRunner(database, jobs, handlers, policy, metrics));
        var workers = add(new Workers(redis, runner, config.workers(), metrics));
        workers.start();
        health.helps("workers", () -> workers.alive() > 0);
        var relay = add(new Relay(database, jobs, redis));
        relay.start();
        health.helps("redis", relay::reachesRedis);
        progress.accept("Workers     " + config.workers()
                + (config.smtp().isEmpty()
                        ? "; the mail they send is kept in " + config.home().resolve("mail")
                        : ""));
    }

    /** Brings the schema up to date. */
    void migrate() {
        migrate(databaseAtHand());
    }

    /** Does something with the jobs of the database at hand. */
    void withJobs(BiConsumer<Database, Jobs> work) {
        var url = databaseAtHand().serving;
        try (var database = Database.open(url, 1, JOB_STATEMENT_TIMEOUT)) {
            work.accept(database, new Jobs());
        }
    }

    /** What is done about the keys of the API, in a transaction. */
    @FunctionalInterface
    interface KeyWork<T> {
        T in(Tx tx, ApiKeys keys) throws SQLException;
    }

    /** Does something with the API's keys in the database at hand. */
    <T> T withKeys(KeyWork<T> work) {
        try (var database = Database.open(databaseAtHand().serving, 1, JOB_STATEMENT_TIMEOUT)) {
            return database.inTransaction(tx -> work.in(tx, new ApiKeys()));
        }
    }

    /**
     * Counts the violations of each invariant, and says how many there are of each.
     *
     * @param event only in this one; empty: in the whole database at hand
     * @return of all of them
     */
    long verify(Optional<EventId> event) {
        var url = databaseAtHand().serving;
        if (new Migrations(url).pending() > 0) {
            throw new IllegalStateException("The schema is not up to date. Run `seatlock migrate` first.");
        }
        try (var database = Database.open(url, 1, VERIFY_STATEMENT_TIMEOUT)) {
            event.filter(id -> database.inTransaction(tx -> new Catalog().find(tx, id))
                            .isEmpty())
                    .ifPresent(id -> {
                        throw new IllegalArgumentException("There is no event " + id);
                    });
            long violations = 0;
            for (var invariant : Invariant.values()) {
                long count = database.inTransaction(
                        tx -> event.isPresent() ? invariant.count(tx, event.get()) : invariant.count(tx));
                progress.accept("%,9d  %s".formatted(count, invariant));
                violations += count;
            }
            progress.accept(violations == 0 ? "All is well." : "%,d violations".formatted(violations));
            return violations;
        }
    }

    /** How many workers are alive, of all processes; empty if their Redis is not known, or does not answer. */
    OptionalLong workersAlive() {
        return config.redis()
                .or(() -> HomeDirectory.published(config.home(), "REDIS_URL").map(URI::create))
                .map(Workers::registered)
                .orElse(OptionalLong.empty());
    }

    /** Adds a key that signs tickets from now on. */
    void rotateTicketKey() {
        var url = databaseAtHand().serving;
        try (var database = Database.open(url, 1, JOB_STATEMENT_TIMEOUT)) {
            var id = new TicketKeys(database).rotate();
            progress.accept("Ticket key  " + id + " signs from now on; older tickets stay valid");
        }
    }

    /** Adds the events of {@link Seed} to a schema that is brought up to date first. */
    void seed() {
        var databases = databaseAtHand();
        migrate(databases);
        plantSeed(databases.serving);
    }

    /** The configured database; or that of the Seatlock that runs in this home; or one started for the moment. */
    private Databases databaseAtHand() {
        try {
            return startEmbedded(false);
        } catch (HomeDirectory.InUse e) {
            var owner = HomeDirectory.published(config.home(), "DATABASE_URL")
                    .map(DatabaseUrl::parse)
                    .orElseThrow(() -> e);
            return new Databases(owner, owner);
        }
    }

    /**
     * One database, and two ways to log in there.
     *
     * @param owner may change the schema
     * @param serving need not be able to
     */
    private record Databases(DatabaseUrl owner, DatabaseUrl serving) {}

    /**
     * Starts what has no address, the servers at the same time: each of them mostly waits.
     *
     * @param works whether there will be workers, who want Redis and a mail server
     */
    private Databases startEmbedded(boolean works) {
        if (works && config.smtp().isEmpty()) {
            addresses.put("SMTP_URL", add(MailSink.start(home())).url());
        }
        var redis = works && config.redis().isEmpty()
                ? startAside("Redis 7", said -> RedisServer.start(home(), said))
                : null;
        var postgres = config.database().isEmpty()
                ? startAside("PostgreSQL", said -> PostgresServer.start(home(), said))
                : null;
        if (redis != null) {
            addresses.put("REDIS_URL", redis.join().url());
        }
        if (postgres == null) {
            var serving = config.database().orElseThrow();
            return new Databases(config.migrationDatabase().orElse(serving), serving);
        }
        addresses.put("DATABASE_URL", postgres.join().url());
        return new Databases(
                DatabaseUrl.parse(postgres.join().url()),
                DatabaseUrl.parse(postgres.join().servingUrl()));
    }

    private synchronized <T extends AutoCloseable> CompletableFuture<T> startAside(
            String name, Function<Consumer<String>, T> start) {
        home(); // taken here, once, and not on two threads
        var label = "%-11s ".formatted(name);
        var future = CompletableFuture.supplyAsync(() -> {
            var began = System.nanoTime();
            var started = add(start.apply(line -> progress.accept(label + line)));
            progress.accept(label + "ready after %.1f s".formatted((System.nanoTime() - began) / 1e9));
            return started;
        });
        starting.add(future);
        return future;
    }

    /** Returns once the schema is up to date: with PostgreSQL, and with those who bring it up to date, as slow as they may be. */
    private void prepareSchema(Databases databases, Role role) {
        if (role == Role.ALL) {
            await(() -> {
                migrate(databases);
                return Optional.empty();
            });
        } else {
            var migrations = new Migrations(databases.serving);
            await(() -> migrations.pending() == 0
                    ? Optional.empty()
                    : Optional.of("The schema is not up to date: waiting for `seatlock migrate`"));
        }
    }

    /**
     * Tries something until there is no reason left to wait, and says what that is, now and then.
     *
     * @throws DatabaseException.Unavailable for a reason that does not pass by itself
     */
    private void await(Supplier<Optional<String>> attempt) {
        long saidAt = 0;
        while (true) {
            var reason = attemptOnce(attempt);
            if (reason.isEmpty()) {
                return;
            }
            if (saidAt == 0 || System.nanoTime() - saidAt > WAIT_SAID_EVERY.toNanos()) {
                progress.accept("Waiting     " + reason.get());
                saidAt = System.nanoTime();
            }
            try {
                if (stopping.await(WAIT_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("Stopped while it was starting");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while it was starting", e);
            }
        }
    }

    private static Optional<String> attemptOnce(Supplier<Optional<String>> attempt) {
        try {
            return attempt.get();
        } catch (DatabaseException.Unavailable e) {
            if (!e.mayPass()) {
                throw e;
            }
            return Optional.of("PostgreSQL is away: " + rootMessage(e));
        }
    }

    private static String rootMessage(Throwable e) {
        return e.getCause() == null ? e.getMessage() : rootMessage(e.getCause());
    }

    private void migrate(Databases databases) {
        var migrations = new Migrations(databases.owner);
        var applied = migrations.migrate();
        progress.accept("Schema      " + (applied == 0 ? "up to date" : applied + " migrations applied"));
        if (!databases.serving.equals(databases.owner) && migrations.admit(databases.serving)) {
            progress.accept("Role        " + databases.serving.login() + " created; it cannot change the schema");
        }
    }

    private void plantSeed(DatabaseUrl url) {
        List<Event> planted;
        try (var database = Database.open(url, 1, HttpServer.READ_STATEMENT_TIMEOUT)) {
            planted = database.inTransaction(tx -> Seed.plant(tx, new Catalog()));
        }
        planted.forEach(event -> progress.accept("Event       %s  %s, %s, %,d seats"
                .formatted(event.id(), event.name(), event.venue(), event.capacity())));
        if (planted.isEmpty()) {
            progress.accept("Events      all there already");
        }
    }

    private synchronized HomeDirectory home() {
        if (home == null) {
            home = add(HomeDirectory.open(config.home()));
        }
        return home;
    }

    /** Will be closed with the rest; at once, if the rest is closed already. */
    private <T extends AutoCloseable> T add(T part) {
        synchronized (this) {
            if (!closed) {
                parts.push(part);
                return part;
            }
        }
        close(part);
        throw new IllegalStateException("Stopped while it was starting");
    }

    /** Where the API is. */
    public String url() {
        return addresses.get("URL");
    }

    /**
     * Stops all that was started; what is just being started, as soon as it is. First it says that it is no longer ready,
     * and goes on for the drain delay; then it lets nobody new in and answers who is there; then all else is stopped, in the
     * reverse order of its start.
     */
    @Override
    public void close() {
        stopping.countDown();
        drain();
        AutoCloseable toAnswer;
        List<CompletableFuture<?>> unfinished;
        synchronized (this) {
            toAnswer = listener;
            listener = null;
            unfinished = List.copyOf(starting);
        }
        if (toAnswer != null) {
            close(toAnswer);
        }
        unfinished.forEach(start -> start.handle((started, failure) -> null).join());
        Deque<AutoCloseable> toClose;
        synchronized (this) {
            closed = true;
            toClose = new ArrayDeque<>(parts);
            parts.clear();
        }
        toClose.forEach(this::close);
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

    private void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            progress.accept("Did not stop: " + e.getMessage()); // the others still have to
        }
    }
}
