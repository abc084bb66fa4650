package seatlock.seatmap;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.TransactionPool;
import seatlock.inventory.InventoryReader;

/**
 * Caches seat maps as bytes that are ready to be sent.
 *
 * <p><b>Age.</b> A request gets a map that was read at most {@link #MAX_AGE} before the request arrived, and after the last
 * change that this node made to the event. So a purchase shows at once on the node that made it, and everywhere within {@link
 * #MAX_AGE}. A seat map reserves nothing: the seats themselves decide a reservation, under lock.
 *
 * <p><b>Cost.</b> A page is built once for all requests that wait for it, and a pause follows each build: a page that changes
 * all the time takes a fifth of the time of one thread, however many clients read it. A waiting request occupies no thread.
 */
public final class SeatMaps {

    /** Too short for people to notice. */
    public static final Duration MAX_AGE = Duration.ofMillis(250);

    /** A request for a page of this age triggers a new build for later requests. */
    private static final Duration REBUILD_AFTER = MAX_AGE.dividedBy(2);

    /** A build is followed by a pause of this many times its own length, so builds take a fifth of the time… */
    private static final int PAUSE_PER_BUILD = 4;

    /** …but no pause is longer than this, even after a build that took long. */
    private static final Duration MAX_PAUSE = Duration.ofMillis(200);

    /** Plain and compressed bytes. At most an eighth of the heap, since requests need the rest; enough for some twenty arenas. */
    private static final long MAX_PAGE_BYTES =
            Math.min(64_000_000, Runtime.getRuntime().maxMemory() / 8);

    /** Memory of a page besides its bytes, so that the number of small pages is bounded, too. */
    private static final int PAGE_OVERHEAD = 1_000;

    /** Takes some ten megabytes. The largest plan that a client can send has two fifths of this number. */
    private static final int MAX_PLAN_ROWS = 100_000;

    /** Many more events than change within {@link #MAX_AGE}; older changes do not matter. */
    private static final int MAX_CHANGES = 10_000;

    /** A page: its statuses, and the bytes that tell them, plain and compressed, which must not be modified. */
    public static final class Page {
        private final SeatMap map;
        private final SeatMap.Query query;
        private final SeatMap.Statuses statuses;
        private final String etag;
        private volatile byte[] plain;
        private volatile byte[] gzip;

        private Page(SeatMap map, SeatMap.Query query, SeatMap.Statuses statuses, String etag) {
            this.map = map;
            this.query = query;
            this.statuses = statuses;
            this.etag = etag;
        }

        /** Returns the event in the version that the page shows. */
        public Event event() {
            return map.event();
        }

        SeatMap map() {
            return map;
        }

        SeatMap.Query query() {
            return query;
        }

        SeatMap.Statuses statuses() {
            return statuses;
        }

        public String etag() {
            return etag;
        }

        /** Writes the page when it is first requested: those that follow the map need its statuses only. */
        public byte[] plain() {
            if (plain == null) {
                synchronized (this) {
                    if (plain == null) {
                        plain = map.write(query, statuses);
                    }
                }
            }
            return plain;
        }

        /** Compresses the page when it is first requested. */
        public byte[] gzip() {
            if (gzip == null) {
                synchronized (this) {
                    if (gzip == null) {
                        gzip = compress(plain());
                    }
                }
            }
            return gzip;
        }

        private int bytes() {
            return statuses.marks().length() + length(plain) + length(gzip);
        }

        private static int length(byte[] bytes) {
            return bytes == null ? 0 : bytes.length;
        }

        private boolean has(Form form) {
            return (form == Form.STATUSES || plain != null) && (form != Form.GZIP || gzip != null);
        }

        private void make(Form form) {
            if (form != Form.STATUSES) {
                plain();
            }
            if (form == Form.GZIP) {
                gzip();
            }
        }
    }

    /** The part of a page that is needed; each includes those before it. */
    private enum Form {
        STATUSES,
        PLAIN,
        GZIP;

        Form or(Form other) {
            return compareTo(other) < 0 ? other : this;
        }
    }

