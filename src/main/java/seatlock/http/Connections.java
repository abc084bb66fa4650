package seatlock.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.metrics.Metrics;

/**
 * Keeps the number of connections below the number of files that the process may open, so that some remain for the database,
 * Redis and files. While all are in use, a new connection replaces the one that has been without a complete request for longest.
 * So clients that hold connections, or send requests byte by byte, cannot keep others out.
 */
final class Connections implements SelectorManager.AcceptListener, Connection.Listener {

    /** For the database, Redis, mail, libraries and files. */
    private static final long RESERVED_FILES = 200;

    private static final long MIN_CONNECTIONS = 50;

    /** With fewer connections, an operator has probably forgotten to raise the limit. */
    private static final int FEW_CONNECTIONS = 1_000;

    /** The request of a new connection arrives within this time, and so does the next one from a client that is busy. */
    private static final Duration MIN_IDLE = Duration.ofMillis(200);

    /** No request waits longer than this, not even for a change of an event, so its client does not read the response. */
    private static final Duration MAX_BUSY = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    /**
     * Whether a complete request is being processed on a connection.
     *
     * @param since the time of the last change, in nanoseconds
     */
    private record State(boolean isBusy, long since) {

        static State now(boolean isBusy) {
            return new State(isBusy, System.nanoTime());
        }

        boolean isReplaceable(long now) {
            return now - since > (isBusy ? MAX_BUSY : MIN_IDLE).toNanos();
        }
    }

    private final int max;
    private final Metrics metrics;
    private final ServerConnector connector;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<EndPoint, State> states = new ConcurrentHashMap<>();

    private Connections(int max, ServerConnector connector, Metrics metrics) {
        this.max = max;
        this.connector = connector;
        this.metrics = metrics;
    }

    /** Limits the connections of a connector to what the process may open, and logs a warning if that is little. */
    static Connections limit(ServerConnector connector, Metrics metrics) {
        var files = maxFiles();
        var max = Math.max(MIN_CONNECTIONS, files - Math.max(RESERVED_FILES, files / 10));
        if (max < FEW_CONNECTIONS) {
            log.warn(
                    "The process may open only {} files, so it serves at most {} connections: raise `ulimit -n`",
                    files,
                    max);
        }
        var connections = new Connections((int) Math.min(max, Integer.MAX_VALUE), connector, metrics);
        connector.addBean(connections);
        return connections;
    }

    private static long maxFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** Returns a handler that notes which connections have a complete request. */
    Handler.Wrapper observer() {
        return new Handler.Wrapper() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
                states.replace(endPoint, State.now(true));
                Request.addCompletionListener(request, failure -> states.replace(endPoint, State.now(false)));
                return super.handle(request, response, callback);
            }
        };
    }

    /** Runs on the thread that accepts connections. It waits for room, so that those not yet accepted wait in the kernel. */
    @Override
    public void onAccepting(SelectableChannel channel) {
        open.incrementAndGet();
        while (open.get() > max && connector.isOpen() && !Thread.currentThread().isInterrupted()) {
            makeRoom();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Closes the tenth of the connections that have been in their state for longest, idle ones first. */
    private void makeRoom() {
        var now = System.nanoTime();
        states.entrySet().stream()
                .map(entry ->
                        Map.entry(entry.getKey(), entry.getValue())) // a copy, which does not change while it is sorted
                .filter(entry -> entry.getValue().isReplaceable(now))
                .sorted(Map.Entry.comparingByValue(
                        Comparator.comparing(State::isBusy).thenComparing(state -> state.since - now)))
                .limit(max / 10 + 1)
                .forEach(entry -> {
                    states.remove(entry.getKey());
                    entry.getKey().close();
                    metrics.connectionReplaced();
                });
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        open.decrementAndGet();
    }

    @Override
    public void onClosed(SelectableChannel channel) {
        open.decrementAndGet();
    }

    @Override
    public void onOpened(Connection connection) {
        states.put(connection.getEndPoint(), State.now(false));
    }

    @Override
    public void onClosed(Connection connection) {
        states.remove(connection.getEndPoint());
    }
}
