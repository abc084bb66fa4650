package seatlock;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import seatlock.api.ApiServer;
import seatlock.catalog.Catalog;
import seatlock.changes.Changes;
import seatlock.changes.Feed;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.UncommittedDatabase;
import seatlock.http.Health;
import seatlock.http.Listener;
import seatlock.http.PublicUrl;
import seatlock.inventory.Inventory;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Jobs;
import seatlock.limits.Networks;
import seatlock.limits.RateLimiter;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Plan;
import seatlock.loadtest.Scenario;
import seatlock.maintenance.Eraser;
import seatlock.metrics.Metrics;
import seatlock.net.Loopback;
import seatlock.privacy.Erasure;
import seatlock.sales.Checkout;
import seatlock.sales.IdempotencyKeys;
import seatlock.seatmap.SeatMaps;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;

/**
 * Lets Java compile the path of a sale before the crowd comes: sells the seats of events that exist only in a transaction that is
 * rolled back, over HTTP, with a core and a server of its own on the loopback interface. Nobody else sees them, and nothing is
 * counted.
 *
 * <p>A Java virtual machine interprets a method at first, then compiles it, and compiles it again with what it has observed; a
 * node that has just started sells a third of what it sells later.
 */
final class WarmUp {

    private static final int CLIENTS = 32;
    private static final int SEATS = 4_000;
    private static final Duration SLICE = Duration.ofMillis(1_500);
    private static final Duration SHORT = Duration.ofMillis(500);

    /** Java has compiled what matters if the compilers were busy for less than this share of a slice. */
    private static final double QUIET = 0.1;

    private final Config config;
    private final DatabaseUrl url;
    private final Duration limit;
    private final BooleanSupplier isStopping;

    /**
     * @param limit how long it may take
     * @param isStopping whether the process is about to stop
     */
    WarmUp(Config config, DatabaseUrl url, Duration limit, BooleanSupplier isStopping) {
        this.config = config;
        this.url = url;
        this.limit = limit;
        this.isStopping = isStopping;
    }

    /**
     * Sells until Java has compiled what matters, or the time is over.
     *
     * @return a phrase that tells how long it took and how much was sold
     */
    String run() {
        var began = System.nanoTime();
        var deadline = began + limit.toNanos();
        long sold = 0;
        try {
            for (var isQuiet = false; !isQuiet && deadline - System.nanoTime() > 0 && !isStopping.getAsBoolean(); ) {
                var compiled = compilation();
                var slice = System.nanoTime();
                sold += round(deadline);
                isQuiet = (compilation() - compiled) * 1e6 < QUIET * (System.nanoTime() - slice);
            }
        } catch (SQLException | RuntimeException e) {
            return "ended early: " + e.getMessage(); // a node without it is slow at first, but right
        }
        return String.format(
                Locale.ROOT, "%.1f s, %,d bookings that were rolled back", (System.nanoTime() - began) / 1e9, sold);
    }

    /** Returns how long the compilers have worked, in milliseconds. */
    private static long compilation() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    /** Sells the seats of some events, and rolls back. */
    private long round(long deadline) throws SQLException {
        try (var parts = new Lifecycle(problem -> {})) {
            var metrics = parts.add(new Metrics());
            var database = parts.add(new UncommittedDatabase(url, App.SALES_STATEMENT_TIMEOUT, Database.Plans.BY_KEY));
            var health = parts.add(new Health(database, tx -> null, metrics));
            var threads = Listener.newThreads();
            var reads = parts.add(ApiServer.reads(database, threads, metrics));
            var writes = parts.add(ApiServer.writes(database, threads, metrics));
            var catalog = new Catalog();
            var reader = new InventoryReader();
            var keys = new TicketKeys(database);
            var tickets = new Tickets(keys, new Jobs());
            var changes = new Changes();
            var maps = new SeatMaps(reads, catalog, reader, threads, System::nanoTime);
            var inventory = new Inventory(catalog, config.reservationTtl());
            var checkout = parts.add(new Checkout(
                    database,
                    catalog,
                    inventory,
                    new IdempotencyKeys(),
                    tickets,
                    changes,
                    maps::changed,
                    threads,
                    metrics));
            var eraser = parts.add(new Eraser(database, checkout, new Erasure(changes), mails -> {}, Optional.empty()));
            var core = new ApiServer.Core(
                    catalog,
                    reader,
                    checkout,
                    maps,
                    tickets,
                    keys,
                    changes,
                    new Feed(),
                    eraser,
                    reads,
                    writes,
                    Optional.empty(),
                    List.of());
            var adminKey = UUID.randomUUID().toString();
            var setup = new ApiServer.Setup(
                    new InetSocketAddress(Loopback.ADDRESS, 0),
                    adminKey,
                    config.limits().withoutRates(),
                    Networks.NONE,
                    Set.of(),
                    PublicUrl.NONE,
                    config.keepAlive());
            var limiter = parts.add(new RateLimiter(() -> 0, metrics));
            var server = parts.add(ApiServer.start(setup, core, threads, health, limiter, metrics));
            health.started(0);
            return sell(URI.create("http://" + Loopback.NAME + ":" + server.port()), adminKey, deadline);
        }
    }

    private long sell(URI server, String key, long deadline) {
        long sold = 0;
        for (var scenario : List.of(Scenario.ON_SALE, Scenario.PURCHASE, Scenario.ON_SALE, Scenario.BROWSE)) {
            var left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.compareTo(SHORT) > 0 && !isStopping.getAsBoolean()) {
                var length = scenario == Scenario.BROWSE ? SHORT : SLICE;
                var slice = Plan.of(scenario, server, key)
                        .with(CLIENTS, length.compareTo(left) < 0 ? length : left, Duration.ZERO)
                        .selling(1, SEATS)
                        .rechecking(0);
                sold += LoadTest.run(slice, line -> {}).acknowledged();
            }
        }
        return sold;
    }
}
