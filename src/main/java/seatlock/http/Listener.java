package seatlock.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import seatlock.db.DatabaseException;
import seatlock.limits.Limits;
import seatlock.metrics.Metrics;

/** Listens, and answers everything that goes wrong: Jetty and Javalin as we want them. What it serves, others say. */
final class Listener implements AutoCloseable {

    /** They read requests and write answers, and do not wait for the database. */
    private static final int MAX_THREADS = 200;

    /** Connections not yet accepted: a crowd that arrives in one instant must not be turned away by the kernel. */
    private static final int ACCEPT_QUEUE = 4096;

    /**
     * More than an answer to an order ever has: a hundred seats with the longest names. What fits is written without
     * waiting for the client to read it.
     */
    static final int OUTPUT_BUFFER_BYTES = 65_536;

    /** In-flight requests get this long when the server stops: longer than any of them may wait. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

    /** Those that are just arriving then get this long to do so: one that has stopped in the middle must not hold up all. */
    private static final Duration ARRIVAL_TIMEOUT = Duration.ofSeconds(2);

    /** For so long nobody must have been there: what a connection has that was just accepted is read a moment later. */
    private static final Duration QUIET = Duration.ofMillis(100);

    /** When it is quiet Jetty has nothing to wait for but its own threads. */
    private static final Duration JETTY_STOP_TIMEOUT = Duration.ofSeconds(10);

    /** How long a browser remembers what it may ask: as long as any of them does. */
    private static final Duration PREFLIGHT_MAX_AGE = Duration.ofHours(2);

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private final Health health;
    private final Javalin javalin;
    private final GracefulHandler inFlight = new GracefulHandler();
    private final Bodies bodies;
    private ServerConnector connector;

    /**
     * How it listens.
     *
     * @param port 0 for any that is free
     * @param limits to the size of a request
     * @param origins whose pages may call it from a browser, such as {@code https://shop.example}, or {@code *}
     */
    record Setup(int port, Limits limits, Set<String> origins) {}

    /** @param threads that read requests and write answers */
    Listener(Setup setup, QueuedThreadPool threads, Health health, Metrics metrics, Consumer<RoutesConfig> routes) {
        this.health = health;
        this.bodies = new Bodies(setup.limits);
        this.javalin = Javalin.create(config -> {
            configure(config, threads, setup, new Journal(metrics));
            config.routes.before(this::beforeAll);
            config.routes.beforeMatched(
                    ctx -> Visit.of(ctx).takes(ctx.endpoints().matchedHttpEndpoint().path));
            routes.accept(config.routes);
            problems(config);
        });
    }

    /** For those that read requests and write answers, and do not wait for the database. */
    static QueuedThreadPool threads() {
        var threads = new QueuedThreadPool(MAX_THREADS);
        threads.setName("http");
        return threads;
    }

    /** @throws io.javalin.util.JavalinBindException if the port is in use */
    Listener start() {
        javalin.start();
        return this;
    }

    /** For a test to see what is registered there. */
    Javalin javalin() {
        return javalin;
    }

    int port() {
        return javalin.port();
    }

    private void beforeAll(Context ctx) {
        ctx.header(RequestId.HEADER, Visit.of(ctx).id().value());
        SecurityHeaders.ALWAYS.forEach(ctx::header);
        ctx.res().addHeader("Vary", "Accept-Encoding"); // answers are compressed for who says that he can read it
        if (ctx.req().getRequestURI().indexOf(';') >= 0) {
            // Path parameters: none of our paths has any, and Javalin stumbles over them.
            throw Problem.of(ProblemType.MALFORMED_REQUEST, "The path has a semicolon.")
                    .refuse();
        }
        if (health.isDraining()) {
            ctx.header("Connection", "close");
        }
        if (!health.hasStarted() && !Health.PATHS.contains(ctx.path())) {
            throw Problem.of(ProblemType.OVERLOADED, "The server is starting.").refuse();
        }
    }

    private void configure(JavalinConfig config, QueuedThreadPool threads, Setup setup, Journal journal) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(JETTY_STOP_TIMEOUT.toMillis());
            server.setErrorHandler(new JettyErrors());
            server.setRequestLog(journal);
            server.insertHandler(inFlight); // what has arrived
            server.insertHandler(new EagerContentHandler(bodies));
            if (!setup.origins.isEmpty()) {
                server.insertHandler(crossOrigin(setup.origins));
            }
        });
        config.jetty.addConnector((server, http) -> {
            http.setUriCompliance(new HttpConfiguration().getUriCompliance()); // RFC 3986, and nothing ambiguous
            // It remembers a hundred kilobytes of header lines for each connection; and ours are new ones each time,
            // with an Idempotency-Key of their own.
            http.setHeaderCacheSize(0);
            http.setRequestHeaderSize(setup.limits.headerBytes());
            http.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
            http.setOutputAggregationSize(OUTPUT_BUFFER_BYTES);
            connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setPort(setup.port);
            connector.setAcceptQueueSize(ACCEPT_QUEUE);
            return connector;
        });
    }

    /** What a page needs to buy a ticket: its own keys in headers, and no cookie, since we know none. */
    private static CrossOriginHandler crossOrigin(Set<String> origins) {
        var handler = new CrossOriginHandler();
        handler.setAllowedOriginPatterns(origins.stream()
                .map(origin -> "*".equals(origin) ? origin : Pattern.quote(origin))
                .collect(Collectors.toSet()));
        handler.setAllowCredentials(false);
        handler.setAllowedMethods(Set.of("GET", "HEAD", "POST", "DELETE"));
        handler.setAllowedHeaders(
                Set.of("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", RequestId.TRACE_PARENT));
        handler.setExposedHeaders(Set.of(
                "ETag",
                "Idempotency-Replayed",
                "Location",
                "RateLimit",
                "RateLimit-Policy",
                "Retry-After",
                RequestId.HEADER));
        handler.setPreflightMaxAge(PREFLIGHT_MAX_AGE);
        return handler;
    }

    static void problems(JavalinConfig config) {
        config.routes.exception(Problem.Refused.class, (e, ctx) -> Replies.problem(ctx, e.problem()));
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
        config.routes.exception(HttpResponseException.class, Listener::answerJavalin);
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

    /** Lets nobody new in, answers those who are, then ends. */
    @Override
    public void close() {
        connector.close();
        var began = System.nanoTime();
        var lastSeen = began;
        var now = began;
        while (now - began < STOP_TIMEOUT.toNanos() && now - lastSeen < QUIET.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            now = System.nanoTime();
            var isArriving = bodies.arriving() > 0 && now - began < ARRIVAL_TIMEOUT.toNanos();
            if (isArriving || inFlight.getCurrentRequestCount() > 0) {
                lastSeen = now;
            }
        }
        javalin.stop();
    }
}
