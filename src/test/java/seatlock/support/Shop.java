package seatlock.support;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.Tx;
import seatlock.http.Health;
import seatlock.http.HttpServer;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.Outcome;
import seatlock.jobs.Jobs;
import seatlock.jobs.Sweeper;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.limits.RateLimiter;
import seatlock.metrics.Metrics;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;
import seatlock.verify.Invariant;

/**
 * A Seatlock under test, without the sweeper running by itself. Most tests share one: each makes its own events, and
 * nothing that happens in one event is seen in another.
 */
public final class Shop implements AutoCloseable {

    public static final String ADMIN_KEY = "test-admin-key";

    private static final Shop SHARED = new Shop();

    /** Tests of several classes run at the same time, and some of them are a crowd. */
    private static final int TEST_CONNECTIONS = 16;

    /** For the tests, who may do anything. */
    public final DatabaseUrl url = Servers.newDatabase();

    /** For the servers. */
    public final DatabaseUrl servingUrl = Servers.serving(url);

    public final Database database;
    private final Database reads;
    private final Database sales;
    public final Catalog catalog = new Catalog();
    public final Inventory inventory = new Inventory(Duration.ofMinutes(10));
    public final IdempotencyKeys keys = new IdempotencyKeys();
    public final Jobs jobs = new Jobs();
    public final TicketKeys ticketKeys;
    public final Tickets tickets;
    private final Health health;
    public final HttpServer server;
    public final Api api;
    public final Metrics metrics = new Metrics();

    /** With a database of its own, for what is seen across events; whoever makes it closes it. */
    public Shop() {
        database = Database.open(url, TEST_CONNECTIONS, HttpServer.READ_STATEMENT_TIMEOUT);
        reads = openReads(servingUrl, metrics.transactions("reads"));
        sales = openSales(servingUrl, metrics.transactions("sales"));
        metrics.connections("sales", sales::connections);
        ticketKeys = new TicketKeys(database);
        ticketKeys.ensureFirst();
        tickets = new Tickets(ticketKeys, jobs);
        var core = new HttpServer.Core(catalog, inventory, keys, tickets, ticketKeys);
        health = new Health(reads, metrics);
        server = HttpServer.start(setup(ADMIN_KEY), sales, reads, core, health, noLimiter(metrics), metrics);
        health.started();
        api = new Api("http://localhost:" + server.port(), ADMIN_KEY);
    }

    @Override
    public void close() {
        server.close();
        health.close();
        sales.close();
        reads.close();
        database.close();
    }

    /** Of a server without limits. */
    public static HttpServer.Setup setup(String adminKey) {
        return new HttpServer.Setup(0, adminKey, Limits.OFF, Networks.NONE, Set.of());
    }

    /** What counts nothing. */
    public static RateLimiter noLimiter(Metrics metrics) {
        return new RateLimiter(System::currentTimeMillis, metrics);
    }

    /** A second node on the same database, which shares nothing else with the first; whoever asks for it closes it. */
    public Node anotherNode() {
        var metrics = new Metrics();
        return new Node(this, setup(ADMIN_KEY), noLimiter(metrics), metrics);
    }

    /** The same with limits; whoever asks for it closes the limiter, too. */
    public Node limitedNode(Limits limits, Networks proxies, RateLimiter limiter) {
        return new Node(this, new HttpServer.Setup(0, ADMIN_KEY, limits, proxies, Set.of()), limiter, new Metrics());
    }

    /** The same without limits, behind proxies, for pages of other origins. */
    public Node publicNode(Networks proxies, Set<String> origins) {
        var metrics = new Metrics();
        return new Node(
                this, new HttpServer.Setup(0, ADMIN_KEY, Limits.OFF, proxies, origins), noLimiter(metrics), metrics);
    }

    /** Another server. */
    public static final class Node implements AutoCloseable {
        private final Database reads;
        private final Database sales;
        private final Health health;
        private final HttpServer server;

        private Node(Shop shop, HttpServer.Setup setup, RateLimiter limiter, Metrics metrics) {
            reads = openReads(shop.servingUrl, Database.Observer.NONE);
            sales = openSales(shop.servingUrl, Database.Observer.NONE);
            var ticketKeys = new TicketKeys(reads);
            var core = new HttpServer.Core(
                    new Catalog(),
                    new Inventory(Duration.ofMinutes(10)),
                    new IdempotencyKeys(),
                    new Tickets(ticketKeys, new Jobs()),
                    ticketKeys);
            health = new Health(reads, metrics);
            server = HttpServer.start(setup, sales, reads, core, health, limiter, metrics);
            health.started();
        }

        public int port() {
            return server.port();
        }

