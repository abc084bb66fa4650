package seatlock.seatmap;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.crypto.Sha256;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.SeatStatus;

/**
 * The seats of one event, as pages of JSON. Everything about a seat but its status follows from the seat plan, so a page is read
 * as one character per seat and written from the plan directly to bytes.
 *
 * <p>The API describes the format as {@code Seats}; a test compares the bytes with what Jackson writes.
 */
public final class SeatMap {

    /** Seats of the largest page, of some three megabytes: enough for an arena, and small enough for the memory. */
    public static final int MAX_SEATS = 25_000;

    /** One statement reads at most the largest page and one more seat, which shows whether there is another page. */
    private static final int MAX_SEATS_PER_STATEMENT = MAX_SEATS + 1;

    /** One statement reads at least this many, so that a page of a rare status is not read seat by seat. */
    private static final int MIN_SEATS_PER_STATEMENT = 1_000;

    /** Marks a seat that has another status than the requested one. */
    private static final char NOT_SHOWN = '-';

    /** Part of the ETag. Increase it when the format of the JSON changes. */
    private static final String FORMAT_VERSION = "2";

    private static final JsonFactory JSON = new JsonFactory();

    private static final byte[] AVAILABLE = ascii("AVAILABLE\"}");
    private static final byte[] HELD = ascii("HELD\"}");
    private static final byte[] SOLD = ascii("SOLD\"}");

    /**
     * A request for part of a seat map.
     *
     * @param section only seats of this section; {@code null} for all
     * @param status only seats with this status; {@code null} for all
     * @param limit at most this many seats, from 1 to {@link #MAX_SEATS}
     * @param after only seats after the one with this id; 0 to start with the first
     */
    public record Query(EventId event, String section, SeatStatus status, int limit, int after) {}

    /**
     * The statuses that a query found.
     *
     * @param marks for each seat of the section after {@code after}, up to the last one shown: the first letter of its status, or
     *     {@link #NOT_SHOWN}
     * @param next {@code after} of the next page; {@code null} if this is the last one
     */
    record Statuses(String marks, Integer next) {}

    /** A row of the seat plan. */
    private record PlanRow(String section, long price, String name, int firstSeat, int lastSeat) {}

    /** Seats with consecutive ids. */
    private record Range(int first, int last) {}

    private final Event event;
    private final List<PlanRow> rows = new ArrayList<>();

    /**
     * @param event in the version that the map shows
     * @param plan in the order of the seats' ids
     * @param prices by section
     */
    SeatMap(Event event, List<Catalog.PlannedRow> plan, Map<String, Long> prices) {
        this.event = event;
        for (var row : plan) {
            rows.add(new PlanRow(
                    row.section(),
                    prices.get(row.section()),
                    row.name(),
                    row.firstSeatId(),
                    row.firstSeatId() + row.seats() - 1));
        }
    }

    Event event() {
        return event;
    }

    /** Returns the number of rows in the plan, which determines its size in memory. */
    int rowCount() {
        return rows.size();
    }

    /** Reads a page. A large page takes several statements, each of which sees the seats at its own time. */
    Statuses read(Tx tx, InventoryReader inventory, Query query) throws SQLException {
        var marks = new StringBuilder();
        int shown = 0;
        int length = 0; // of the marks, up to the last seat shown
        Integer last = null;
        int block = Math.max(query.limit() + 1, MIN_SEATS_PER_STATEMENT);
        for (var range : ranges(query)) {
            for (int from = range.first(); from <= range.last(); ) {
                int to = Math.min(range.last(), from + Math.min(block, MAX_SEATS_PER_STATEMENT) - 1);
                var statuses = inventory.statuses(tx, query.event(), from, to);
                for (int i = 0; i < statuses.length(); i++) {
                    if (query.status() != null && query.status().letter() != statuses.charAt(i)) {
                        marks.append(NOT_SHOWN);
                        continue;
                    }
                    if (shown == query.limit()) {
                        return new Statuses(marks.substring(0, length), last);
                    }
                    marks.append(statuses.charAt(i));
                    shown++;
                    length = marks.length();
                    last = from + i;
                }
                from = to + 1;
                block = Math.min(2 * block, MAX_SEATS_PER_STATEMENT);
            }
        }
        return new Statuses(marks.substring(0, length), null);
    }

