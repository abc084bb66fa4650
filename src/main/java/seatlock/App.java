package seatlock;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import seatlock.api.ApiServer;
import seatlock.catalog.Catalog;
import seatlock.changes.Changes;
import seatlock.changes.Feed;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.http.Health;
import seatlock.http.HealthServer;
import seatlock.http.Listener;
import seatlock.http.Pages;
import seatlock.inventory.Inventory;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Quota;
import seatlock.jobs.Jobs;
import seatlock.jobs.RetryPolicy;
import seatlock.limits.RateLimiter;
import seatlock.logging.Logging;
import seatlock.mail.Mailer;
import seatlock.maintenance.BacklogMonitor;
import seatlock.maintenance.Eraser;
import seatlock.maintenance.InvariantMonitor;
import seatlock.maintenance.Reconciler;
import seatlock.maintenance.Sequencer;
import seatlock.maintenance.Sweeper;
import seatlock.metrics.Metrics;
import seatlock.payments.PaymentProvider;
import seatlock.payments.sandbox.SandboxProvider;
import seatlock.payments.stripe.StripeProvider;
import seatlock.privacy.Erasure;
import seatlock.sales.Checkout;
import seatlock.sales.IdempotencyKeys;
import seatlock.sales.Payments;
import seatlock.sales.Rehearsal;
import seatlock.seatmap.SeatMaps;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;
import seatlock.web.SandboxPages;
import seatlock.web.WebPages;
import seatlock.workers.JobRunner;
import seatlock.workers.Relay;
import seatlock.workers.TicketDelivery;
import seatlock.workers.WorkerPool;

/** The composition root: wires the parts of a process, and starts and stops them. */
public final class App implements AutoCloseable {

    /** The parts that a process runs. */
    public enum Role {
        /** Runs everything, starts the servers whose addresses are not set, and brings the schema up to date. */
        ALL,
        /** Runs the API and the sweeper once the schema is up to date. */
        SERVE,
        /** Runs the workers and the relay once the schema is up to date. */
        WORKER;

        boolean runsApi() {
            return this != WORKER;
        }

        boolean runsWorkers() {
            return this != SERVE;
        }
    }

    /** Time limit for a statement of a sale, which takes milliseconds plus at most two waits for a lock. */
    public static final Duration SALES_STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    /** Time limit for a statement that reads a page of seats or creates ten thousand. */
    public static final Duration READ_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    /** One each for the sweeper, the eraser, the sequencer and the backlog monitor, eleven for payments, and a spare one. */
    private static final int BACKGROUND_CONNECTIONS = 16;

    /** One each for the relay, its search for postponed jobs, and the renewal of leases. Each worker has another. */
    private static final int JOB_CONNECTIONS = 3;

    /** The longest statement of a job stores a document. */
    private static final Duration JOB_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    /**
     * For a node that serves a crowd; a whole system on one machine should rather start at once. Java compiles for this long on two
     * cores: src/docs/figures.md, "The first seconds".
     */
    private static final Duration WARM_UP = Duration.ofSeconds(20);

    private static final int DEFAULT_PORT = 8080;

    private static final Duration WAIT_INTERVAL = Duration.ofMillis(500);

    private static final Duration WAIT_REPORT_INTERVAL = Duration.ofSeconds(10);

    private final Config config;
    private final Consumer<String> progress;
    private final Lifecycle lifecycle;
    private final Metrics metrics = new Metrics();
    private final Catalog catalog = new Catalog();
    private final InventoryReader inventoryReader = new InventoryReader();
    private final Jobs jobs = new Jobs();
    private final Feed feed = new Feed();
    private AutoCloseable listener; // guarded by this
    private volatile Health health;
    private volatile String url;

    /**
     * Starts nothing yet, so that the caller can first make sure that {@link #close} will be called.
     *
     * @param progress receives a line for each step
     */
    public App(Config config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        this.lifecycle = new Lifecycle(progress);
    }

