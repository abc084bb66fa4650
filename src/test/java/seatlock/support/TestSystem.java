package seatlock.support;

import java.io.File;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import seatlock.App;
import seatlock.api.ApiServer;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Tariff;
import seatlock.catalog.Terms;
import seatlock.changes.Changes;
import seatlock.changes.Feed;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.TransactionPool;
import seatlock.db.Tx;
import seatlock.http.Health;
import seatlock.http.Listener;
import seatlock.http.Pages;
import seatlock.http.PublicUrl;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Outcome;
import seatlock.jobs.Jobs;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.limits.RateLimiter;
import seatlock.maintenance.Eraser;
import seatlock.maintenance.Invariant;
import seatlock.maintenance.Reconciler;
import seatlock.maintenance.Sweeper;
import seatlock.metrics.Metrics;
import seatlock.payments.PaymentProvider;
import seatlock.payments.sandbox.SandboxProvider;
import seatlock.privacy.Erasure;
import seatlock.sales.Checkout;
import seatlock.sales.IdempotencyKeys;
import seatlock.sales.Payments;
import seatlock.sales.Rehearsal;
import seatlock.seatmap.SeatMaps;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;
import seatlock.web.SandboxPages;

/**
 * Seatlock under test; its sweeper runs only when a test calls it. Most tests share one system: each makes its own events, which
 * do not affect each other.
 */
public final class TestSystem implements AutoCloseable {

    public static final String ADMIN_KEY = "test-admin-key-of-more-than-32-characters";

