package seatlock.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A connection that follows the seat map of an event, over a socket, so that a test can see the end of the stream. */
public final class SeatStream implements AutoCloseable {

    private static final Pattern RUN = Pattern.compile("(\\d+)(\\D)");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Longer than the server is silent. */
    private static final int TIMEOUT_MS = 60_000;

    /**
     * An event of the stream.
     *
     * @param name {@code snapshot} or {@code changes}; {@code comment}, without id and data, for a sign of life
     */
    public record Told(String name, String id, JsonNode data) {

        /** Returns the letters that runs such as {@code 12AH3S} stand for. */
        public static String letters(String runs) {
            return RUN.matcher(runs).replaceAll(run -> run.group(2).repeat(Integer.parseInt(run.group(1))));
        }

        /**
         * Returns the statuses of all seats after this event, a letter for each.
         *
         * @param before the letters before it
         */
        public String statuses(String before) {
            if (name.equals("snapshot")) {
                return letters(data.get("statuses").asText());
            } else if (!name.equals("changes")) {
                return before;
            }
            var letters = new StringBuilder(before);
            data.get("seats").properties().forEach(changed -> {
                for (var range : changed.getValue().asText().split(",")) {
                    var ends = range.split("-");
                    for (int at = Integer.parseInt(ends[0]); at <= Integer.parseInt(ends[ends.length - 1]); at++) {
                        letters.setCharAt(at, changed.getKey().charAt(0));
                    }
                }
            });
            return letters.toString();
        }
    }

    /** Status line and headers. */
    public final List<String> head = new ArrayList<>();

    private final Socket socket = new Socket();
    private final BufferedReader reader;

    /** @param headers of the request */
    public SeatStream(URI server, String event, String... headers) throws IOException {
        try {
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            var request =
                    new StringBuilder("GET /api/events/" + event + "/seats/stream HTTP/1.1\r\nHost: localhost\r\n");
            for (var header : headers) {
                request.append(header).append("\r\n");
            }
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (var line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                head.add(line);
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for the next event; returns {@code null} when the stream has ended. */
    public Told next() throws IOException {
        String name = null;
        String id = null;
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("data: ")) {
                return new Told(name, id, JSON.readTree(line.substring(6)));
            } else if (line.equals(":")) {
                return new Told("comment", null, null);
            }
        }
        return null;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
