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
import java.util.regex.Pattern;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Sold;
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
    private static final String FORMAT_VERSION = "4";

    /** What JSON and all clients take for the same integer. */
    private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,8}");

    private static final JsonFactory JSON = new JsonFactory();

    private static final byte[] AVAILABLE = ascii("AVAILABLE\"}");
    private static final byte[] HELD = ascii("HELD\"}");
    private static final byte[] SOLD = ascii("SOLD\"}");
    private static final byte[] WITHHELD_AVAILABLE = ascii("AVAILABLE\",\"forSale\":false}");
    private static final byte[] WITHHELD_HELD = ascii("HELD\",\"forSale\":false}");
    private static final byte[] WITHHELD_SOLD = ascii("SOLD\",\"forSale\":false}");

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
     * @param marks for each seat of the section after {@code after}, up to the last one shown: the first letter of its status, in
     *     lower case if it is withheld, or {@link #NOT_SHOWN}
     * @param next {@code after} of the next page; {@code null} if this is the last one
     * @param available how many places are available in each area of the section, in their order; none unless {@code after} is 0
     */
    record Statuses(String marks, Integer next, List<Integer> available) {}

    /** A row of the seat plan, with what a seat of it costs altogether. */
    private record PlanRow(PlannedRow planned, long price) {

        String section() {
            return planned.section();
        }

        String name() {
            return planned.row().name();
        }

        int firstSeat() {
            return planned.firstSeatId();
        }

        int lastSeat() {
            return planned.lastSeatId();
        }
    }

    /** Seats with consecutive ids. */
    private record Range(int first, int last) {}

    private final Event event;
    private final List<PlanRow> rows = new ArrayList<>();
    private final List<PlanRow> areas = new ArrayList<>();

    /**
     * @param event in the version that the map shows
     * @param plan in the order of the seats' ids
     */
    SeatMap(Event event, List<PlannedRow> plan, PriceList prices) {
        this.event = event;
        for (var planned : plan) {
            var row = new PlanRow(planned, prices.tariff().allIn(prices.firstPrice(planned.section())));
            (planned.row().sold() == Sold.AS_PLACES ? areas : rows).add(row);
        }
    }

    Event event() {
        return event;
    }

    /** Returns the size of the plan in memory, in rows: one whose seats are listed counts more than others. */
    int weight() {
        return areas.size()
                + rows.stream()
                        .mapToInt(row -> row.planned().row().seats() instanceof Listed listed ? 1 + listed.length() : 1)
                        .sum();
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
                    if (query.status() != null
                            && query.status().letter() != Character.toUpperCase(statuses.charAt(i))) {
                        marks.append(NOT_SHOWN);
                        continue;
                    }
                    if (shown == query.limit()) {
                        return new Statuses(marks.substring(0, length), last, available(tx, query));
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
        return new Statuses(marks.substring(0, length), null, available(tx, query));
    }

    private List<Integer> available(Tx tx, Query query) throws SQLException {
        var available = new ArrayList<Integer>();
        for (var area : areas(query)) {
            available.add(InventoryReader.countFree(tx, query.event(), area.firstSeat(), area.lastSeat()));
        }
        return available;
    }

    /** Returns the areas that a page shows: those of its section, on the first page. */
    private List<PlanRow> areas(Query query) {
        return query.after() > 0
                ? List.of()
                : areas.stream().filter(area -> matches(area, query)).toList();
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
                String.valueOf(statuses.next()),
                statuses.available().toString());
        var hash = Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.of(content));
        return "W/\"" + hash.substring(0, 22) + "\"";
    }

    /** Adds the areas whose number of free places differs; all of them if there was none before. */
    void writeAvailable(StringBuilder json, List<Integer> before, List<Integer> after) {
        var separator = "";
        for (int i = 0; i < after.size(); i++) {
            if (before.isEmpty() || !before.get(i).equals(after.get(i))) {
                json.append(separator)
                        .append("{\"section\":\"")
                        .append(inJson(areas.get(i).section()))
                        .append("\",\"available\":")
                        .append(after.get(i))
                        .append('}');
                separator = ",";
            }
        }
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
            var writer = new RowWriter(row, json);
            for (int seat = first(row, query); seat <= row.lastSeat() && i < marks.length(); seat++) {
                var mark = marks.charAt(i++);
                if (mark == NOT_SHOWN) {
                    continue;
                }
                if (!isFirst) {
                    json.write(',');
                }
                isFirst = false;
                writer.write(seat - row.firstSeat(), mark);
            }
        }
        json.write("]");
        writeAreas(json, areas(query), statuses.available());
        json.write(",\"next\":" + statuses.next() + "}");
        return json.toByteArray();
    }

    private static void writeAreas(Bytes json, List<PlanRow> areas, List<Integer> available) {
        for (int i = 0; i < areas.size(); i++) {
            var area = areas.get(i);
            json.write(i == 0 ? ",\"areas\":[" : ",");
            json.write(utf8("{\"section\":\"" + inJson(area.section()) + "\",\"capacity\":"
                    + area.planned().row().seats().count() + ",\"available\":" + available.get(i) + ",\"price\":"
                    + area.price()
                    + "}"));
        }
        json.write(areas.isEmpty() ? "" : "]");
    }

    /** Writes the seats of a row. */
    private static final class RowWriter {
        private final PlanRow row;
        private final Bytes json;
        private final int[] positions; // null if the seats are numbered from 1
        private final byte[] label;
        private final byte[] position;
        private final byte[] price;
        private final byte[] end;

        RowWriter(PlanRow row, Bytes json) {
            this.row = row;
            this.json = json;
            var isListed = row.planned().row().seats() instanceof Listed;
            this.positions = isListed ? row.planned().positions() : null;
            var section = inJson(row.section());
            var name = inJson(row.name());
            this.label = utf8("{\"label\":\"" + section + "-" + name + "-");
            this.position = utf8("\",\"section\":\"" + section + "\",\"row\":\"" + name + "\",\"number");
            this.price = ascii(",\"price\":" + row.price());
            var table = row.planned().row().sold() == Sold.WHOLE ? ",\"table\":\"" + section + "-" + name + "\"" : "";
            this.end = utf8(table + ",\"status\":\"");
        }

        /** @param index of the seat among those of the row, from 0 */
        void write(int index, char mark) {
            json.write(label);
            if (positions == null) {
                json.writeNumber(index + 1);
                json.write(position);
                json.write("\":");
                json.writeNumber(index + 1);
                json.write(price);
            } else {
                writeListed(row.planned().row().seats().at(positions[index]).orElseThrow());
            }
            json.write(end);
            json.write(status(mark));
        }

        private void writeListed(SeatPlan.Seat seat) {
            var number = inJson(seat.number());
            json.write(utf8(number));
            json.write(position);
            json.write(utf8(INTEGER.matcher(number).matches() ? "\":" + number : "Text\":\"" + number + "\""));
            json.write(price);
            json.write(seat.accessible() ? ",\"accessible\":true" : "");
            json.write(seat.companion() ? ",\"companion\":true" : "");
            json.write(seat.restrictedView() ? ",\"restrictedView\":true" : "");
            seat.at().ifPresent(at -> json.write(",\"x\":" + at.x() + ",\"y\":" + at.y()));
        }
    }

    private static byte[] status(char letter) {
        return switch (letter) {
            case 'A' -> AVAILABLE;
            case 'H' -> HELD;
            case 'S' -> SOLD;
            case 'a' -> WITHHELD_AVAILABLE;
            case 'h' -> WITHHELD_HELD;
            case 's' -> WITHHELD_SOLD;
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
