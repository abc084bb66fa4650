package seatlock.seatmap;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import seatlock.catalog.Event;

/** The statuses of all seats of an event at one time, which can be told as a whole or as the difference to an earlier time. */
public final class SeatState {

    private final List<SeatMaps.Page> pages;
    private final String id;
    private byte[] snapshot; // guarded by this

    /** @param pages of the whole map, in the order of the plan */
    SeatState(List<SeatMaps.Page> pages) {
        this.pages = pages;
        this.id = pages.stream()
                .map(SeatMaps.Page::etag)
                .collect(Collectors.joining(","))
                .replaceAll("W/|\"", "");
    }

    /** Returns the event in the version of this state. */
    public Event event() {
        return pages.get(0).event();
    }

    /** Returns the name of this state, which is the same on every node. */
    String id() {
        return id;
    }

    /** Returns an event of the stream with all statuses; encoded once. */
    synchronized byte[] snapshot() {
        if (snapshot == null) {
            var json =
                    new StringBuilder("{\"version\":").append(event().version()).append(",\"statuses\":\"");
            writeRuns(json);
            json.append("\",\"areas\":[");
            pages.get(0)
                    .map()
                    .writeAvailable(json, List.of(), pages.get(0).statuses().available());
            snapshot = encode("snapshot", json.append("]}"));
        }
        return snapshot;
    }

    /** Writes the letters of all seats by runs, so that the map of an empty hall is short: {@code 12AH3S}. */
    private void writeRuns(StringBuilder json) {
        var marks = new StringBuilder();
        pages.forEach(page -> marks.append(page.statuses().marks()));
        for (int first = 0, next; first < marks.length(); first = next) {
            next = first + 1;
            while (next < marks.length() && marks.charAt(next) == marks.charAt(first)) {
                next++;
            }
            if (next > first + 1) {
                json.append(next - first);
            }
            json.append(marks.charAt(first));
        }
    }

    /**
     * Returns an event of the stream with what has changed.
     *
     * @return empty if the plan has changed, or so much that the snapshot is shorter
     */
    Optional<byte[]> changesSince(SeatState before) {
        if (before.event().version() != event().version() || before.pages.size() != pages.size()) {
            return Optional.empty();
        }
        var json = new StringBuilder("{\"seats\":{");
        writeChanges(json, before);
        json.append("},\"areas\":[");
        var first = pages.get(0);
        first.map()
                .writeAvailable(
                        json,
                        before.pages.get(0).statuses().available(),
                        first.statuses().available());
        json.append("]}");
        return json.length() < snapshot().length ? Optional.of(encode("changes", json)) : Optional.empty();
    }

    /** Writes the positions of the seats that have changed, as ranges by their new letter: {@code "H":"3-7,12"}. */
    private void writeChanges(StringBuilder json, SeatState before) {
        var ranges = new TreeMap<Character, StringBuilder>();
        int offset = 0;
        for (int i = 0; i < pages.size(); i++) {
            var was = before.pages.get(i).statuses().marks();
            var is = pages.get(i).statuses().marks();
            for (int first = 0, next; first < is.length(); first = next) {
                next = first + 1;
                if (was.charAt(first) != is.charAt(first)) {
                    var letter = is.charAt(first);
                    while (next < is.length() && is.charAt(next) == letter && was.charAt(next) != letter) {
                        next++;
                    }
                    var ofLetter = ranges.computeIfAbsent(letter, each -> new StringBuilder());
                    ofLetter.append(ofLetter.isEmpty() ? "" : ",").append(offset + first);
                    if (next > first + 1) {
                        ofLetter.append('-').append(offset + next - 1);
                    }
                }
            }
            offset += is.length();
        }
        ranges.forEach((letter, positions) -> json.append(json.charAt(json.length() - 1) == '{' ? "\"" : ",\"")
                .append(letter)
                .append("\":\"")
                .append(positions)
                .append('"'));
    }

    private byte[] encode(String name, CharSequence json) {
        return ("event: " + name + "\nid: " + id + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
