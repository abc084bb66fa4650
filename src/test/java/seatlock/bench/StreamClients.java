package seatlock.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import seatlock.support.SeatStream;

/**
 * Thousands of clients that follow the seat map of one event, read by a single thread, as cheaply as possible: each text of the stream is
 * understood once, by the first client that gets it, and recognised by its id in all others. Some clients can be made to hang: they read
 * nothing.
 */
final class StreamClients implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("id: ([^\\n]+)\\n");
    /** Longer than the name and the id of a text. */
    private static final int MAX_HEAD = 500;

    private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+))?");

    /** A seat that is being sold, and when it was requested. */
    private record Probe(int position, long at) {}

    /** A client, and the number of probes that it has been told. */
    private static final class Client {
        byte[] rest = new byte[0];
        boolean hasBegun;
        int told;
    }

    private final Selector selector = Selector.open();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final List<Probe> probes = new ArrayList<>(); // guarded by this
    private final Map<String, Integer> toldWith =
            new HashMap<>(); // by id of a text: how many probes are told once it is read
    private final ConcurrentLinkedQueue<Long> lags = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::read, "stream-clients");
    private volatile boolean closed;
    private byte[] last = new byte[0]; // text, accessed only by the thread
    private int lastTold;
    private final List<Client> clients = new ArrayList<>(); // those that read; guarded by this

    /** @param hung the number of clients that read nothing, which are opened first */
    StreamClients(URI server, String event, int count, int hung) throws IOException {
        thread.start(); // those that are open read while the others come
        for (int i = 0; i < count; i++) {
            var channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", server.getPort()));
            channel.write(
                    ByteBuffer.wrap(("GET /api/events/" + event + "/seats/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII)));
            channel.configureBlocking(false);
            channels.add(channel);
            if (i >= hung) {
                var client = new Client();
                synchronized (this) {
                    clients.add(client);
                }
                channel.register(selector, SelectionKey.OP_READ, client);
            }
        }
    }

    /**
     * Notes that a seat, at a position of the map, is requested now, so that each client's lag is measured: from here to the text that
     * tells it. Each must be sold before the next is requested.
     */
    synchronized void requested(int position) {
        probes.add(new Probe(position, System.nanoTime()));
    }

    /** Returns the lags of all clients and probes so far, in ms, sorted. */
    double[] lags() {
        return lags.stream().mapToDouble(nanos -> nanos / 1e6).sorted().toArray();
    }

    /** Returns the number of clients that know the map. */
    synchronized long begun() {
        return clients.stream().filter(client -> client.hasBegun).count();
    }

    /** Returns the number of clients that have been told of every seat. */
    synchronized long informed() {
        return clients.stream().filter(client -> client.told == probes.size()).count();
    }

    private void read() {
        var buffer = ByteBuffer.allocateDirect(262_144);
        try {
            while (!closed) {
                selector.select(100);
                for (var key : selector.selectedKeys()) {
                    buffer.clear();
                    if (read((SocketChannel) key.channel(), buffer) < 0) {
                        key.cancel();
                        continue;
                    }
                    var client = (Client) key.attachment();
                    var text = new byte[client.rest.length + buffer.flip().remaining()];
                    System.arraycopy(client.rest, 0, text, 0, client.rest.length);
                    buffer.get(text, client.rest.length, buffer.remaining());
                    client.rest = understand(client, text);
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int read(SocketChannel channel, ByteBuffer buffer) {
        try {
            return channel.read(buffer);
        } catch (IOException e) {
            return -1;
        }
    }

    /** Reads all texts that are complete: each ends with an empty line. Returns the rest. */
    private byte[] understand(Client client, byte[] bytes) {
        int start = 0;
        for (int i = 1; i < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
                told(client, bytes, start, i);
                start = i + 1;
            }
        }
        return start == bytes.length ? new byte[0] : Arrays.copyOfRange(bytes, start, bytes.length);
    }

    private void told(Client client, byte[] bytes, int start, int end) {
        if (Arrays.equals(bytes, start, end, last, 0, last.length)) { // as the client before
            note(client, lastTold, System.nanoTime());
            return;
        }
        var head = new String(bytes, start, Math.min(MAX_HEAD, end - start), StandardCharsets.US_ASCII);
        var id = ID.matcher(head);
        if (!id.find()) {
            return; // a comment
        }
        var now = System.nanoTime();
        synchronized (this) {
            lastTold = toldWith.computeIfAbsent(
                    id.group(1), any -> count(new String(bytes, start, end - start, StandardCharsets.US_ASCII)));
        }
        last = Arrays.copyOfRange(bytes, start, end);
        note(client, lastTold, now);
    }

    private synchronized void note(Client client, int told, long now) {
        client.hasBegun = true;
        for (; client.told < told; client.told++) {
            lags.add(now - probes.get(client.told).at);
        }
    }

    /** Returns how many probes are told by a text and all before it. */
    private int count(String text) {
        int told = toldWith.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        while (told < probes.size() && tells(text, probes.get(told).position)) {
            told++;
        }
        return told;
    }

    private static boolean tells(String text, int position) {
        var statuses = text.indexOf("\"statuses\":\"");
        if (statuses >= 0) {
            var runs = text.substring(statuses + 12, text.indexOf('"', statuses + 12));
            return SeatStream.Told.letters(runs).charAt(position) != 'A';
        }
        return RANGE.matcher(text.substring(text.indexOf("\"seats\"")))
                .results()
                .anyMatch(range -> {
                    var first = Integer.parseInt(range.group(1));
                    var last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                    return first <= position && position <= last;
                });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var channel : channels) {
            channel.close();
        }
        selector.close();
    }
}
