package seatlock.http;

import io.javalin.Javalin;
import java.time.Duration;
import java.util.Set;
import seatlock.access.ApiKeys;
import seatlock.catalog.Catalog;
import seatlock.db.Database;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Inventory;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.limits.RateLimiter;
import seatlock.metrics.Metrics;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;

/** The API: puts together what answers its requests. */
public final class HttpServer implements AutoCloseable {

    /** Database connections for what changes something. */
    public static final int SALES_CONNECTIONS = BoxOffice.CONNECTIONS;

    /** Database connections for what only reads; and one for an event being created, and one for the health check. */
    public static final int READ_CONNECTIONS = Reads.THREADS + 2;

    /** For what changes something: such a statement takes milliseconds, unless it waits for a lock, or for two. */
    public static final Duration SALES_STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    /** For what reads: a page of seats, or of what creates ten thousand of them. */
    public static final Duration READ_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    /** The core that requests are about. */
    public record Core(
            Catalog catalog, Inventory inventory, IdempotencyKeys keys, Tickets tickets, TicketKeys ticketKeys) {}

    /**
     * How it is set up.
     *
     * @param port to listen on; 0 for any that is free
     * @param adminKey may do everything
     * @param proxies that are believed when they say for whom they ask
     * @param origins whose pages may call it from a browser, such as {@code https://shop.example}, or {@code *}
     */
    public record Setup(int port, String adminKey, Limits limits, Networks proxies, Set<String> origins) {}

    private final BoxOffice boxOffice;
    private final Reads reads;
    private final Listener listener;

    /**
     * @param salesDatabase for what changes something, with {@link #SALES_CONNECTIONS}
     * @param readDatabase for the rest, with {@link #READ_CONNECTIONS}, so that no crowd of readers stops the sale
     * @param health decides when it begins to serve
     * @param limiter counts requests, if limits are on
     * @param metrics is told of every request, and shown at {@code /metrics}
     * @throws io.javalin.util.JavalinBindException if the port is in use
     */
    public static HttpServer start(
            Setup setup,
            Database salesDatabase,
            Database readDatabase,
            Core core,
            Health health,
            RateLimiter limiter,
            Metrics metrics) {
        return new HttpServer(setup, salesDatabase, readDatabase, core, health, limiter, metrics);
    }

    private HttpServer(
            Setup setup,
            Database salesDatabase,
            Database readDatabase,
            Core core,
            Health health,
            RateLimiter limiter,
            Metrics metrics) {
        var threads = Listener.threads();
        this.reads = new Reads(readDatabase, threads, metrics);
        var seatMaps = new SeatMaps(reads, core.catalog, core.inventory, threads, System::nanoTime);
        this.boxOffice = new BoxOffice(salesDatabase, core, seatMaps::changed, threads, metrics);
        var keys = new ApiKeys();
        var inUse = new KeysInUse(keys, reads, System::nanoTime);
        var access = new Access(setup.adminKey, inUse, threads);
        var limits = setup.limits;
        var clients = new ClientAddress(setup.proxies);
        var throttle = new Throttle(limits, limiter, clients, access, metrics);
        var quotas = new BuyerQuotas(limits, clients, access);
        var events = new EventHandlers(readDatabase, reads, core.catalog, seatMaps);
        var reservations = new ReservationHandlers(reads, core.catalog, core.inventory, boxOffice, access, quotas);
        var ticketing = new TicketHandlers(reads, core, boxOffice, access);
        var keyring = new KeyHandlers(reads, keys, inUse);
        var listening = new Listener.Setup(setup.port, limits, setup.origins);
        this.listener = new Listener(listening, threads, health, metrics, routes -> {
                    routes.before(clients::rememberTls);
                    if (limits.isOn()) {
                        routes.before(throttle::checkGuess);
                    }
                    var guarded = new Routes(routes, access);
                    if (limits.isOn()) {
                        routes.before(throttle::check);
                    }
                    guarded.add(events, reservations, ticketing, keyring);
                    Routes.addHealth(routes, health, metrics);
                })
                .start();
    }

    /** For a test to see what is registered there. */
    Javalin javalin() {
        return listener.javalin();
    }

    /** The port it listens on. */
    public int port() {
        return listener.port();
    }

    /** Stops listening, answers what is in flight, then ends. */
    @Override
    public void close() {
        listener.close();
        boxOffice.close();
        reads.close();
    }
}
