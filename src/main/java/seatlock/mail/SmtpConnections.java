package seatlock.mail;

import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Keeps connections to the mail server open for further messages, as mail servers do among themselves: greeting, TLS and login take
 * more round trips than a message does.
 *
 * <p>A thread that sends a message takes the connection that was used last, or a new one. The others become idle when there is
 * less to send, and are closed.
 */
final class SmtpConnections implements AutoCloseable {

    private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(1, run -> {
        var thread = new Thread(run, "idle-mail-connections");
        thread.setDaemon(true);
        return thread;
    });

    static {
        TIMER.setRemoveOnCancelPolicy(true); // most connections are used again
    }

    /** @param end of the connection, unless it is cancelled */
    private record Idle(SmtpConnection connection, Future<?> end) {}

    private final SmtpServer server;
    private final Duration longest;
    private final Duration maxIdle;
    private final Deque<Idle> idle = new ArrayDeque<>(); // the latest first; guarded by this
    private boolean closed; // guarded by this

    /**
     * @param longest time that one message may take
     * @param maxIdle time after which a connection without messages is closed
     */
    SmtpConnections(SmtpServer server, Duration longest, Duration maxIdle) {
        this.server = server;
        this.longest = longest;
        this.maxIdle = maxIdle;
    }

    /**
     * Sends a message. Returns when the server has accepted it. Several threads may send at the same time.
     *
     * @throws Exception as in {@link SmtpConnection#send}
     */
    void send(MimeMessage message) throws Exception {
        var connection = take();
        try {
            connection.send(message);
        } finally {
            if (!keep(connection)) {
                connection.close();
            }
        }
    }

    private synchronized SmtpConnection take() {
        var latest = idle.poll();
        if (latest == null) {
            return new SmtpConnection(server, longest);
        }
        latest.end.cancel(false);
        return latest.connection;
    }

    private synchronized boolean keep(SmtpConnection connection) {
        if (closed || !connection.isReusable()) {
            return false;
        }
        var end = TIMER.schedule(() -> end(connection), maxIdle.toMillis(), TimeUnit.MILLISECONDS);
        idle.push(new Idle(connection, end));
        return true;
    }

    private void end(SmtpConnection connection) {
        boolean isIdle;
        synchronized (this) {
            isIdle = idle.removeIf(each -> each.connection == connection);
        }
        if (isIdle) {
            connection.close();
        }
    }

    /** Closes the idle connections at once, and each other one after its message. */
    @Override
    public void close() {
        List<Idle> last;
        synchronized (this) {
            closed = true;
            last = new ArrayList<>(idle);
            idle.clear();
        }
        for (var each : last) {
            each.end.cancel(false);
            each.connection.close();
        }
    }
}