    /**
     * A page in the cache.
     *
     * @param readAt when reading it began, in nanoseconds of the clock
     * @param pauseUntil time before which the page is not built again
     */
    private record CachedPage(Page page, long readAt, long pauseUntil) {}

    /** A page that is being built. */
    private static final class Build {
        final CompletableFuture<Page> page = new CompletableFuture<>();
        boolean isReading;
        long readAt;
        Form form = Form.STATUSES;
    }

    private final TransactionPool reads;
    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Executor continuations;
    private final LongSupplier clock;

    // All fields below are guarded by this.
    private final Cache<SeatMap.Query, CachedPage> pages = Caffeine.newBuilder()
            .maximumWeight(MAX_PAGE_BYTES)
            .weigher(SeatMaps::bytes)
            .executor(Runnable::run)
            .build();
    private final Cache<EventId, SeatMap> plans = Caffeine.newBuilder()
            .maximumWeight(MAX_PLAN_ROWS)
            .weigher((EventId event, SeatMap map) -> map.weight())
            .executor(Runnable::run)
            .build();
    private final Map<SeatMap.Query, Build> builds = new HashMap<>(); // at most one per page, waiting or reading
    private final Map<SeatMap.Query, Build> nextBuilds =
            new HashMap<>(); // for requests that arrived after the current build started to read
    private final Map<EventId, Long> changes = new LinkedHashMap<>(); // oldest first
    private long forgottenChange;

    /**
     * @param continuations runs what depends on a page
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    public SeatMaps(
            TransactionPool reads,
            Catalog catalog,
            InventoryReader inventory,
            Executor continuations,
            LongSupplier clock) {
        this.reads = reads;
        this.catalog = catalog;
        this.inventory = inventory;
        this.continuations = continuations;
        this.clock = clock;
        this.forgottenChange = clock.getAsLong();
    }

    /** Records that this node has committed a change to an event. Later requests get nothing that was read before it. */
    public synchronized void changed(EventId event) {
        changes.remove(event);
        changes.put(event, clock.getAsLong());
        if (changes.size() > MAX_CHANGES) {
            var eldest = changes.entrySet().iterator();
            forgottenChange = eldest.next().getValue();
            eldest.remove();
        }
    }

    /**
     * Finds a page. The result is complete if the page is cached; otherwise it completes on the executor of continuations.
     *
     * @param gzip whether the page will be sent compressed
     * @return the page; fails with {@link UnknownEvent}, {@link seatlock.concurrent.Overload} or an exception of the database
     */
    public CompletableFuture<Page> find(SeatMap.Query query, boolean gzip) {
        return find(query, gzip ? Form.GZIP : Form.PLAIN);
    }

    /** Finds the statuses of all seats of an event, as {@link #find} finds a page. */
    CompletableFuture<SeatState> state(EventId event) {
        return pagesAfter(event, 0, List.of()).thenApply(SeatState::new);
    }

    private CompletableFuture<List<Page>> pagesAfter(EventId event, int after, List<Page> before) {
        return find(new SeatMap.Query(event, null, null, SeatMap.MAX_SEATS, after), Form.STATUSES)
                .thenCompose(page -> {
                    var pages = Stream.concat(before.stream(), Stream.of(page)).toList();
                    var next = page.statuses().next();
                    return next == null ? CompletableFuture.completedFuture(pages) : pagesAfter(event, next, pages);
                });
    }

    private CompletableFuture<Page> find(SeatMap.Query query, Form form) {
        var arrived = clock.getAsLong();
        Page page;
        synchronized (this) {
            var cached = pages.getIfPresent(query);
            if (cached == null || !isFresh(query.event(), cached.readAt(), arrived)) {
                // Each on its own thread, so that no request waits until another client has read its response.
                return join(query, arrived, form).page.thenApplyAsync(Function.identity(), continuations);
            }
            if (arrived - cached.readAt() > REBUILD_AFTER.toNanos() && !builds.containsKey(query)) {
                join(query, arrived, form);
            }
            page = cached.page();
        }
        if (!page.has(form)) {
            makeCached(query, page, form);
        }
        return CompletableFuture.completedFuture(page);
    }

