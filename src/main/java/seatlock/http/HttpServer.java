package seatlock.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.time.Duration;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import seatlock.access.ApiKeys;
import seatlock.catalog.Catalog;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Inventory;
import seatlock.metrics.Metrics;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;

/** The HTTP server: every route, and how everything that goes wrong is answered. */
public final class HttpServer implements AutoCloseable {

    /** Database connections for what changes something. */
    public static final int SALES_CONNECTIONS = BoxOffice.CONNECTIONS;

    /** Database connections for what only reads; and one for an event being created, and one for the health check. */
    public static final int READ_CONNECTIONS = Reads.THREADS + 2;

    /** For what changes something: such a statement takes milliseconds, unless it waits for a lock, or for two. */
    public static final Duration SALES_STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    /** For what reads: a page of seats, or of what creates ten thousand of them. */
    public static final Duration READ_STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    /** They read requests and write answers, and do not wait for the database. */
    private static final int MAX_THREADS = 200;

    /** Connections not yet accepted: a crowd that arrives in one instant must not be turned away by the kernel. */
    private static final int ACCEPT_QUEUE = 4096;

    /**
     * More than an answer to an order ever has: a hundred seats with the longest names. What fits is written without
     * waiting for the client to read it.
     */
    private static final int OUTPUT_BUFFER_BYTES = 65_536;

    /** In-flight requests get this long when the server stops. */
    private static final int STOP_TIMEOUT_MS = 10_000;

    /** The core that requests are about. */
    public record Core(
            Catalog catalog, Inventory inventory, IdempotencyKeys keys, Tickets tickets, TicketKeys ticketKeys) {}

    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    private final Database readDatabase;
    private final BoxOffice boxOffice;
    private final Reads reads;
    private final Javalin javalin;
    private final Metrics metrics;

    /**
     * @param port to listen on; 0 for any that is free
     * @param adminKey may do everything
     * @param salesDatabase for what changes something, with {@link #SALES_CONNECTIONS}
     * @param readDatabase for the rest, with {@link #READ_CONNECTIONS}, so that no crowd of readers stops the sale
     * @param metrics is told of every request, and shown at {@code /metrics}
     * @throws io.javalin.util.JavalinBindException if the port is in use
     */
    public static HttpServer start(
            int port, String adminKey, Database salesDatabase, Database readDatabase, Core core, Metrics metrics) {
        var server = new HttpServer(port, adminKey, salesDatabase, readDatabase, core, metrics);
        server.javalin.start();
        return server;
    }

    private HttpServer(
            int port, String adminKey, Database salesDatabase, Database readDatabase, Core core, Metrics metrics) {
        this.readDatabase = readDatabase;
        this.metrics = metrics;
        var threads = new QueuedThreadPool(MAX_THREADS);
        threads.setName("http");
        this.reads = new Reads(readDatabase, threads, metrics);
        var seatMaps = new SeatMaps(reads, core.catalog, core.inventory, threads, System::nanoTime);
        this.boxOffice = new BoxOffice(salesDatabase, core, seatMaps::changed, threads, metrics);
        var keys = new ApiKeys();
        var access = new Access(adminKey, keys, reads);
        var events = new EventHandlers(readDatabase, reads, core.catalog, seatMaps);
        var reservations = new ReservationHandlers(reads, core.catalog, core.inventory, boxOffice, access);
        var ticketing = new TicketHandlers(reads, core, boxOffice, access);
        var keyring = new KeyHandlers(reads, keys, access);
        this.javalin = Javalin.create(config -> {
            configure(config, threads, port, new Journal(metrics));
            config.routes.before(HttpServer::beforeAll);
            config.routes.beforeMatched(
                    ctx -> Visit.of(ctx).takes(ctx.endpoints().matchedHttpEndpoint().path));
            new Routes(config.routes, access)
                    .add(events, reservations, ticketing, keyring, this::ready, new MetricsHandler(metrics));
            problems(config);
        });
    }

    /** For a test to see what is registered there. */
    Javalin javalin() {
        return javalin;
    }

    /** The port it listens on. */
    public int port() {
        return javalin.port();
    }

