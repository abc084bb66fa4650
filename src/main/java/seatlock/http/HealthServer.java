package seatlock.http;

import java.util.Set;
import seatlock.limits.Limits;
import seatlock.metrics.Metrics;

/** What a process without an API listens for: how it is. */
public final class HealthServer implements AutoCloseable {

    private final Listener listener;

    private HealthServer(Listener listener) {
        this.listener = listener;
    }

    /**
     * @param port to listen on; 0 for any that is free
     * @throws io.javalin.util.JavalinBindException if the port is in use
     */
    public static HealthServer start(int port, Health health, Metrics metrics) {
        return new HealthServer(new Listener(
                        new Listener.Setup(port, Limits.DEFAULT, Set.of()),
                        Listener.threads(),
                        health,
                        metrics,
                        routes -> Routes.addHealth(routes, health, metrics))
                .start());
    }

    /** The port it listens on. */
    public int port() {
        return listener.port();
    }

    @Override
    public void close() {
        listener.close();
    }
}