    private List<Range> ranges(Query query) {
        var ranges = new ArrayList<Range>();
        for (var row : rows) {
            if (!matches(row, query)) {
                continue;
            }
            var previous = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (previous != null && previous.last() + 1 == row.firstSeat()) {
                ranges.set(ranges.size() - 1, new Range(previous.first(), row.lastSeat()));
            } else {
                ranges.add(new Range(first(row, query), row.lastSeat()));
            }
        }
        return ranges;
    }

    private static boolean matches(PlanRow row, Query query) {
        return row.lastSeat() > query.after()
                && (query.section() == null || query.section().equals(row.section()));
    }

    private static int first(PlanRow row, Query query) {
        return Math.max(row.firstSeat(), query.after() + 1);
    }

    /** Returns a weak ETag, since a page may be sent compressed or not (RFC 9110 section 8.8.1); the same on every node. */
    String etag(Query query, Statuses statuses) {
        var content = String.join(
                "\n",
                FORMAT_VERSION,
                String.valueOf(event.version()),
                query.toString(),
                statuses.marks(),
                String.valueOf(statuses.next()));
        var hash = Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.of(content));
        return "W/\"" + hash.substring(0, 22) + "\"";
    }

    /** Writes a page as JSON. */
    byte[] write(Query query, Statuses statuses) {
        var marks = statuses.marks();
        var json = new Bytes(marks.length());
        json.write("{\"eventId\":\"" + query.event() + "\",\"seats\":[");
        int i = 0;
        boolean isFirst = true;
        for (var row : rows) {
            if (i == marks.length()) {
                break;
            }
            if (!matches(row, query)) {
                continue;
            }
            var section = inJson(row.section());
            var rowName = inJson(row.name());
            var label = utf8("{\"label\":\"" + section + "-" + rowName + "-");
            var position = utf8("\",\"section\":\"" + section + "\",\"row\":\"" + rowName + "\",\"number\":");
            var price = ascii(",\"price\":" + row.price() + ",\"status\":\"");
            for (int seat = first(row, query); seat <= row.lastSeat() && i < marks.length(); seat++) {
                var mark = marks.charAt(i++);
                if (mark == NOT_SHOWN) {
                    continue;
                }
                if (!isFirst) {
                    json.write(',');
                }
                isFirst = false;
                var number = seat - row.firstSeat() + 1;
                json.write(label);
                json.writeNumber(number);
                json.write(position);
                json.writeNumber(number);
                json.write(price);
                json.write(status(mark));
            }
        }
        json.write("],\"next\":" + statuses.next() + "}");
        return json.toByteArray();
    }

    private static byte[] status(char letter) {
        return switch (letter) {
            case 'A' -> AVAILABLE;
            case 'H' -> HELD;
            case 'S' -> SOLD;
            default -> throw new IllegalStateException("No status starts with " + letter);
        };
    }

    /** Escapes a text for a JSON string. */
    private static String inJson(String text) {
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return escaped(text);
            }
        }
        return text;
    }

    private static String escaped(String text) {
        var json = new ByteArrayOutputStream();
        try (var generator = JSON.createGenerator(json)) {
            generator.writeString(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var quoted = json.toString(StandardCharsets.UTF_8);
        return quoted.substring(1, quoted.length() - 1);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Takes no lock per byte and creates no string per number, because writing a page spends most of its time here. */
    private static final class Bytes extends ByteArrayOutputStream {

        /** Size of a seat whose section and row have short names. */
        private static final int TYPICAL_SEAT_BYTES = 110;

        private static final int MAX_DIGITS = 10;

        Bytes(int seats) {
            super(Math.min(seats, MAX_SEATS) * TYPICAL_SEAT_BYTES + 100);
        }

        void write(char ascii) {
            makeRoom(1);
            buf[count++] = (byte) ascii;
        }

        @Override
        public void write(byte[] bytes) {
            makeRoom(bytes.length);
            System.arraycopy(bytes, 0, buf, count, bytes.length);
            count += bytes.length;
        }

        void write(String ascii) {
            write(ascii(ascii));
        }

        void writeNumber(int number) {
            makeRoom(MAX_DIGITS);
            int digits = 1;
            for (int rest = number; rest >= 10; rest /= 10) {
                digits++;
            }
            for (int i = count + digits - 1, rest = number; i >= count; i--, rest /= 10) {
                buf[i] = (byte) ('0' + rest % 10);
            }
            count += digits;
        }

        private void makeRoom(int bytes) {
            if (buf.length - count < bytes) {
                buf = Arrays.copyOf(buf, 2 * buf.length + bytes);
            }
        }
    }
}
