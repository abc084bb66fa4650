package seatlock.api;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import seatlock.access.ApiKeys;
import seatlock.catalog.Cancellations;
import seatlock.catalog.Catalog;
import seatlock.catalog.Codes;
import seatlock.changes.Changes;
import seatlock.changes.Feed;
import seatlock.db.Database;
import seatlock.db.TransactionPool;
import seatlock.http.ClientAddress;
import seatlock.http.Health;
import seatlock.http.HttpProblem;
import seatlock.http.Listener;
import seatlock.http.Pages;
import seatlock.http.Problem;
import seatlock.http.PublicUrl;
import seatlock.http.Responses;
import seatlock.inventory.InventoryReader;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.limits.RateLimiter;
import seatlock.maintenance.Eraser;
import seatlock.metrics.Metrics;
import seatlock.sales.Checkout;
import seatlock.sales.CodeCreation;
import seatlock.sales.Corrections;
import seatlock.sales.EventCancellation;
import seatlock.sales.EventCancelled;
import seatlock.sales.EventCreation;
import seatlock.sales.EventRevision;
import seatlock.sales.IdempotencyKeys;
import seatlock.sales.KeyInUse;
import seatlock.sales.Payments;
import seatlock.sales.Refunds;
import seatlock.sales.Transfers;
import seatlock.seatmap.SeatMaps;
import seatlock.seatmap.SeatStreams;
import seatlock.seatmap.UnknownEvent;
import seatlock.tickets.CheckIns;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;

/** The HTTP server of the API. Wires handlers, access rules and limits. */
public final class ApiServer implements AutoCloseable {

    private static final int READ_THREADS = 8;
    private static final int READ_THREADS_PER_EVENT = 6;
    private static final int WRITE_THREADS = 6;
    private static final int WRITE_THREADS_PER_EVENT = 3;

    /** Database connections for sales and other writes. */
    public static final int WRITE_CONNECTIONS = Checkout.CONNECTIONS + WRITE_THREADS;

    /** Database connections for reads. */
    public static final int READ_CONNECTIONS = READ_THREADS;

    /**
     * Settings of the server.
     *
     * @param address to listen on, with port 0 for any free port
     * @param adminKey may call every operation
     * @param proxies whose {@code X-Forwarded-} header fields are trusted
     * @param origins whose pages may call the API from a browser, such as {@code https://shop.example}, or {@code *}
     * @param publicUrl where links begin
     * @param keepAlive an idle connection is closed after this long
     */
    public record Setup(
            InetSocketAddress address,
            String adminKey,
            Limits limits,
            Networks proxies,
            Set<String> origins,
            PublicUrl publicUrl,
            Duration keepAlive) {}

    /**
     * The parts of the core that the handlers use.
     *
     * @param reads see {@link #reads}
     * @param writes see {@link #writes}
     * @param payments empty if the server has no payment provider
     * @param pages that it has besides the API
     */
    public record Core(
            Catalog catalog,
            InventoryReader inventory,
            Checkout checkout,
            SeatMaps seatMaps,
            Tickets tickets,
            TicketKeys ticketKeys,
            Changes changes,
            Feed feed,
            Eraser eraser,
            TransactionPool reads,
            TransactionPool writes,
            Optional<Payments> payments,
            List<Pages> pages) {}

    private final Listener listener;
    private final FeedReaders feedReaders;
    private final SeatStreams streams;

    /** Creates the pool for read-only requests. It is separate so that many readers cannot stop sales. */
    public static TransactionPool reads(Database database, Executor continuations, Metrics metrics) {
        return new TransactionPool("reads", database, READ_THREADS, READ_THREADS_PER_EVENT, continuations, metrics);
    }

    /** Creates the pool for writes that change no seat: check-ins, events, keys, mail. */
    public static TransactionPool writes(Database database, Executor continuations, Metrics metrics) {
        return new TransactionPool("writes", database, WRITE_THREADS, WRITE_THREADS_PER_EVENT, continuations, metrics);
    }

    /**
     * Starts to listen. Requests are refused until {@link Health#started} is called.
     *
     * @param threads see {@link Listener#newThreads}
     * @param limiter counts requests, if limits are on
     * @throws IllegalStateException if it cannot listen on its address; the message says why
     */
    public static ApiServer start(
            Setup setup, Core core, QueuedThreadPool threads, Health health, RateLimiter limiter, Metrics metrics) {
        return new ApiServer(setup, core, threads, health, limiter, metrics);
    }

