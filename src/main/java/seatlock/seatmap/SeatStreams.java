package seatlock.seatmap;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.concurrent.Overload;
import seatlock.concurrent.PeriodicTask;

/**
 * Tells clients that follow the seat map of an event what changes, at most every {@link #INTERVAL}, whichever node sold the seats: it
 * compares the statuses that {@link SeatMaps} reads for maps, too. Each difference is encoded once for all clients.
 *
 * <p>No client is waited for. One that has not taken the last event is skipped, and gets a snapshot as soon as it has. Thousands of
 * clients are told by two threads. If these have waited for a processor, the machine is busy, and a pause follows that is the longer, the
 * longer they waited, so that many clients slow the stream down before they slow the sale.
 */
public final class SeatStreams implements AutoCloseable {

    /** The shortest time between two events. */
    public static final Duration INTERVAL = Duration.ofMillis(250);

    /** Events have this long after their own time at most, however many clients there are. */
    private static final Duration MAX_PAUSE = Duration.ofMillis(300);

    /** For each millisecond that a thread waited for a processor. */
    private static final int PAUSE_PER_WAIT = 3;

    /** Clients of an event that are worth a thread of their own. */
    private static final int CLIENTS_PER_THREAD = 1_000;

    private static final int MAX_THREADS = 2;

    private static final Duration LOOK = Duration.ofMillis(25);

    /** Proxies cut off connections that are silent for half a minute or more. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private static final Logger log = LoggerFactory.getLogger(SeatStreams.class);

    /**
     * The way to a client.
     *
     * @param offer takes an event without waiting; returns {@code false} and drops it if the client has not taken the one before
     * @param end of the stream
     */
    public record Client(Predicate<byte[]> offer, Runnable end) {}

    /** All that follow one event on this node. */
    private static final class Channel {
        final Set<Follower> followers = ConcurrentHashMap.newKeySet();
        volatile SeatState state;
        volatile boolean isLooking;
        volatile long nextLook = System.nanoTime();

        Channel(SeatState state) {
            this.state = state;
        }
    }

    private static final class Follower {
        private final Client client;
        private SeatState told; // guarded by this
        private long toldAt; // guarded by this

        Follower(Client client) {
            this.client = client;
        }

        /** Begins, unless the client knows this state already. */
        synchronized void begin(SeatState state, Optional<String> known, long now) {
            var knows = known.filter(state.id()::equals).isPresent();
            offer(knows ? COMMENT : state.snapshot(), state, now);
        }

        /** @param changes from one state to the next; empty if there are none that could be told */
        synchronized void follow(SeatState before, SeatState after, Optional<byte[]> changes, long now) {
            if (told != after) {
                offer(told == before && changes.isPresent() ? changes.get() : after.snapshot(), after, now);
            } else if (now - toldAt > SILENCE.toNanos()) {
                offer(COMMENT, after, now);
            }
        }

        private void offer(byte[] event, SeatState state, long now) {
            if (client.offer.test(event)) {
                told = state;
                toldAt = now;
            }
        }
    }

    private final SeatMaps maps;
    private final Executor continuations;
    private final int limit;
    private final PeriodicTask task = new PeriodicTask("seat-streams", this::look, failure -> false);
    private final Map<EventId, Channel> channels = new ConcurrentHashMap<>();
    private final Map<EventId, CompletableFuture<SeatState>> first =
            new ConcurrentHashMap<>(); // of events without a channel
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param continuations runs what depends on a state
     * @param limit of clients at a time, in all events
     */
    public SeatStreams(SeatMaps maps, Executor continuations, int limit) {
        this.maps = maps;
        this.continuations = continuations;
        this.limit = limit;
        task.start(LOOK);
    }

    /**
     * Returns the state of an event with which a client begins. It is read once for all that come at once, however many they are: while
     * clients follow the event, it is what they were told last.
     *
     * @return fails as {@link SeatMaps#find} does
     */
    public CompletableFuture<SeatState> state(EventId event) {
        var channel = channels.get(event);
        if (channel != null) {
            return CompletableFuture.completedFuture(channel.state);
        }
        var state = first.computeIfAbsent(event, maps::state);
        state.whenComplete((read, failure) -> first.remove(event, state));
        return state;
    }

