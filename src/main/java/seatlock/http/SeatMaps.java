package seatlock.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import seatlock.catalog.Catalog;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.inventory.Inventory;

/**
 * Seat maps in memory, as the bytes that go out.
 *
 * <p><b>How old one may be.</b> A request gets what was read no longer than {@link #MAX_AGE} before it came, and after
 * the last change that this node made to the event. So who buys here sees it here at once, and everywhere within {@link
 * #MAX_AGE}. A seat map promises nothing anyway: what a buyer asks for is judged by the seats themselves, under lock.
 *
 * <p><b>How often one is built.</b> A page is built by one at a time, for all who wait for it, and with pauses: one that
 * changes all the time takes a fifth of the time of one thread, however many look at it. Nobody who waits keeps a thread.
 */
final class SeatMaps {

    /** What a person who looks takes for now. */
    static final Duration MAX_AGE = Duration.ofMillis(250);

    /** Who asks for a page that is half as old as it may be has it built anew for those who come after him. */
    private static final Duration RENEWED_AFTER = MAX_AGE.dividedBy(2);

    /** A build is followed by a pause of so many times its own length, so builds take a fifth of the time… */
    private static final int PAUSE_PER_BUILD = 4;

    /** …but who waits for a page that takes long to build waits no longer than this for its turn. */
    private static final Duration MAX_PAUSE = Duration.ofMillis(200);

    /** Plain and compressed: an eighth of the heap, as a crowd that waits needs most of it; and no more than fifty arenas. */
    private static final long MAX_PAGE_BYTES =
            Math.min(64_000_000, Runtime.getRuntime().maxMemory() / 8);

    /** What a page takes besides its bytes: so the small ones have a bound, too. */
    private static final int PAGE_OVERHEAD = 1_000;

    /** Some ten megabytes; the largest plan that can be sent has two fifths of these. */
    private static final int MAX_PLAN_ROWS = 100_000;

    /** Far more than change within {@link #MAX_AGE}; older changes are of no interest. */
    private static final int MAX_CHANGES = 10_000;

    /** The answer to a query: for each way of sending it the bytes, which are not to be changed. */
    static final class Page {
        private final String etag;
        private final byte[] plain;
        private volatile byte[] gzip;

        private Page(String etag, byte[] plain) {
            this.etag = etag;
            this.plain = plain;
        }

        String etag() {
            return etag;
        }

        byte[] plain() {
            return plain;
        }

        /** Made when it is first asked for. */
        byte[] gzip() {
            if (gzip == null) {
                synchronized (this) {
                    if (gzip == null) {
                        gzip = compress(plain);
                    }
                }
            }
            return gzip;
        }

        private int bytes() {
            var compressed = gzip;
            return plain.length + (compressed == null ? 0 : compressed.length);
        }
    }

    /**
     * A page in memory.
     *
     * @param readAt by the clock, before its reading began
     * @param pauseUntil before which it is not built again
     */
    private record Kept(Page page, long readAt, long pauseUntil) {}

    /** A page in the making. */
    private static final class Build {
        final CompletableFuture<Page> page = new CompletableFuture<>();
        boolean isReading;
        long readAt;
        boolean isForGzip;
    }

    private final Reads reads;
    private final Catalog catalog;
    private final Inventory inventory;
    private final Executor answers;
    private final LongSupplier clock;

    // All guarded by this.
    private final Lru<SeatMap.Query, Kept> pages = new Lru<>(MAX_PAGE_BYTES);
    private final Lru<EventId, SeatMap> plans = new Lru<>(MAX_PLAN_ROWS);
    private final Map<SeatMap.Query, Build> builds = new HashMap<>(); // at most one of a page, waiting or reading
    private final Map<SeatMap.Query, Build> nextBuilds = new HashMap<>(); // for whom the one that reads comes too early
    private final Map<EventId, Long> changes = new LinkedHashMap<>(); // the longest ago first
    private long forgottenChange;

    /**
     * @param answers the threads on which clients are answered
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    SeatMaps(Reads reads, Catalog catalog, Inventory inventory, Executor answers, LongSupplier clock) {
        this.reads = reads;
        this.catalog = catalog;
        this.inventory = inventory;
        this.answers = answers;
        this.clock = clock;
        this.forgottenChange = clock.getAsLong();
    }

    /** This node has committed a change of the event: nothing that was read before is served to who asks from now on. */
    synchronized void changed(EventId event) {
        changes.remove(event);
        changes.put(event, clock.getAsLong());
        if (changes.size() > MAX_CHANGES) {
            var eldest = changes.entrySet().iterator();
            forgottenChange = eldest.next().getValue();
            eldest.remove();
        }
    }