    /**
     * Starts a role and returns when it is ready.
     *
     * @param prepare runs once the schema is up to date, before the first request is served; must be repeatable, because it runs
     *     again if the database becomes unavailable meanwhile
     * @throws RuntimeException if it cannot start; the caller must still close it
     */
    public void start(Role role, Consumer<DatabaseUrl> prepare) {
        var backends = Backends.start(config, role.runsWorkers(), lifecycle, progress);
        var database = backends.database();
        lifecycle.add(metrics);
        metrics.measureProcess();
        metrics.info(
                role.name().toLowerCase(Locale.ROOT),
                Optional.ofNullable(App.class.getPackage().getImplementationVersion())
                        .orElse("unknown"));
        metrics.droppedLogLines(Logging::dropped);
        metrics.unknownNames(catalog::unknownNames);
        var healthDatabase = open(database, "health", 1, Health.STATEMENT_TIMEOUT, Database.Plans.DEFAULT);
        health = lifecycle.add(new Health(healthDatabase, Rehearsal::run, metrics));
        var readDatabase = open(
                database,
                "reads",
                ApiServer.READ_CONNECTIONS + BACKGROUND_CONNECTIONS,
                READ_STATEMENT_TIMEOUT,
                Database.Plans.DEFAULT);
        var ticketKeys = new TicketKeys(readDatabase);
        var tickets = new Tickets(ticketKeys, jobs);
        // Listen before anything slow, so that the health checks respond during the start.
        Runnable startServing = () -> {};
        if (role.runsApi()) {
            startServing = startApi(backends, readDatabase, tickets, ticketKeys);
        } else if (config.port().isPresent()) {
            var server = HealthServer.start(address(), health, metrics);
            setListener(server, server.port());
            progress.accept("Health      " + url + "/readyz");
        }

        prepareSchema(backends, role);
        awaitEnd(() -> readDatabase
                .settingsNotInForce()
                .forEach(phrase -> progress.accept("Warning     A transaction loses its settings: " + phrase)));
        awaitEnd(() -> prepare.accept(database));
        awaitEnd(ticketKeys::ensureFirst);
        var backlog = lifecycle.add(new BacklogMonitor(readDatabase, jobs, inventoryReader, feed, metrics));
        backlog.start();
        health.addDependency("jobs", false, backlog::problem);
        if (role.runsApi() && config.payments().provider() != PaymentSettings.Provider.NONE) {
            health.addDependency("payments", false, backlog::paymentProblem);
        }
        if (role.runsWorkers()) {
            startWorkers(backends, tickets, role);
        }
        if (role.runsApi()) {
            warmUp(database, config.warmUp().orElse(role == Role.SERVE ? WARM_UP : Duration.ZERO));
        }
        startServing.run();
        awaitEnd(() -> health.started(new Migrations(database).latest()));
    }

