package seatlock.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.SocketFactory;

/**
 * A conversation with another server that is limited as a whole: in time, and in the number of bytes received. A time limit for
 * each read is not enough, because a server that sends a byte every few seconds never exceeds it.
 *
 * <p>The limits apply to all sockets that {@link #sockets} creates, also if TLS is layered over them. When a limit is exceeded,
 * the sockets are closed. This ends all waits for the server, for reading and for writing, and no socket can be created any more.
 *
 * <p>There are two ways to use it. {@link #call} runs a whole conversation, or the next exchange of one. A client that keeps its
 * connection and its thread calls {@link #begin} before each exchange, and {@link #pause} when it expects nothing from the server.
 */
public final class Conversation implements AutoCloseable {

    /** A limit was exceeded, and the conversation was ended. */
    public static final class LimitExceeded extends IOException {
        private static final long serialVersionUID = 1L;

        private LimitExceeded(String message) {
            super(message);
        }
    }

    /** More than all workers need; the others are stuck in look-ups of names. */
    private static final int MAX_THREADS = 200;

    private static final ExecutorService TALKERS = new ThreadPoolExecutor(
            0, MAX_THREADS, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("conversation"));

    private static final ScheduledThreadPoolExecutor WATCHDOG =
            new ScheduledThreadPoolExecutor(1, daemons("conversation-deadlines"));

    static {
        WATCHDOG.setRemoveOnCancelPolicy(true); // most deadlines are cancelled
    }

    private final String server;
    private final Duration longest;
    private final long mostBytes;
    private final SocketFactory factory = new LimitedSockets();
    private final Set<Socket> open = new HashSet<>(); // guarded by this
    private Future<?> deadline; // guarded by this
    private long received; // guarded by this
    private String violation; // guarded by this
    private boolean closed; // guarded by this

    /**
     * Creates a conversation that has not begun.
     *
     * @param server name of the server that begins a sentence, such as "The mail server"
     * @param longest time that the conversation, or each exchange, may take
     * @param mostBytes number of bytes that may be received in this time
     */
    public Conversation(String server, Duration longest, long mostBytes) {
        this.server = server;
        this.longest = longest;
        this.mostBytes = mostBytes;
    }

    private static ThreadFactory daemons(String name) {
        return run -> {
            var thread = new Thread(run, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Runs the whole conversation, or its next exchange, on another thread, because the look-up of a server's name cannot be
     * interrupted. Returns by the deadline, even if the work continues; its sockets are closed by then.
     *
     * @throws LimitExceeded if a limit was exceeded and the work did not succeed, whatever the work threw
     * @throws Exception that the work threw otherwise
     */
    public <T> T call(Callable<T> work) throws Exception {
        begin();
        Future<T> result;
        try {
            result = TALKERS.submit(work);
        } catch (RejectedExecutionException e) {
            throw exceed(String.format(
                    Locale.ROOT, "%s cannot be reached: too many threads wait for look-ups of names", server));
        }
        try {
            return result.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            result.cancel(true);
            throw exceedTime();
        } catch (ExecutionException e) {
            if (violation().isPresent()) {
                throw failure();
            }
            throw e.getCause() instanceof Exception cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            close();
            throw e;
        } finally {
            pause();
        }
    }

    /** Begins the conversation, or its next exchange: from now on, time and bytes count. */
    public synchronized void begin() {
        pause();
        received = 0;
        if (!closed) {
            deadline = WATCHDOG.schedule(this::exceedTime, longest.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Stops the time until the next {@link #begin}. */
    public synchronized void pause() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** Returns whether it has ended: it was closed, or a limit was exceeded. */
    public synchronized boolean isClosed() {
        return closed;
    }

    /** Returns a factory for sockets without TLS that are part of this conversation. */
    public SocketFactory sockets() {
        return factory;
    }

    /**
     * Counts bytes as received because memory for them is about to be reserved.
     *
     * @throws LimitExceeded if they are too many
     */
    public void announce(long bytes) throws LimitExceeded {
        count(bytes);
    }

    /** Returns the limit that was exceeded, as a sentence without a full stop. */
    synchronized Optional<String> violation() {
        return Optional.ofNullable(violation);
    }

    private LimitExceeded exceedTime() {
        return exceed(String.format(Locale.ROOT, "%s did not finish within %s s", server, seconds()));
    }

    private String seconds() {
        var millis = longest.toMillis();
        return millis % 1000 == 0 ? String.valueOf(millis / 1000) : String.valueOf(millis / 1e3);
    }

    private LimitExceeded exceed(String sentence) {
        synchronized (this) {
            if (!closed) {
                violation = sentence;
            }
        }
        close();
        return failure();
    }

    private synchronized LimitExceeded failure() {
        return new LimitExceeded(violation == null ? "The conversation was closed" : violation);
    }

    private int count(long bytes) throws LimitExceeded {
        synchronized (this) {
            received += Math.max(0, bytes);
            if (received <= mostBytes) {
                return (int) bytes;
            }
        }
        throw exceed(String.format(Locale.ROOT, "%s sent more than %,d bytes", server, mostBytes));
    }

    private synchronized void add(Socket socket) throws LimitExceeded {
        if (closed) {
            throw failure();
        }
        open.add(socket);
    }

    private synchronized void remove(Socket socket) {
        open.remove(socket);
    }

    /** Closes the sockets. The conversation cannot begin again. */
    @Override
    public void close() {
        Set<Socket> sockets;
        synchronized (this) {
            closed = true;
            pause();
            sockets = Set.copyOf(open);
            open.clear();
        }
        for (var socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // There is nothing left to do with the socket.
            }
        }
    }

    /** Clients use only the first method. */
    private final class LimitedSockets extends SocketFactory {

        @Override
        public Socket createSocket() throws IOException {
            var socket = new LimitedSocket();
            add(socket);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("Connect the socket with a timeout");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException("Connect the socket with a timeout");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException("Connect the socket with a timeout");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException("Connect the socket with a timeout");
        }
    }

    private final class LimitedSocket extends Socket {

        @Override
        public InputStream getInputStream() throws IOException {
            return new CountingStream(super.getInputStream());
        }

        @Override
        public void close() throws IOException {
            remove(this);
            super.close();
        }
    }

    private final class CountingStream extends FilterInputStream {

        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return count(super.read(bytes, offset, length));
        }

        @Override
        public long skip(long bytes) throws IOException {
            return count(super.skip(bytes));
        }
    }
}
