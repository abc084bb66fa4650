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
import java.util.concurrent.atomic.AtomicBoolean;
import seatlock.db.DatabaseUrl;

/**
 * Stands between Seatlock and its PostgreSQL, and at the worst moment cuts the line: the server has committed, and its
 * answer does not come through.
 */
public final class CommitCutter implements AutoCloseable {

    private final DatabaseUrl server;
    private final ServerSocket listener;
    private final AtomicBoolean armed = new AtomicBoolean();

    private CommitCutter(DatabaseUrl server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public static CommitCutter inFrontOf(DatabaseUrl server) throws IOException {
        return new CommitCutter(server);
    }

    /** The database, by way of this. */
    public DatabaseUrl url() {
        var jdbc = server.jdbc().replaceFirst("//[^/]+/", "//127.0.0.1:" + listener.getLocalPort() + "/");
        return new DatabaseUrl(jdbc, server.user(), server.password());
    }

    /** Of any connection: a pool that is still filling up commits its settings. */
    public void cutAtNextCommit() {
        armed.set(true);
    }

    private void accept() {
        var address = URI.create(server.jdbc().substring("jdbc:".length()));
        try {
            while (true) {
                var client = listener.accept();
                var upstream = new Socket(address.getHost(), address.getPort());
                start(() -> pump(client, upstream, (bytes, length, out) -> out.write(bytes, 0, length)));
                start(() -> back(upstream, client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void back(Socket upstream, Socket client) {
        pump(upstream, client, (bytes, length, out) -> {
            var committed = new String(bytes, 0, length, ISO_8859_1).contains("COMMIT\0");
            if (committed && armed.compareAndSet(true, false)) {
                client.close();
                upstream.close();
            } else {
                out.write(bytes, 0, length);
            }
        });
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
            // one side has gone, and so does the other
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "commit-cutter");
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