    private ApiServer(
            Setup setup, Core core, QueuedThreadPool threads, Health health, RateLimiter limiter, Metrics metrics) {
        var keys = new ApiKeys();
        var keyCache = new ApiKeyCache(keys, core.reads, System::nanoTime);
        var access = new Access(setup.adminKey, keyCache, threads);
        var limits = setup.limits;
        var clients = new ClientAddress(setup.proxies);
        var throttle = new Throttle(limits, limiter, clients, access, metrics);
        var quotas = new BuyerQuotas(limits, clients, access);
        var cancellation = new EventCancellation(core.catalog, new Changes(), new Cancellations(), core.inventory);
        var cancellations =
                new EventCancellationHandlers(core.catalog, cancellation, core.seatMaps::changed, core.writes, access);
        this.streams = new SeatStreams(core.seatMaps, threads, limits.streams());
        health.whenDraining(streams::close);
        metrics.streams(streams::open);
        var events = new EventHandlers(
                core.catalog,
                new EventCreation(core.catalog, new IdempotencyKeys()),
                cancellation,
                core.seatMaps,
                streams,
                core.reads,
                core.writes,
                access);
        var revision = new EventRevision(core.catalog, core.changes, new IdempotencyKeys());
        var eventChanges = new EventChangeHandlers(core.catalog, revision, core.seatMaps, core.writes, access);
        var codes = new Codes();
        var codeHandlers = new CodeHandlers(
                core.catalog,
                codes,
                new CodeCreation(core.catalog, codes, new IdempotencyKeys()),
                core.reads,
                core.writes,
                access);
        var guesses = limits.isOn() ? Optional.of(throttle) : Optional.<Throttle>empty();
        var reservations = new ReservationHandlers(
                core.reads, core.catalog, core.inventory, core.checkout, access, quotas, guesses, core.payments);
        var payments = new PaymentHandlers(core.payments, core.checkout, core.inventory, core.reads, access);
        var allocations = new AllocationHandlers(core.catalog, core.checkout, core.reads, access);
        var corrections = new Corrections(core.tickets, core.changes);
        var buyers = new BuyerHandlers(core.catalog, core.inventory, corrections, core.reads, core.writes, access);
        var checkIns = new CheckIns(core.catalog, core.ticketKeys, core.tickets, core.changes);
        var tickets = new TicketHandlers(
                core.inventory, core.tickets, checkIns, corrections, core.ticketKeys, core.reads, core.writes, access);
        var transfers = new TransferHandlers(
                core.tickets,
                new Transfers(core.catalog, core.tickets, core.changes, new IdempotencyKeys()),
                core.reads,
                core.writes,
                access);
        var gates = new GateHandlers(core.catalog, checkIns, core.reads, core.writes, access);
        this.feedReaders = new FeedReaders(core.feed, core.reads, core.writes, threads);
        var changes = new ChangeHandlers(core.feed, feedReaders, core.inventory, core.reads, access);
        var calendars = new CalendarHandlers(core.catalog, core.inventory, core.tickets, core.reads, access);
        var keyHandlers = new KeyHandlers(keys, keyCache, core.reads, core.writes);
        var reports = new ReportHandlers(core.catalog, core.reads, threads);
        var privacy = new PrivacyHandlers(
                core.catalog, core.inventory, core.tickets, core.eraser, core.reads, core.writes, access);
        var listening = new Listener.Setup(
                setup.address,
                limits.headerBytes(),
                limits.bodyBytes(),
                Map.of(Routes.SEAT_PLANS, limits.seatPlanBytes()),
                setup.origins,
                setup.publicUrl,
                setup.keepAlive,
                Routes.ACTIONS,
                request -> !limits.isOn() || throttle.admits(request));
        this.listener = new Listener(listening, threads, health, metrics, routes -> {
                    routes.before(clients::addStrictTransportSecurity);
                    if (limits.isOn()) {
                        routes.before(throttle::checkGuess);
                    }
                    var guarded = new Routes(routes, access);
                    if (limits.isOn()) {
                        routes.before(throttle::check);
                    }
                    guarded.add(
                            events,
                            eventChanges,
                            cancellations,
                            new PlanHandlers(),
                            allocations,
                            codeHandlers,
                            reservations,
                            payments,
                            buyers,
                            tickets,
                            transfers,
                            gates,
                            calendars,
                            changes,
                            keyHandlers,
                            reports,
                            privacy,
                            setup.publicUrl);
                    health.addRoutes(routes, AccessRule.ANYONE);
                    core.pages.forEach(pages -> pages.addRoutes(routes, AccessRule.ANYONE));
                    addExceptionHandlers(routes);
                })
                .start();
    }

    /** Maps the exceptions with which the core refuses a request. */
    private static void addExceptionHandlers(RoutesConfig routes) {
        routes.exception(
                KeyInUse.class,
                (e, ctx) -> Responses.problem(
                        ctx,
                        Problem.of(
                                ApiProblem.IDEMPOTENCY_KEY_IN_USE,
                                "The first request with this Idempotency-Key is still running.")));
        routes.exception(
                Payments.ProviderUnavailable.class,
                (e, ctx) -> Responses.problem(ctx, Problem.of(ApiProblem.PROVIDER_UNAVAILABLE, e.getMessage())));
        routes.exception(
                Payments.ProviderRefused.class,
                (e, ctx) -> Responses.problem(ctx, Problem.of(ApiProblem.PROVIDER_REFUSED, e.getMessage())));
        routes.exception(
                Refunds.NotCaptured.class,
                (e, ctx) -> Responses.problem(ctx, Problem.of(HttpProblem.OVERLOADED, e.getMessage())));
        routes.exception(
                Payments.NotRecorded.class,
                (e, ctx) -> Responses.problem(ctx, Problem.of(HttpProblem.OVERLOADED, e.getMessage())));
        routes.exception(
                Refunds.NotRefundable.class, (e, ctx) -> Responses.problem(ctx, ApiProblem.notRefundable(e.left())));
        routes.exception(
                EventCancelled.class,
                (e, ctx) -> Responses.problem(ctx, Problem.of(ApiProblem.EVENT_CANCELLED, e.getMessage())));
        routes.exception(
                UnknownEvent.class,
                (e, ctx) -> Responses.problem(ctx, Problem.of(HttpProblem.NOT_FOUND, "No such event.")));
    }

    /** For tests that inspect the routes. */
    Javalin javalin() {
        return listener.javalin();
    }

    /** Returns the number of clients that wait for changes. */
    public int waitingReaders() {
        return feedReaders.waiting();
    }

    /** Returns the port that the server listens on. */
    public int port() {
        return listener.port();
    }

    /** Ends the streams and the waits for changes, accepts no new connections, completes the requests in flight, then stops. */
    @Override
    public void close() {
        streams.close();
        feedReaders.close();
        listener.close();
    }
}