    /**
     * Begins to tell a client what changes.
     *
     * @param state as the client gets it first
     * @param known id of the last event that the client has received; no snapshot is sent if nothing has changed since then
     * @return ends the stream when the client has gone
     * @throws Overload if too many clients follow events on this node, or if it is about to stop
     */
    public Runnable follow(EventId event, SeatState state, Optional<String> known, Client client) {
        if (open.incrementAndGet() > limit || closed) {
            open.decrementAndGet();
            throw new Overload(closed ? "The server is stopping." : "Too many clients follow seat maps.");
        }
        var follower = new Follower(client);
        var channel = channels.compute(event, (id, existing) -> {
            var current = existing == null ? new Channel(state) : existing;
            current.followers.add(follower);
            return current;
        });
        follower.begin(channel.state, known, System.nanoTime());
        if (closed) {
            client.end.run(); // close may have missed it
        }
        return () -> remove(event, follower);
    }

    private void remove(EventId event, Follower follower) {
        channels.computeIfPresent(event, (id, channel) -> {
            if (channel.followers.remove(follower)) {
                open.decrementAndGet();
            }
            return channel.followers.isEmpty() ? null : channel;
        });
    }

    /** Returns the number of clients. */
    public int open() {
        return open.get();
    }

    private void look() {
        var now = System.nanoTime();
        channels.forEach((event, channel) -> {
            if (!channel.isLooking && now - channel.nextLook >= 0) {
                channel.isLooking = true;
                channel.nextLook = now + INTERVAL.toNanos();
                look(event, channel);
            }
        });
    }

    private void look(EventId event, Channel channel) {
        CompletableFuture<SeatState> state;
        try {
            state = maps.state(event);
        } catch (Overload e) {
            state = CompletableFuture.failedFuture(e);
        }
        state.thenComposeAsync(after -> tell(channel, after), continuations).whenComplete((done, failure) -> {
            if (failure != null) {
                log.debug("Cannot read the seats of event {}: {}", event, failure.getMessage());
            }
            channel.isLooking = false;
        });
    }

    private CompletableFuture<Void> tell(Channel channel, SeatState latest) {
        var began = System.nanoTime();
        var before = channel.state;
        var isSame = latest.id().equals(before.id());
        var after = isSame ? before : latest;
        var changes = isSame ? Optional.<byte[]>empty() : after.changesSince(before);
        channel.state = after;
        var followers = channel.followers.toArray(Follower[]::new);
        var threads = Math.min(MAX_THREADS, 1 + followers.length / CLIENTS_PER_THREAD);
        var waited = new AtomicLong();
        return CompletableFuture.allOf(IntStream.range(0, threads)
                        .mapToObj(thread -> CompletableFuture.runAsync(
                                () -> waited.addAndGet(waitOf(() -> {
                                    for (int i = thread; i < followers.length; i += threads) {
                                        followers[i].follow(before, after, changes, began);
                                    }
                                })),
                                continuations))
                        .toArray(CompletableFuture[]::new))
                .thenRun(() -> {
                    var pause = Math.min(PAUSE_PER_WAIT * waited.get() / threads, MAX_PAUSE.toNanos());
                    channel.nextLook = Math.max(channel.nextLook, System.nanoTime() + pause);
                });
    }

    /** Runs something, and returns how long its thread waited for a processor meanwhile, in nanoseconds. */
    private static long waitOf(Runnable work) {
        var began = System.nanoTime();
        var used = CPU.getCurrentThreadCpuTime();
        work.run();
        return Math.max(0, System.nanoTime() - began - (CPU.getCurrentThreadCpuTime() - used));
    }

    /** Ends all streams, so that their clients go to another node, and refuses new ones. */
    @Override
    public void close() {
        closed = true;
        channels.values().forEach(channel -> channel.followers.forEach(follower -> follower.client.end.run()));
        task.close();
    }
}