    /** The version of the last migration. */
    public static final int SCHEMA_VERSION = Stream.of(new File("sql").list())
            .filter(name -> name.matches("V[0-9]+__.*\\.sql"))
            .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf('_'))))
            .max()
            .orElseThrow();

    private static final TestSystem SHARED = new TestSystem();

    /** Test classes run in parallel, and some use many threads. */
    private static final int TEST_CONNECTIONS = 16;

    /** Tests in which many transactions queue for one lock must pass on a busy machine, too. */
    private static final Duration LOCK_WAIT = Duration.ofMinutes(1);

    /** For the tests: the owner of the schema. */
    public final DatabaseUrl url;

    /** For the servers: the role that cannot change the schema. */
    public final DatabaseUrl servingUrl;

    public final Database database;
    public final Catalog catalog = new Catalog();
    public final Inventory inventory = new Inventory(catalog, Duration.ofMinutes(10));
    public final InventoryReader inventoryReader = new InventoryReader();
    public final IdempotencyKeys keys = new IdempotencyKeys();
    public final Jobs jobs = new Jobs();
    public final Feed feed = new Feed();
    public final TicketKeys ticketKeys;
    public final Tickets tickets;
    public final ApiServer server;
    public final Checkout checkout;
    public final Api api;
    public final Metrics metrics = new Metrics();
    private final Node node;

    /** Opens a system with a database of its own, for tests across events; the caller closes it. */
    public TestSystem() {
        this(Servers.newDatabase());
    }

    private TestSystem(DatabaseUrl url) {
        this.url = url;
        this.servingUrl = Servers.serving(url);
        database = Database.open(url, TEST_CONNECTIONS, App.READ_STATEMENT_TIMEOUT);
        ticketKeys = new TicketKeys(database);
        ticketKeys.ensureFirst();
        tickets = new Tickets(ticketKeys, jobs);
        node = new Node(servingUrl, setup(ADMIN_KEY), noLimiter(metrics), metrics);
        server = node.server;
        checkout = node.checkout;
        api = new Api("http://localhost:" + server.port(), ADMIN_KEY);
    }

    /** On an existing database whose schema is up to date; the caller closes it. */
    public static TestSystem on(DatabaseUrl url) {
        return new TestSystem(url);
    }

    @Override
    public void close() {
        node.close();
        database.close();
    }

    /** Returns the setup of a server without limits. */
    public static ApiServer.Setup setup(String adminKey) {
        return new ApiServer.Setup(
                new InetSocketAddress(0),
                adminKey,
                Limits.OFF,
                Networks.NONE,
                Set.of(),
                PublicUrl.NONE,
                Listener.KEEP_ALIVE);
    }

    /** Returns a rate limiter that shares nothing and is not started. */
    public static RateLimiter noLimiter(Metrics metrics) {
        return new RateLimiter(System::currentTimeMillis, metrics);
    }

    /** Starts a second node that shares only the database with the first; the caller closes it. */
    public Node anotherNode() {
        return anotherNode(new Metrics());
    }

    /** Starts a second node with its own metrics; the caller closes it. */
    public Node anotherNode(Metrics metrics) {
        return new Node(servingUrl, setup(ADMIN_KEY), noLimiter(metrics), metrics);
    }

    /** Starts a second node with limits; the caller closes the node and the limiter. */
    public Node limitedNode(Limits limits, Networks proxies, RateLimiter limiter) {
        return new Node(
                servingUrl,
                new ApiServer.Setup(
                        new InetSocketAddress(0),
                        ADMIN_KEY,
                        limits,
                        proxies,
                        Set.of(),
                        PublicUrl.NONE,
                        Listener.KEEP_ALIVE),
                limiter,
                new Metrics());
    }

    /** Starts a second node without limits, behind proxies, with CORS origins; the caller closes it. */
    public Node publicNode(Networks proxies, Set<String> origins) {
        return unlimitedNode(proxies, origins, PublicUrl.NONE);
    }

    /** Starts a second node without limits that clients reach by another URL; the caller closes it. */
    public Node nodeAt(PublicUrl publicUrl) {
        return unlimitedNode(Networks.NONE, Set.of(), publicUrl);
    }

    private Node unlimitedNode(Networks proxies, Set<String> origins, PublicUrl publicUrl) {
        var metrics = new Metrics();
        return new Node(
                servingUrl,
                new ApiServer.Setup(
                        new InetSocketAddress(0),
                        ADMIN_KEY,
                        Limits.OFF,
                        proxies,
                        origins,
                        publicUrl,
                        Listener.KEEP_ALIVE),
                noLimiter(metrics),
                metrics);
    }

    /** How a node lets buyers pay. @param provider makes the provider, for the database of the node */
    public record Paying(Function<Database, PaymentProvider> provider, Payments.Policy policy) {}

    /** Starts a second node where buyers pay; the caller closes it. */
    public Node payingNode(Paying paying) {
        var metrics = new Metrics();
        return new Node(
                servingUrl,
                setup(ADMIN_KEY),
                noLimiter(metrics),
                metrics,
                Database.PATIENT_CONNECTION_WAIT,
                Optional.of(paying));
    }

    /** A server, wired as App does it. It waits longer for connections, so that tests do not fail on a busy machine. */
    public static final class Node implements AutoCloseable {
        private final Database readDatabase;
        private final Database salesDatabase;
        private final TransactionPool reads;
        private final TransactionPool writes;
        private final Checkout checkout;
        private final Health health;
        private final ApiServer server;
        private final Optional<Payments> payments;
        private final Optional<Reconciler> reconciler;

        private Node(DatabaseUrl url, ApiServer.Setup setup, RateLimiter limiter, Metrics metrics) {
            this(url, setup, limiter, metrics, Database.PATIENT_CONNECTION_WAIT);
        }

        /** @param connectionWait how long work waits for a connection to the database */
        public Node(
                DatabaseUrl url, ApiServer.Setup setup, RateLimiter limiter, Metrics metrics, Duration connectionWait) {
            this(url, setup, limiter, metrics, connectionWait, Optional.empty());
        }

        private Node(
                DatabaseUrl url,
                ApiServer.Setup setup,
                RateLimiter limiter,
                Metrics metrics,
                Duration connectionWait,
                Optional<Paying> paying) {
            readDatabase = Database.open(
                    url,
                    ApiServer.READ_CONNECTIONS + 13, // for the health check, the key and payments
                    App.READ_STATEMENT_TIMEOUT,
                    Database.Plans.DEFAULT,
                    metrics.transactions("reads"),
                    connectionWait);
            salesDatabase = Database.open(
                    url,
                    ApiServer.WRITE_CONNECTIONS,
                    App.SALES_STATEMENT_TIMEOUT,
                    Database.Plans.BY_KEY,
                    metrics.transactions("sales"),
                    connectionWait);
            metrics.connections(
                    "sales",
                    () -> salesDatabase.connections().open(),
                    () -> salesDatabase.connections().active(),
                    () -> salesDatabase.connections().waiting());
            var threads = Listener.newThreads();
            var catalog = new Catalog();
            var reader = new InventoryReader();
            var ticketKeys = new TicketKeys(readDatabase);
            var tickets = new Tickets(ticketKeys, new Jobs());
            reads = ApiServer.reads(readDatabase, threads, metrics);
            writes = ApiServer.writes(salesDatabase, threads, metrics);
            var seatMaps = new SeatMaps(reads, catalog, reader, threads, System::nanoTime);
            checkout = new Checkout(
                    salesDatabase,
                    catalog,
                    new Inventory(catalog, Duration.ofMinutes(10)),
                    new IdempotencyKeys(),
                    tickets,
                    new Changes(),
                    seatMaps::changed,
                    threads,
                    metrics);
            health = new Health(readDatabase, Rehearsal::run, metrics);
            var eraser = new Eraser(readDatabase, checkout, new Erasure(new Changes()), jobs -> {}, Optional.empty());
            payments = paying.map(with ->
                    new Payments(checkout, readDatabase, with.provider.apply(readDatabase), with.policy, metrics));
            reconciler = payments.map(each -> new Reconciler(readDatabase, catalog, each, metrics));
            var pages = payments
                    .map(Payments::provider)
                    .filter(SandboxProvider.class::isInstance)
                    .<Pages>map(each -> new SandboxPages((SandboxProvider) each, reads))
                    .stream()
                    .toList();
            var core = new ApiServer.Core(
                    catalog,
                    reader,
                    checkout,
                    seatMaps,
                    tickets,
                    ticketKeys,
                    new Changes(),
                    new Feed(),
                    eraser,
                    reads,
                    writes,
                    payments,
                    pages);
            server = ApiServer.start(setup, core, threads, health, limiter, metrics);
            health.started(SCHEMA_VERSION);
        }

        public int port() {
            return server.port();
        }

        public Checkout checkout() {
            return checkout;
        }

        /** Returns what looks at due payments; it is not started. */
        public Reconciler reconciler() {
            return reconciler.orElseThrow();
        }

        public PaymentProvider provider() {
            return payments.orElseThrow().provider();
        }

        public int waitingReaders() {
            return server.waitingReaders();
        }

        @Override
        public void close() {
            reconciler.ifPresent(Reconciler::close);
            server.close();
            health.close();
            payments.ifPresent(Payments::close);
            checkout.close();
            writes.close();
            reads.close();
            salesDatabase.close();
            readDatabase.close();
        }
    }

    public static TestSystem shared() {
        return SHARED;
    }

    /** Applies commands in one transaction, as Checkout does, including the tickets. */
    public List<Outcome> apply(Event event, List<Command> commands) {
        return database.inTransaction(tx -> {
            tx.limitLockWait(LOCK_WAIT);
            var current = catalog.find(tx, event.id()).orElseThrow();
            var outcomes = inventory.apply(tx, current, commands, Inventory.Locking.WAIT);
            tickets.issueOrVoid(tx, current, outcomes);
            return outcomes;
        });
    }

    /** Returns a sweeper that is not started; the test calls its rounds. */
    public Sweeper sweeper() {
        return new Sweeper(database, checkout, inventory, inventoryReader, keys, metrics);
    }

    /** Creates an event next year with one section S and one row A: seats S-A-1, S-A-2, …. */
    public Event event(int seats) {
        return event(seats, 10, Instant.now().plus(365, ChronoUnit.DAYS));
    }

    public Event event(int seats, int maxSeatsPerReservation, Instant startsAt) {
        var plan = new SeatPlan(List.of(new SeatPlan.Section("S", 4500, List.of(new SeatPlan.Row("A", seats)))));
        return event(plan, Tariff.STANDARD, maxSeatsPerReservation, startsAt);
    }

    /** Creates an event next year with a plan, and up to ten seats in a reservation. */
    public Event event(SeatPlan plan, Tariff tariff) {
        return event(plan, tariff, 10, Instant.now().plus(365, ChronoUnit.DAYS));
    }

    private Event event(SeatPlan plan, Tariff tariff, int maxSeatsPerReservation, Instant startsAt) {
        var event = new Event(
                new EventId(UUID.randomUUID()),
                "Aida",
                "Arena di Verona",
                ZoneId.of("Europe/Rome"),
                Currency.getInstance("EUR"),
                Terms.first(startsAt.truncatedTo(ChronoUnit.MICROS), maxSeatsPerReservation, Optional.empty()),
                (int) plan.capacity(),
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        database.inTransaction(tx -> catalog.create(tx, event, plan, tariff));
        return event;
    }

    public <T> List<T> query(String sql, Tx.Reader<T> reader, Object... parameters) {
        return database.inTransaction(tx -> tx.query(sql, reader, parameters));
    }

    /** Returns the number in the column n of a query with one row. */
    public long count(String sql, Object... parameters) {
        return query(sql, row -> row.bigint("n"), parameters).get(0);
    }

    /** Changes rows as nobody but a test does, for as long as it takes on a busy machine. */
    public int update(String sql, Object... parameters) {
        return database.inTransaction(tx -> {
            tx.update("SET LOCAL statement_timeout = 0");
            return tx.update(sql, parameters);
        });
    }

    /** Moves time by SQL: the pending reservations of an event were made an hour ago and have just lapsed. */
    public void lapse(EventId event) {
        database.inTransaction(tx -> {
            tx.update("""
                    UPDATE reservations
                       SET created_at = created_at - interval '1 hour', expires_at = ?
                     WHERE event_id = ? AND status = 'PENDING'
                    """, tx.readClock(), event.value());
            tx.update("""
                    UPDATE limit_uses SET expires_at = r.expires_at
                      FROM reservations AS r
                     WHERE limit_uses.event_id = ? AND r.event_id = limit_uses.event_id
                       AND r.reservation_id = limit_uses.reservation_id AND limit_uses.expires_at IS NOT NULL
                    """, event.value());
            return tx.update("""
                    UPDATE seats SET held_until = r.expires_at
                      FROM reservations AS r
                     WHERE seats.event_id = ? AND r.event_id = seats.event_id
                       AND r.reservation_id = seats.reservation_id AND seats.status = 'HELD'
                    """, event.value());
        });
    }

    /** Returns the setting {@code DATABASE_URL} of a process that uses this database. */
    public String databaseUrl() {
        return url.jdbc() + "?user=" + url.user() + "&password=" + url.password();
    }

    /** Moves time by SQL: a future event began a minute ago, and its reservations were made before that. */
    public void begin(EventId event) {
        var begun = Instant.now().minus(1, ChronoUnit.MINUTES);
        database.inTransaction(tx -> {
            tx.update("SET LOCAL session_replication_role = replica"); // no foreign keys, and no lock that others would
            // meet
            tx.update("UPDATE event_terms SET starts_at = ? WHERE event_id = ?", begun, event.value());
            tx.update("UPDATE events SET starts_at = ? WHERE event_id = ?", begun, event.value());
            tx.update(
                    "UPDATE reservations SET event_starts_at = ?, created_at = created_at - interval '1 hour'"
                            + " WHERE event_id = ?",
                    begun,
                    event.value());
            return null;
        });
    }

    /**
     * Writes the next version of an event with other terms, as every node sees at once: nodes keep the versions that they know.
     *
     * @param change the SET clause
     */
    public void changeTerms(EventId event, String change) {
        database.inTransaction(tx -> {
            tx.update("""
                    INSERT INTO event_terms (event_id, version, starts_at, is_paused, max_seats_per_reservation,
                                             reservation_ttl_ms, reentry, transfer_until, orphans, accessible_released,
                                             created_at)
                    SELECT t.event_id, t.version + 1, t.starts_at, t.is_paused, t.max_seats_per_reservation,
                           t.reservation_ttl_ms, t.reentry, t.transfer_until, t.orphans, t.accessible_released,
                           clock_timestamp()
                      FROM event_terms AS t
                      JOIN events AS e ON e.event_id = t.event_id AND e.terms_version = t.version
                     WHERE t.event_id = ?
                    """, event.value());
            tx.update(
                    "UPDATE event_terms SET " + change + " WHERE event_id = ? AND version ="
                            + " (SELECT max(version) FROM event_terms WHERE event_id = ?)",
                    event.value(),
                    event.value());
            return tx.update("UPDATE events SET terms_version = terms_version + 1 WHERE event_id = ?", event.value());
        });
    }

    /** Returns a sentence with a count for each invariant that an event violates; empty if none. */
    public List<String> violations(EventId event) {
        return Stream.of(Invariant.values())
                .map(invariant -> invariant + ": " + database.inTransaction(tx -> invariant.count(tx, event)))
                .filter(line -> !line.endsWith(": 0"))
                .toList();
    }
}