    /**
     * Finds a page: at once if it is in memory, else on a thread of those that answer.
     *
     * @param gzip whether it will be sent compressed
     * @return the page, or {@link Problem.Refused} (not-found, overloaded), or how the database failed
     */
    CompletableFuture<Page> find(SeatMap.Query query, boolean gzip) {
        var arrived = clock.getAsLong();
        Page page;
        synchronized (this) {
            var kept = pages.get(query);
            if (kept == null || !isFresh(query.event(), kept.readAt(), arrived)) {
                // Each on a thread of his own, so that none waits until the one before has taken what he is sent.
                return join(query, arrived, gzip).page.thenApplyAsync(Function.identity(), answers);
            }
            if (arrived - kept.readAt() > RENEWED_AFTER.toNanos() && !builds.containsKey(query)) {
                join(query, arrived, gzip);
            }
            page = kept.page();
        }
        if (gzip && page.gzip == null) {
            compressKept(query, page);
        }
        return CompletableFuture.completedFuture(page);
    }

    private void compressKept(SeatMap.Query query, Page page) {
        page.gzip();
        synchronized (this) {
            var kept = pages.get(query);
            if (kept != null && kept.page() == page) {
                keep(query, kept); // it weighs more now
            }
        }
    }

    private boolean isFresh(EventId event, long readAt, long arrived) {
        return arrived - readAt <= MAX_AGE.toNanos() && readAt - changes.getOrDefault(event, forgottenChange) >= 0;
    }

    private void keep(SeatMap.Query query, Kept kept) {
        var section = query.section() == null ? 0 : 2 * query.section().length();
        pages.put(query, kept, PAGE_OVERHEAD + section + kept.page().bytes());
    }

    /** The build that a request who has come is served from: one that reads, if it does not do so too early for him. */
    private Build join(SeatMap.Query query, long arrived, boolean gzip) {
        var build = builds.get(query);
        if (build == null) {
            build = new Build();
            start(query, build);
        } else if (build.isReading && !isFresh(query.event(), build.readAt, arrived)) {
            build = nextBuilds.computeIfAbsent(query, q -> new Build());
        }
        build.isForGzip |= gzip;
        return build;
    }

    private void start(SeatMap.Query query, Build build) {
        builds.put(query, build);
        var kept = pages.get(query);
        var pause = kept == null ? 0 : kept.pauseUntil() - clock.getAsLong();
        if (pause > 0) {
            CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, answers)
                    .execute(() -> run(query, build));
        } else {
            run(query, build);
        }
    }

    private void run(SeatMap.Query query, Build build) {
        try {
            reads.make(query.event(), database -> build(database, query, build))
                    .whenComplete((page, failure) -> ended(query, build, page, failure));
        } catch (RuntimeException e) { // the lane is full, or the server stops
            ended(query, build, null, e);
        }
    }

    private Page build(Database database, SeatMap.Query query, Build build) {
        var began = clock.getAsLong();
        Kept before;
        synchronized (this) {
            build.isReading = true;
            build.readAt = began;
            before = pages.get(query);
        }
        var map = seatMap(database, query.event());
        var statuses = database.inTransaction(tx -> map.read(tx, inventory, query));
        var etag = SeatMap.etag(query, statuses);
        var isSame = before != null && before.page().etag().equals(etag);
        var page = isSame ? before.page() : new Page(etag, map.write(query, statuses));
        if (isForGzip(build) || before != null && before.page().gzip != null) {
            page.gzip();
        }
        synchronized (this) {
            var ended = clock.getAsLong();
            var pause = Math.min(PAUSE_PER_BUILD * (ended - began), MAX_PAUSE.toNanos());
            keep(query, new Kept(page, began, ended + pause));
        }
        return page;
    }

    private synchronized boolean isForGzip(Build build) {
        return build.isForGzip;
    }

    private SeatMap seatMap(Database database, EventId event) {
        synchronized (this) {
            var map = plans.get(event);
            if (map != null) {
                return map;
            }
        }
        var map = new SeatMap(database.inTransaction(tx -> {
            catalog.find(tx, event)
                    .orElseThrow(() -> Problem.of(ProblemType.NOT_FOUND, "There is no such event.")
                            .refuse());
            return catalog.plan(tx, event);
        }));
        synchronized (this) {
            plans.put(event, map, map.rows());
        }
        return map;
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

    /** At the fastest level: a seat map repeats itself, and gets a fifteenth of its size even so. */
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
