package seatlock.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import seatlock.concurrent.Overload;
import seatlock.db.DatabaseException;
import seatlock.metrics.Metrics;

/** Configures Jetty and Javalin, listens, and maps every failure to a problem. The caller adds the routes. */
public final class Listener implements AutoCloseable {

    /** These threads read requests and write responses. They never wait for the database. */
    private static final int MAX_THREADS = 200;

    /** Connections not yet accepted. Long enough that the kernel refuses none when many clients connect at once. */
    private static final int ACCEPT_QUEUE = 4096;

    /**
     * Larger than any response to a request that changes something. A response that fits is written without
     * waiting for the client to read it.
     */
    static final int OUTPUT_BUFFER_BYTES = 65_536;

    /** When the server stops, requests in flight have this long to finish: longer than any of them may wait. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

    /** Requests that are still arriving have this long, so that a stalled client does not delay the stop. */
    private static final Duration ARRIVAL_TIMEOUT = Duration.ofSeconds(2);

    /** The server stops after this long without a request: one on a connection just accepted is read a moment later. */
    private static final Duration QUIET = Duration.ofMillis(100);

    /** By then no request is in flight, so Jetty waits for its own threads only. */
    private static final Duration JETTY_STOP_TIMEOUT = Duration.ofSeconds(10);

    /**
     * An idle connection is kept for this long by default: longer than the 60 seconds of nginx and of AWS's load balancer, so that
     * the proxy closes first and sends no request on a connection that is being closed.
     */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(75);

    /** A request whose body stops arriving, or a response that nobody reads, is given up after this long. */
    static final Duration STALLED = Duration.ofSeconds(30);

    /** The longest time that any browser caches a preflight response. */
    private static final Duration PREFLIGHT_MAX_AGE = Duration.ofHours(2);

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private final Health health;
    private final Javalin javalin;
    private final GracefulHandler inFlight = new GracefulHandler();
    private final BodyLoader bodies;
    private ServerConnector connector;

    /**
     * Settings of the listener.
     *
     * @param address to listen on, with port 0 for any free port
     * @param headerBytes the largest request line and header
     * @param bodyBytes the largest body
     * @param bodyBytesOfPost the largest body of a POST, by path, where it differs
     * @param origins whose pages may call the server from a browser, such as {@code https://shop.example}, or {@code *}
     * @param publicUrl where links begin
     * @param keepAlive an idle connection is closed after this long
     * @param actions names of the actions whose outcomes are counted, by route
     * @param admitsRefused counts a request that is refused before it reaches a route, such as one that is not valid HTTP; returns
     *     {@code false} if its client has sent too many requests
     */
    public record Setup(
            InetSocketAddress address,
            int headerBytes,
            int bodyBytes,
            Map<Pattern, Integer> bodyBytesOfPost,
            Set<String> origins,
            PublicUrl publicUrl,
            Duration keepAlive,
            Map<String, String> actions,
            Predicate<Request> admitsRefused) {}

    /**
     * @param threads see {@link #newThreads}
     * @param routes adds the routes
     */
    public Listener(
            Setup setup, QueuedThreadPool threads, Health health, Metrics metrics, Consumer<RoutesConfig> routes) {
        this.health = health;
        this.bodies = new BodyLoader(setup.bodyBytes, setup.bodyBytesOfPost);
        this.javalin = Javalin.create(config -> {
            configure(config, threads, setup, metrics);
            config.appData(PublicUrl.KEY, setup.publicUrl);
            config.routes.before(this::beforeAll);
            config.routes.beforeMatched(
                    ctx -> Exchange.of(ctx).route(ctx.endpoints().matchedHttpEndpoint().path));
            routes.accept(config.routes);
            addExceptionHandlers(config);
        });
    }

    /** Creates the threads that read requests and write responses. They must never wait for the database. */
    public static QueuedThreadPool newThreads() {
        var threads = new QueuedThreadPool(MAX_THREADS);
        threads.setName("http");
        return threads;
    }

    /**
     * Starts to listen.
     *
     * @throws IllegalStateException if it cannot listen on its address; the message says why
     */
    public Listener start() {
        try {
            javalin.start();
        } catch (JavalinException e) {
            throw new IllegalStateException(
                    "Cannot listen on " + connector.getHost() + " port " + connector.getPort() + ": " + rootMessage(e)
                            + ". Set PORT or HOST to another one.",
                    e);
        }
        return this;
    }

    private static String rootMessage(Throwable e) {
        return e.getCause() == null ? e.getMessage() : rootMessage(e.getCause());
    }

    /** For tests that inspect the routes. */
    public Javalin javalin() {
        return javalin;
    }

    /** Returns the port that the server listens on. */
    public int port() {
        return javalin.port();
    }

    private void beforeAll(Context ctx) {
        ctx.header(RequestId.HEADER, Exchange.of(ctx).id().value());
        SecurityHeaders.ALWAYS.forEach(ctx::header);
        ctx.res().addHeader("Vary", "Accept-Encoding"); // responses are compressed for clients that accept it
        if (health.isDraining()) {
            ctx.header("Connection", "close");
        }
        if (!health.hasStarted() && !Health.PATHS.contains(ctx.path())) {
            throw Problem.of(HttpProblem.OVERLOADED, "The server is starting.").refuse();
        }
    }

