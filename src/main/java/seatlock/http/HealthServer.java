package seatlock.http;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import seatlock.metrics.Metrics;

/** Serves health checks and metrics for a process without an API. */
public final class HealthServer implements AutoCloseable {

    private static final int HEADER_BYTES = 8_192;

    private final Listener listener;

    private HealthServer(Listener listener) {
        this.listener = listener;
    }

    /**
     * Starts to listen.
     *
     * @param address to listen on, with port 0 for any free port
     * @throws IllegalStateException if it cannot listen there; the message says why
     */
    public static HealthServer start(InetSocketAddress address, Health health, Metrics metrics) {
        var setup = new Listener.Setup(
                address,
                HEADER_BYTES,
                0,
                Map.of(),
                Set.of(),
                PublicUrl.NONE,
                Listener.KEEP_ALIVE,
                Map.of(),
                request -> true);
        return new HealthServer(new Listener(setup, Listener.newThreads(), health, metrics, health::addRoutes).start());
    }

    /** Returns the port that the server listens on. */
    public int port() {
        return listener.port();
    }

    @Override
    public void close() {
        listener.close();
    }
}
