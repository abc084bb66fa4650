package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between a browser and a server: a port of its own, so that it is an origin of its own, which can be cut off. Unlike the
 * offline mode of a browser, this cuts off service workers, too.
 */
public final class Network implements AutoCloseable {

    private final URI server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int port;
    private ServerSocket listener;
    private volatile boolean losesResponses;

    /** @param server such as {@code http://127.0.0.1:8080} */
    public Network(String server) {
        this.server = URI.create(server);
        listen(0);
        this.port = listener.getLocalPort();
    }

    /** Returns the URL of the server on this network, without a slash at the end. */
    public String url() {
        return "http://localhost:" + port;
    }

    private void listen(int at) {
        try {
            listener = new ServerSocket(at, 50, InetAddress.getByName("localhost"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var accepting = listener;
        start(() -> {
            while (true) {
                var client = accepting.accept();
                var upstream = new Socket(server.getHost(), server.getPort());
                open.addAll(List.of(client, upstream));
                start(() -> pump(client, upstream, false));
                start(() -> pump(upstream, client, true));
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // closed
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void pump(Socket from, Socket to, boolean isResponse) throws IOException {
        try (from;
                to) {
            var buffer = new byte[16_384];
            int n = from.getInputStream().read(buffer);
            while (n > 0 && !(isResponse && losesResponses)) {
                to.getOutputStream().write(buffer, 0, n);
                n = from.getInputStream().read(buffer);
            }
        } finally {
            open.removeAll(List.of(from, to));
        }
    }

    /** Lets requests arrive, but not their responses, until it is connected again. */
    public void loseResponses() {
        losesResponses = true;
    }

    /** Breaks all connections and refuses new ones. */
    public void cut() {
        try {
            listener.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void connect() {
        losesResponses = false;
        if (listener.isClosed()) {
            listen(port);
        }
    }

    @Override
    public void close() {
        cut();
    }
}
