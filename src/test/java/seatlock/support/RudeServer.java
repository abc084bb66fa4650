package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A server that behaves as badly as a test tells it to, with any number of clients at once. */
public final class RudeServer implements AutoCloseable {

    /** Serves each client on a thread of its own. An exception ends the connection. */
    @FunctionalInterface
    public interface Behaviour {
        void serve(RudeServer server, Socket client) throws IOException;
    }

    /** Sends a byte every fifth of a second for ever, and so never exceeds a time limit for a single read. */
    public static final Behaviour DRIPS = (server, client) -> drip(client, "220-");

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();

    public RudeServer(Behaviour behaviour) {
        this.behaviour = behaviour;
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    private static void start(Runnable run) {
        var thread = new Thread(run, "rude-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (true) {
            try {
                var client = listener.accept();
                accepted.incrementAndGet();
                clients.add(client);
                start(() -> serve(client));
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            behaviour.serve(this, client);
        } catch (IOException e) {
            // the client has hung up, as it should
        } finally {
            clients.remove(client);
        }
    }

    /** Sends a text, and then a byte every fifth of a second for ever. */
    public static void drip(Socket client, String begin) throws IOException {
        send(client, begin);
        while (true) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            send(client, "x");
        }
    }

    /** Sends a line of this many bytes. */
    public void flood(Socket client, String begin, long bytes) throws IOException {
        send(client, begin);
        var block = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
        for (long left = bytes; left > 0; left -= block.length) {
            client.getOutputStream().write(block);
            sent.addAndGet(block.length);
        }
        send(client, "\r\n");
    }

    public static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    /** Returns the number of bytes that {@link #flood} has sent. */
    public long sent() {
        return sent.get();
    }

    /** Returns the number of connections so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Returns the number of clients that are connected now. */
    public int connected() {
        return clients.size();
    }

    public URI url(String scheme) {
        return URI.create(scheme + "://127.0.0.1:" + listener.getLocalPort());
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