    private void makeCached(SeatMap.Query query, Page page, Form form) {
        page.make(form);
        synchronized (this) {
            var cached = pages.getIfPresent(query);
            if (cached != null && cached.page() == page) {
                pages.put(query, cached); // updates its weight
            }
        }
    }

    private boolean isFresh(EventId event, long readAt, long arrived) {
        return arrived - readAt <= MAX_AGE.toNanos() && readAt - changes.getOrDefault(event, forgottenChange) >= 0;
    }

    private static int bytes(SeatMap.Query query, CachedPage cached) {
        var section = query.section() == null ? 0 : 2 * query.section().length();
        return PAGE_OVERHEAD + section + cached.page().bytes();
    }

    /** Returns the build that serves a request: the current one, or the next one if the current one started to read too early. */
    private Build join(SeatMap.Query query, long arrived, Form form) {
        var build = builds.get(query);
        if (build == null) {
            build = new Build();
            start(query, build);
        } else if (build.isReading && !isFresh(query.event(), build.readAt, arrived)) {
            build = nextBuilds.computeIfAbsent(query, q -> new Build());
        }
        build.form = build.form.or(form);
        return build;
    }

    private void start(SeatMap.Query query, Build build) {
        builds.put(query, build);
        var cached = pages.getIfPresent(query);
        var pause = cached == null ? 0 : cached.pauseUntil() - clock.getAsLong();
        if (pause > 0) {
            CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, continuations)
                    .execute(() -> run(query, build));
        } else {
            run(query, build);
        }
    }

    private void run(SeatMap.Query query, Build build) {
        try {
            reads.compute(query.event(), database -> build(database, query, build))
                    .whenComplete((page, failure) -> ended(query, build, page, failure));
        } catch (RuntimeException e) { // the queue is full, or the server is stopping
            ended(query, build, null, e);
        }
    }

    private Page build(Database database, SeatMap.Query query, Build build) {
        var began = clock.getAsLong();
        CachedPage before;
        synchronized (this) {
            build.isReading = true;
            build.readAt = began;
            before = pages.getIfPresent(query);
        }
        var map = seatMap(database, query.event());
        var statuses = database.inTransaction(tx -> map.read(tx, inventory, query));
        var etag = map.etag(query, statuses);
        var isSame = before != null && before.page().etag().equals(etag);
        var page = isSame ? before.page() : new Page(map, query, statuses, etag);
        var form = form(build);
        var isAskedForAgain = before != null && before.page().gzip != null;
        page.make(form != Form.STATUSES && isAskedForAgain ? Form.GZIP : form);
        synchronized (this) {
            var ended = clock.getAsLong();
            var pause = Math.min(PAUSE_PER_BUILD * (ended - began), MAX_PAUSE.toNanos());
            pages.put(query, new CachedPage(page, began, ended + pause));
        }
        return page;
    }

    private synchronized Form form(Build build) {
        return build.form;
    }

    /** Returns the map of the current version of an event, which another node may have changed a moment ago. */
    private SeatMap seatMap(Database database, EventId id) {
        return database.inTransaction(tx -> {
            var event = catalog.current(tx, id).orElseThrow(UnknownEvent::new);
            synchronized (this) {
                var known = plans.getIfPresent(id);
                if (known != null && known.event().version() == event.version()) {
                    return known;
                }
            }
            var map = new SeatMap(event, catalog.rows(tx, event), catalog.prices(tx, event));
            synchronized (this) {
                plans.put(id, map);
            }
            return map;
        });
    }

    private void ended(SeatMap.Query query, Build build, Page page, Throwable failure) {
        synchronized (this) {
            builds.remove(query);
            var next = nextBuilds.remove(query);
            if (next != null) {
                start(query, next);
            }
        }
        if (failure == null) {
            build.page.complete(page);
        } else {
            build.page.completeExceptionally(failure);
        }
    }

    /** Compresses at the fastest level, which still makes a seat map fifteen times smaller. */
    private static byte[] compress(byte[] bytes) {
        var compressed = new ByteArrayOutputStream(bytes.length / 10 + 100);
        try (var gzip = new FastGzip(compressed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(ByteArrayOutputStream out) throws IOException {
            super(out, 8192);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