        @Override
        public void close() {
            server.close();
            health.close();
            sales.close();
            reads.close();
        }
    }

    /** As a server does, but with time: what is slow on a busy machine is not what is tested. */
    private static Database openReads(DatabaseUrl url, Database.Observer observer) {
        return Database.open(
                url,
                HttpServer.READ_CONNECTIONS,
                HttpServer.READ_STATEMENT_TIMEOUT,
                Database.Plans.FREE,
                observer,
                Database.PATIENT_CONNECTION_WAIT);
    }

    private static Database openSales(DatabaseUrl url, Database.Observer observer) {
        return Database.open(
                url,
                HttpServer.SALES_CONNECTIONS,
                HttpServer.SALES_STATEMENT_TIMEOUT,
                Database.Plans.BY_KEY,
                observer,
                Database.PATIENT_CONNECTION_WAIT);
    }

    public static Shop shared() {
        return SHARED;
    }

    /** Commands applied as an edge does it, tickets and all, in one transaction. */
    public List<Outcome> apply(Event event, List<Command> commands) {
        return database.inTransaction(tx -> {
            var outcomes = inventory.apply(tx, event, commands, Inventory.Locking.WAIT);
            tickets.follow(tx, event, outcomes);
            return outcomes;
        });
    }

    /** One that runs only when it is told to. */
    public Sweeper sweeper() {
        return new Sweeper(database, catalog, inventory, keys, metrics);
    }

    /** An event with one section S of one row A, its seats S-A-1, S-A-2, …, next year. */
    public Event event(int seats) {
        return event(seats, 10, Instant.now().plus(365, ChronoUnit.DAYS));
    }

    public Event event(int seats, int maxSeatsPerReservation, Instant startsAt) {
        var plan = new SeatPlan(List.of(new SeatPlan.Section("S", 4500, List.of(new SeatPlan.Row("A", seats)))));
        var event = new Event(
                new EventId(UUID.randomUUID()),
                "Aida",
                "Arena di Verona",
                startsAt.truncatedTo(ChronoUnit.MICROS),
                ZoneId.of("Europe/Rome"),
                Currency.getInstance("EUR"),
                maxSeatsPerReservation,
                null,
                seats,
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        database.inTransaction(tx -> catalog.create(tx, event, plan));
        return event;
    }

    public <T> List<T> query(String sql, Tx.Reader<T> reader, Object... parameters) {
        return database.inTransaction(tx -> tx.query(sql, reader, parameters));
    }

    /** The number that a query with one row and one column named n gives. */
    public long count(String sql, Object... parameters) {
        return query(sql, row -> row.bigint("n"), parameters).get(0);
    }

    public int update(String sql, Object... parameters) {
        return database.inTransaction(tx -> tx.update(sql, parameters));
    }

    /** Time moves by SQL: the pending reservations of an event were made an hour ago, and have just lapsed. */
    public void lapse(EventId event) {
        database.inTransaction(tx -> {
            tx.update("""
                    UPDATE reservations
                       SET created_at = created_at - interval '1 hour', expires_at = ?
                     WHERE event_id = ? AND status = 'PENDING'
                    """, tx.readClock(), event.value());
            return tx.update("""
                    UPDATE seats SET held_until = r.expires_at
                      FROM reservations AS r
                     WHERE seats.event_id = ? AND r.event_id = seats.event_id
                       AND r.reservation_id = seats.reservation_id AND seats.status = 'HELD'
                    """, event.value());
        });
    }

    /** Time moves by SQL: an event that is yet to come began a minute ago, and its reservations were made before that. */
    public void begin(EventId event) {
        var begun = Instant.now().minus(1, ChronoUnit.MINUTES);
        database.inTransaction(tx -> {
            tx.update("ALTER TABLE reservations DISABLE TRIGGER ALL"); // the foreign keys
            tx.update("ALTER TABLE events DISABLE TRIGGER ALL");
            tx.update("UPDATE events SET starts_at = ? WHERE event_id = ?", begun, event.value());
            tx.update(
                    "UPDATE reservations SET event_starts_at = ?, created_at = created_at - interval '1 hour'"
                            + " WHERE event_id = ?",
                    begun,
                    event.value());
            tx.update("ALTER TABLE events ENABLE TRIGGER ALL");
            return tx.update("ALTER TABLE reservations ENABLE TRIGGER ALL");
        });
    }

    /** How often each rule that must always hold is broken in an event, as sentences; empty if all is well. */
    public List<String> violations(EventId event) {
        return Stream.of(Invariant.values())
                .map(invariant -> invariant + ": " + database.inTransaction(tx -> invariant.count(tx, event)))
                .filter(line -> !line.endsWith(": 0"))
                .toList();
    }
}