    private static void beforeAll(Context ctx) {
        ctx.header(RequestId.HEADER, Visit.of(ctx).id().value());
        ctx.header("Vary", "Accept-Encoding"); // answers are compressed for who says that he can read it
        if (ctx.req().getRequestURI().indexOf(';') >= 0) {
            // Path parameters: none of our paths has any, and Javalin stumbles over them.
            throw Problem.of(ProblemType.MALFORMED_REQUEST, "The path has a semicolon.")
                    .refuse();
        }
    }

    private void ready(Context ctx) {
        ctx.future(() -> reads.find("ready", tx -> tx.readClock()).thenAccept(now -> ctx.result("ready")));
    }

    private static void configure(JavalinConfig config, QueuedThreadPool threads, int port, Journal journal) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_TIMEOUT_MS);
            server.setErrorHandler(new JettyErrors());
            server.setRequestLog(journal);
            // A request is not handed to a thread until it has arrived: who sends slowly, or never ends, keeps none.
            server.insertHandler(new EagerContentHandler(
                    new EagerContentHandler.RetainedContentLoaderFactory(Requests.MAX_BODY_BYTES + 1, -1, false)));
        });
        config.jetty.addConnector((server, http) -> {
            http.setUriCompliance(new HttpConfiguration().getUriCompliance()); // RFC 3986, and nothing ambiguous
            // It remembers a hundred kilobytes of header lines for each connection; and ours are new ones each time,
            // with
            // an Idempotency-Key of their own.
            http.setHeaderCacheSize(0);
            http.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
            http.setOutputAggregationSize(OUTPUT_BUFFER_BYTES);
            var connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setPort(port);
            connector.setAcceptQueueSize(ACCEPT_QUEUE);
            return connector;
        });
    }

    static void problems(JavalinConfig config) {
        config.routes.exception(Problem.Refused.class, (e, ctx) -> {
            Requests.drain(ctx);
            Replies.problem(ctx, e.problem());
        });
        config.routes.exception(
                DatabaseException.LockTimeout.class,
                (e, ctx) -> refuse(ctx, ProblemType.OVERLOADED, "Somebody else is at these seats right now."));
        config.routes.exception(DatabaseException.Unavailable.class, (e, ctx) -> {
            about(ctx, log.atWarn()).log(e.getMessage());
            refuse(ctx, ProblemType.OVERLOADED, "The database cannot be reached, or is too busy.");
        });
        config.routes.exception(DatabaseException.OutcomeUnknown.class, (e, ctx) -> {
            about(ctx, log.atWarn()).log(e.getMessage());
            refuse(ctx, ProblemType.OUTCOME_UNKNOWN, "The database went away in the middle of the commit.");
        });
        config.routes.exception(HttpResponseException.class, HttpServer::answerJavalin);
        config.routes.exception(Exception.class, (e, ctx) -> {
            about(ctx, log.atError()).setCause(e).log("A request failed");
            refuse(ctx, ProblemType.INTERNAL_ERROR, "It was noted in the log.");
        });
        config.router.javaLangErrorHandler((response, error) -> {
            log.atError()
                    .addKeyValue("request", response.getHeader(RequestId.HEADER))
                    .setCause(error)
                    .log("A request failed");
            response.setStatus(500);
        });
    }

    /** Names the request by its id and its route; its path is the client's. */
    private static LoggingEventBuilder about(Context ctx, LoggingEventBuilder line) {
        var visit = Visit.of(ctx);
        return line.addKeyValue("request", visit.id()).addKeyValue("route", visit.route());
    }

    private static void refuse(Context ctx, ProblemType type, String detail) {
        Replies.problem(ctx, Problem.of(type, detail));
    }

    /** What Javalin itself refuses: a path that does not exist, a method that the path does not have. */
    private static void answerJavalin(HttpResponseException e, Context ctx) {
        switch (e.getStatus()) {
            case 404 -> refuse(ctx, ProblemType.NOT_FOUND, "There is nothing at this path.");
            case 405 -> {
                var allowed = e.getDetails().values().stream().findFirst().orElse("");
                ctx.header("Allow", allowed);
                refuse(ctx, ProblemType.METHOD_NOT_ALLOWED, "This path has " + allowed + ".");
            }
            default -> refuse(ctx, ProblemType.MALFORMED_REQUEST, "The request is not HTTP as it should be.");
        }
    }

    /** Stops listening, answers what is in flight, then ends. */
    @Override
    public void close() {
        javalin.stop();
        boxOffice.close();
        reads.close();
    }
}