    private void warmUp(DatabaseUrl database, Duration limit) {
        if (!limit.isZero()) {
            progress.accept("Warm-up     " + new WarmUp(config, database, limit, lifecycle::isStopping).run());
        }
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

    /** Wires the sale and the API, and listens. @return starts the background tasks; run it when the schema is up to date */
    private Runnable startApi(Backends backends, Database readDatabase, Tickets tickets, TicketKeys ticketKeys) {
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
        var inventory = new Inventory(catalog, config.reservationTtl());
        var changes = new Changes();
        var checkout = lifecycle.add(new Checkout(
                salesDatabase, catalog, inventory, keys, tickets, changes, seatMaps::changed, threads, metrics));
        var eraser = lifecycle.add(
                new Eraser(readDatabase, checkout, new Erasure(changes), backends::deleteMails, config.retention()));
        var sandbox = config.payments().provider() == PaymentSettings.Provider.SANDBOX
                ? Optional.of(lifecycle.add(new SandboxProvider(readDatabase, this::publicBase, () -> url)))
                : Optional.<SandboxProvider>empty();
        var payments = provider(sandbox)
                .map(provider -> lifecycle.add(new Payments(
                        checkout,
                        readDatabase,
                        provider,
                        new Payments.Policy(
                                config.payments().window(),
                                config.payments().late(),
                                config.limits().isOn() ? config.limits().seatsPerEmail() : Quota.NO_LIMIT),
                        metrics)));
        var pages = Stream.<Optional<? extends Pages>>of(
                        sandbox.map(each -> new SandboxPages(each, reads)),
                        config.pages() ? Optional.of(new WebPages(config.corsOrigins())) : Optional.empty())
                .<Pages>flatMap(Optional::stream)
                .toList();
        var core = new ApiServer.Core(
                catalog,
                inventoryReader,
                checkout,
                seatMaps,
                tickets,
                ticketKeys,
                changes,
                feed,
                eraser,
                reads,
                writes,
                payments,
                pages);
        var stored = config.adminKey().isEmpty() ? backends.home().adminKey() : null;
        var adminKey = stored == null ? config.adminKey().orElseThrow() : stored.value();
        listen(backends.redis(), adminKey, core, threads);
        var sweeper = lifecycle.add(new Sweeper(readDatabase, checkout, inventory, inventoryReader, keys, metrics));
        var sequencer = lifecycle.add(new Sequencer(readDatabase, feed));
        var reconciler = payments.map(each -> lifecycle.add(new Reconciler(readDatabase, catalog, each, metrics)));
        return () -> {
            reconciler.ifPresent(Reconciler::start);
            sweeper.start(config.sweepInterval());
            sequencer.start();
            eraser.start();
            monitorInvariants(backends.database());
            backends.publish(url, adminKey);
            if (stored != null) {
                var place = "stored in " + config.home().resolve("admin-key");
                progress.accept("Admin key   " + (stored.isNew() ? adminKey + "  (" + place + ")" : place));
            }
        };
    }

    /** Returns the provider that moves the money; empty for none. */
    private Optional<PaymentProvider> provider(Optional<SandboxProvider> sandbox) {
        sandbox.ifPresent(each -> progress.accept("Payments    sandbox: nobody pays real money (PAYMENTS=sandbox)"));
        var payments = config.payments();
        if (payments.provider() != PaymentSettings.Provider.STRIPE) {
            return sandbox.map(PaymentProvider.class::cast);
        }
        progress.accept("Payments    Stripe at " + payments.stripeBase());
        return Optional.of(new StripeProvider(
                payments.stripeKey().orElseThrow(), payments.noticeSecrets(), payments.stripeBase()));
    }

    private String publicBase() {
        return config.publicUrl().base().isEmpty() ? url : config.publicUrl().base();
    }

    /** Returns where the pages are that mails link to. A worker by itself knows only PUBLIC_URL. */
    private Optional<String> pagesForMails(Role role) {
        return config.pages() && (role.runsApi() || !config.publicUrl().base().isEmpty())
                ? Optional.of(publicBase())
                : Optional.empty();
    }

    private void listen(Optional<URI> redis, String adminKey, ApiServer.Core core, QueuedThreadPool threads) {
        var setup = new ApiServer.Setup(
                address(),
                adminKey,
                config.limits(),
                config.trustedProxies(),
                config.corsOrigins(),
                config.publicUrl(),
                config.keepAlive());
        var limiter = lifecycle.add(new RateLimiter(System::currentTimeMillis, metrics));
        var server = ApiServer.start(setup, core, threads, health, limiter, metrics);
        if (config.limits().isOn()) {
            limiter.start(redis);
            redis.ifPresent(any -> health.addDependency(
                    "redis",
                    false,
                    () -> limiter.isShared()
                            ? ""
                            : "Redis is unavailable, so this node counts request rates by itself."));
        }
        setListener(server, server.port());
        progress.accept("API         " + url + "  (try it: " + publicBase() + "/api/docs/)");
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(config.host().address(), config.port().orElse(DEFAULT_PORT));
    }

    private synchronized void setListener(AutoCloseable server, int port) {
        listener = server;
        url = config.host().url(port);
    }

    private void monitorInvariants(DatabaseUrl database) {
        if (!config.invariantCheckInterval().isZero()) {
            var own = open(database, "watch", 1, InvariantMonitor.STATEMENT_TIMEOUT, Database.Plans.DEFAULT);
            lifecycle.add(new InvariantMonitor(own, metrics)).start(config.invariantCheckInterval());
        }
    }

    private void startWorkers(Backends backends, Tickets tickets, Role role) {
        var redis = backends.redis().orElseThrow();
        var database = open(
                backends.database(),
                "jobs",
                WorkerPool.size(config.workers()) + JOB_CONNECTIONS,
                JOB_STATEMENT_TIMEOUT,
                Database.Plans.DEFAULT);
        var mailer = lifecycle.add(new Mailer(new Mailer.Settings(
                backends.smtp(), config.mailFrom(), config.mailReplyTo(), config.smtpHelo(), config.smtpCaFile())));
        metrics.mailUp(mailer::leaves);
        health.addDependency("mail", false, mailer::problem);
        var delivery = new TicketDelivery(
                database, catalog, inventoryReader, tickets, mailer, pagesForMails(role), step -> {});
        var policy = new RetryPolicy(
                config.jobAttempts().orElse(RetryPolicy.DEFAULT.documentAttempts()),
                config.jobAttempts().orElse(RetryPolicy.DEFAULT.mailAttempts()),
                config.jobFirstRetry(),
                RetryPolicy.DEFAULT.maxRetry(),
                RetryPolicy.DEFAULT.lease());
        var runner = lifecycle.add(new JobRunner(database, jobs, delivery.handlers(), policy, metrics));
        var workers = lifecycle.add(new WorkerPool(redis, runner, config.workers(), metrics));
        workers.start();
        // A server that also sells can do without.
        health.addDependency("workers", role == Role.WORKER, workers::problem);
        var relay = lifecycle.add(new Relay(database, jobs, redis));
        relay.start();
        health.addDependency(
                "redis", false, () -> relay.reachesRedis() ? "" : "Redis is unavailable, so jobs wait in PostgreSQL.");
        progress.accept("Workers     " + WorkerPool.size(config.workers())
                + (config.smtp().isEmpty()
                        ? "; mail is stored in " + config.home().resolve("mail")
                        : ""));
    }

    /** Brings the schema up to date, or waits until PostgreSQL is up and {@code seatlock migrate} has run. */
    private void prepareSchema(Backends backends, Role role) {
        if (role == Role.ALL) {
            awaitEnd(backends::migrate);
        } else {
            var migrations = new Migrations(backends.database());
            awaitSuccess(() -> reasonToWait(migrations));
        }
    }

    private static Optional<String> reasonToWait(Migrations migrations) {
        try {
            return migrations.pending() == 0
                    ? Optional.empty()
                    : Optional.of("The schema is not up to date: waiting for `seatlock migrate`");
        } catch (DatabaseException.Unavailable e) {
            if (!e.isForbidden()) {
                throw e;
            }
            // `migrate` creates the tables first and grants access to them last.
            return Optional.of(
                    "The role of DATABASE_URL has no access yet: waiting for `seatlock migrate` to grant it ("
                            + rootMessage(e) + ")");
        }
    }

    /** Repeats a step until it ends without an error, like {@link #awaitSuccess}. */
    private void awaitEnd(Runnable step) {
        awaitSuccess(() -> {
            step.run();
            return Optional.empty();
        });
    }

    /**
     * Repeats an attempt until it returns no reason to wait, and reports the reason at intervals. The attempt must be repeatable: it
     * may have taken effect without this process learning of it.
     *
     * @throws DatabaseException.Unavailable for a reason that waiting cannot fix
     */
    private void awaitSuccess(Supplier<Optional<String>> attempt) {
        long reportedAt = 0;
        while (true) {
            var reason = attemptOnce(attempt);
            if (reason.isEmpty()) {
                return;
            }
            if (reportedAt == 0 || System.nanoTime() - reportedAt > WAIT_REPORT_INTERVAL.toNanos()) {
                progress.accept("Waiting     " + reason.get());
                reportedAt = System.nanoTime();
            }
            lifecycle.pause(WAIT_INTERVAL.toMillis());
        }
    }

    private static Optional<String> attemptOnce(Supplier<Optional<String>> attempt) {
        try {
            return attempt.get();
        } catch (DatabaseException e) {
            if (!e.isTransient()) {
                throw e;
            }
            return Optional.of(e.withAdvice("PostgreSQL is unavailable: " + rootMessage(e)));
        }
    }

    private static String rootMessage(Throwable e) {
        return e.getCause() == null ? e.getMessage() : rootMessage(e.getCause());
    }

    /** Returns the URL that it listens on, without a path; null for a worker without a port. */
    public String url() {
        return url;
    }

    /**
     * Stops everything, including parts that are still starting: reports that it is not ready but serves for the drain delay,
     * then refuses new connections and finishes the requests in flight, then closes the other parts in reverse order.
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