    private void configure(JavalinConfig config, QueuedThreadPool threads, Setup setup, Metrics metrics) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(JETTY_STOP_TIMEOUT.toMillis());
            server.setErrorHandler(new JettyErrors(setup.admitsRefused));
            server.setRequestLog(new RequestLogger(setup.actions, metrics));
            server.insertHandler(inFlight); // requests that have arrived
            server.insertHandler(new EagerContentHandler(bodies));
            if (!setup.origins.isEmpty()) {
                server.insertHandler(crossOrigin(setup.origins));
            }
            server.insertHandler(new CanonicalPath());
            server.insertHandler(new BodilessResponses()); // the outermost
        });
        config.jetty.addConnector((server, http) -> {
            http.setUriCompliance(new HttpConfiguration().getUriCompliance()); // RFC 3986, and nothing ambiguous
            // The cache takes a hundred kilobytes per connection and would rarely hit: each request has its own
            // Idempotency-Key.
            http.setHeaderCacheSize(0);
            http.setRequestHeaderSize(setup.headerBytes);
            http.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
            http.setOutputAggregationSize(OUTPUT_BUFFER_BYTES);
            connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setHost(setup.address.getAddress().getHostAddress());
            connector.setPort(setup.address.getPort());
            connector.setAcceptQueueSize(ACCEPT_QUEUE);
            connector.setIdleTimeout(setup.keepAlive.toMillis());
            // No request is in flight when Jetty stops, so it need not wait for more on the idle connections.
            connector.setShutdownIdleTimeout(QUIET.toMillis());
            http.setIdleTimeout(STALLED.toMillis());
            inFlight.insertHandler(Connections.limit(connector, metrics).observer());
            return connector;
        });
    }

    /** Allows the methods and header fields that a page needs to use the API. Seatlock uses no cookies, so none are allowed. */
    private static CrossOriginHandler crossOrigin(Set<String> origins) {
        var handler = new CrossOriginHandler();
        handler.setAllowedOriginPatterns(origins.stream()
                .map(origin -> "*".equals(origin) ? origin : Pattern.quote(origin))
                .collect(Collectors.toSet()));
        handler.setAllowCredentials(false);
        handler.setAllowedMethods(Set.of("GET", "HEAD", "POST", "PATCH", "DELETE"));
        handler.setAllowedHeaders(Set.of(
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "If-None-Match",
                // Libraries that trace requests add these by themselves.
                RequestId.TRACE_PARENT,
                "tracestate",
                "baggage",
                "sentry-trace"));
        handler.setExposedHeaders(Set.of(
                "Date",
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

    /** Maps every exception to a problem. */
    public static void addExceptionHandlers(JavalinConfig config) {
        config.routes.exception(Problem.Refused.class, (e, ctx) -> Responses.problem(ctx, e.problem()));
        config.routes.exception(
                DatabaseException.LockTimeout.class,
                (e, ctx) -> refuse(ctx, HttpProblem.OVERLOADED, "Another transaction has locked the same rows."));
        config.routes.exception(DatabaseException.Unavailable.class, (e, ctx) -> {
            withRequest(ctx, log.atWarn()).log(e.getMessage());
            refuse(ctx, HttpProblem.OVERLOADED, "The database is unavailable or too busy.");
        });
        config.routes.exception(DatabaseException.OutcomeUnknown.class, (e, ctx) -> {
            withRequest(ctx, log.atWarn()).log(e.getMessage());
            refuse(ctx, HttpProblem.OUTCOME_UNKNOWN, "The connection to the database was lost during the commit.");
        });
        config.routes.exception(Overload.class, (e, ctx) -> refuse(ctx, HttpProblem.OVERLOADED, e.getMessage()));
        config.routes.exception(HttpResponseException.class, Listener::refuseForJavalin);
        config.routes.exception(Exception.class, (e, ctx) -> {
            withRequest(ctx, log.atError()).setCause(e).log("A request failed");
            refuse(ctx, HttpProblem.INTERNAL_ERROR, "The error was logged.");
        });
        config.router.javaLangErrorHandler((response, error) -> {
            log.atError()
                    .addKeyValue("request", response.getHeader(RequestId.HEADER))
                    .setCause(error)
                    .log("A request failed");
            response.setStatus(500);
        });
    }

    /** Adds the id and route of the request to a log line. Its path comes from the client, so it is not logged. */
    private static LoggingEventBuilder withRequest(Context ctx, LoggingEventBuilder line) {
        var exchange = Exchange.of(ctx);
        return line.addKeyValue("request", exchange.id()).addKeyValue("route", exchange.route());
    }

    private static void refuse(Context ctx, HttpProblem type, String detail) {
        Responses.problem(ctx, Problem.of(type, detail));
    }

    /** Responds to requests that Javalin itself refuses: an unknown path, or a method that is not allowed. */
    private static void refuseForJavalin(HttpResponseException e, Context ctx) {
        switch (e.getStatus()) {
            case 404 -> refuse(ctx, HttpProblem.NOT_FOUND, "No such endpoint.");
            case 405 -> {
                var allowed = e.getDetails().values().stream().findFirst().orElse("");
                ctx.header("Allow", allowed);
                refuse(ctx, HttpProblem.METHOD_NOT_ALLOWED, "Allowed methods: " + allowed + ".");
            }
            default -> refuse(ctx, HttpProblem.MALFORMED_REQUEST, "The request is not valid HTTP.");
        }
    }

    /** Accepts no new connections, completes the requests in flight, then stops. */
    @Override
    public void close() {
        connector.close();
        var began = System.nanoTime();
        var lastSeen = began;
        var now = began;
        while (now - began < STOP_TIMEOUT.toNanos() && now - lastSeen < QUIET.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            now = System.nanoTime();
            var isArriving = bodies.incomplete() > 0 && now - began < ARRIVAL_TIMEOUT.toNanos();
            if (isArriving || inFlight.getCurrentRequestCount() > 0) {
                lastSeen = now;
            }
        }
        javalin.stop();
    }
}
