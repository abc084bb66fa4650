package seatlock.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import seatlock.db.DatabaseUrl;

/**
 * A proxy between Seatlock and PostgreSQL. It counts round trips, and can cut a connection at the worst moment: after the server
 * has committed and before the client hears of it.
 */
public final class PostgresProxy implements AutoCloseable {

    private final DatabaseUrl server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile ServerSocket listener;
    private final AtomicBoolean armed = new AtomicBoolean();
    private final AtomicInteger roundTrips = new AtomicInteger();

    private PostgresProxy(DatabaseUrl server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.port = listener.getLocalPort();
        start(this::accept);
    }

    /** Behaves like a killed server: breaks all connections and refuses new ones. */
    public void goAway() throws IOException {
        listener.close();
        for (var socket : open) {
            socket.close();
        }
    }

    /** Accepts connections again, at the same address. */
    public void comeBack() throws IOException {
        listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public static PostgresProxy inFrontOf(DatabaseUrl server) throws IOException {
        return new PostgresProxy(server);
    }

    /** The URL of the database through this proxy. */
    public DatabaseUrl url() {
        var jdbc = server.jdbc().replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/")
                + (server.jdbc().contains("?") ? "&" : "?") + "sslmode=disable";
        return new DatabaseUrl(jdbc, server.user(), server.password());
    }

    /** Cuts the connection that commits next. */
    public void cutAtNextCommit() {
        armed.set(true);
    }

    /** Returns how often the server was ready for the next query. A client waits for each, except after BEGIN. */
    public int roundTrips() {
        return roundTrips.get();
    }

    private void accept() {
        var address = URI.create(server.jdbc().substring("jdbc:".length()));
        try {
            while (true) {
                var client = listener.accept();
                var upstream = new Socket(address.getHost(), address.getPort());
                open.add(client);
                open.add(upstream);
                start(() -> pump(client, upstream, (bytes, length, out) -> out.write(bytes, 0, length)));
                start(() -> back(upstream, client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void back(Socket upstream, Socket client) {
        var messages = new Messages();
        pump(upstream, client, (bytes, length, out) -> {
            roundTrips.addAndGet(messages.countReady(bytes, length));
            var committed = new String(bytes, 0, length, ISO_8859_1).contains("COMMIT\0");
            if (committed && armed.compareAndSet(true, false)) {
                client.close();
                upstream.close();
            } else {
                out.write(bytes, 0, length);
            }
        });
    }

    /** Parses the messages of a server: one byte for the kind, four for the length (including themselves), the rest. */
    private static final class Messages {
        private static final int HEADER = 5;
        private final byte[] header = new byte[HEADER];
        private int headerLength;
        private int rest;

        /** Returns how many "ready for query" messages begin in the next bytes. */
        int countReady(byte[] bytes, int length) {
            int ready = 0;
            int at = 0;
            while (at < length) {
                if (rest > 0) {
                    var passed = Math.min(rest, length - at);
                    rest -= passed;
                    at += passed;
                    continue;
                }
                header[headerLength++] = bytes[at++];
                if (headerLength == HEADER) {
                    headerLength = 0;
                    rest = ByteBuffer.wrap(header, 1, 4).getInt() - 4;
                    ready += header[0] == 'Z' ? 1 : 0;
                }
            }
            return ready;
        }
    }

    @FunctionalInterface
    private interface Pump {
        void pass(byte[] bytes, int length, OutputStream out) throws IOException;
    }

    private static void pump(Socket from, Socket to, Pump pump) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var bytes = new byte[65_536];
            int length;
            while ((length = in.read(bytes)) >= 0) {
                pump.pass(bytes, length, out);
            }
        } catch (IOException e) {
            // one side has closed, so the other is closed too
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "postgres-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
