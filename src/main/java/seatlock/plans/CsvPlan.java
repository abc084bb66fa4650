package seatlock.plans;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Point;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.http.Validation;
import seatlock.plans.FileZone.FileRow;
import seatlock.plans.FileZone.FileSeat;
import seatlock.text.PrintableText;

/**
 * Reads CSV (RFC 4180) in UTF-8, with or without a byte order mark. The separator is a comma or a semicolon, which spreadsheets write in
 * countries with a decimal comma. The first line names the columns; each other line is a seat. Seats without a position stay in the order
 * of the lines.
 */
public final class CsvPlan {

    private enum Column {
        SECTION,
        ROW,
        SEAT,
        PRICE,
        ACCESSIBLE,
        COMPANION,
        RESTRICTED_VIEW,
        X,
        Y;

        private static final List<Column> REQUIRED = List.of(SECTION, ROW, SEAT);

        /** Upper and lower case, blanks and underscores make no difference. */
        static Optional<Column> of(String header) {
            return Stream.of(values())
                    .filter(column -> plain(column.name()).equals(plain(header)))
                    .findFirst();
        }

        private static String plain(String name) {
            return name.replaceAll("[_\\s]", "").toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String HEADER = "line 1";
    private static final Set<String> TRUE = Set.of("true", "yes", "1", "x");
    private static final Set<String> FALSE = Set.of("false", "no", "0", "");
    private static final Pattern PRICE = Pattern.compile("[0-9]{1,13}");
    private static final Pattern COORDINATE = Pattern.compile("[-+]?[0-9]{1,15}([.,][0-9]{1,15})?");

    private final Map<String, Long> prices;
    private final Validation validation = new Validation();
    private final Map<String, Section> sections = new LinkedHashMap<>();

    /** A section of the file. @param at its first line */
    private record Section(String at, boolean hasPrices, Map<String, FileRow> rows) {}

    /** A line that is not blank. @param number of the line where it begins, from 1 */
    private record Line(int number, List<String> cells) {}

    private CsvPlan(Map<String, Long> prices) {
        this.prices = prices;
    }

    /**
     * Converts a plan.
     *
     * @param prices by section, in minor units, for sections without a price in the file; a section in neither has no price yet
     * @throws Problem.Refused malformed-request or invalid-request; errors name lines
     */
    public static ConvertedPlan convert(byte[] csv, Map<String, Long> prices) {
        return new CsvPlan(prices).convert(lines(decode(csv)));
    }

    private static String decode(byte[] csv) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(csv))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw Problem.of(
                            HttpProblem.MALFORMED_REQUEST,
                            "The body is not valid UTF-8. Spreadsheets call this format \"CSV UTF-8\".")
                    .refuse();
        }
    }

    private static List<Line> lines(String csv) {
        var lines = new ArrayList<Line>();
        try (var parser = new CsvFactory().createParser(csv)) {
            parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(separator(csv)));
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                var cells = new ArrayList<String>();
                var number = 0;
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    number = cells.isEmpty() ? parser.currentTokenLocation().getLineNr() : number;
                    cells.add(parser.getText());
                }
                if (!cells.stream().allMatch(String::isBlank)) {
                    lines.add(new Line(number, cells));
                }
            }
            return lines;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw Problem.of(
                            HttpProblem.MALFORMED_REQUEST,
                            "The body is not valid CSV" + (at == null ? "." : " (line " + at.getLineNr() + ")."))
                    .refuse();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read from memory", e);
        }
    }

    private static char separator(String csv) {
        var header = csv.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        return header.indexOf(';') >= 0 ? ';' : ',';
    }

    private ConvertedPlan convert(List<Line> lines) {
        if (lines.isEmpty()) {
            throw Problem.invalid(HEADER, "must name the columns: " + List.of(Column.values()))
                    .refuse();
        }
        var columns = columns(lines.get(0));
        validation.finish();
        lines.subList(1, lines.size()).forEach(line -> add(line, columns));
        prices.forEach((section, price) -> {
            var field = "prices." + PrintableText.orQuestionMark(section);
            validation.check(
                    price != null && price >= 0 && price <= PriceType.MAX_PRICE,
                    field,
                    "must be from 0 to " + PriceType.MAX_PRICE + ", in minor units");
            validation.check(sections.containsKey(section), field, "must be a section of the plan");
        });
        validation.finish();
        var builder = new PlanBuilder(new Warnings());
        sections.forEach(
                (name, section) -> builder.add(new FileZone(section.at, name, List.copyOf(section.rows.values()))));
        return builder.build(Optional.empty());
    }

    /** Returns the column of each cell. */
    private List<Column> columns(Line header) {
        var columns = new ArrayList<Column>();
        for (var cell : header.cells) {
            var column = Column.of(cell);
            if (column.isEmpty()) {
                validation.add(
                        HEADER,
                        "must not have the column " + Warnings.quoted(PrintableText.asName(cell)) + ", but some of "
                                + List.of(Column.values()));
            } else {
                validation.check(!columns.contains(column.get()), HEADER, "must not repeat the column " + column.get());
                columns.add(column.get());
            }
        }
        Column.REQUIRED.forEach(
                column -> validation.check(columns.contains(column), HEADER, "must have the column " + column));
        return columns;
    }

    private void add(Line line, List<Column> columns) {
        var at = "line " + line.number;
        var cells = new EnumMap<Column, String>(Column.class);
        for (int i = 0; i < line.cells.size(); i++) {
            var cell = line.cells.get(i);
            if (i < columns.size()) {
                validation.check(
                        PrintableText.isPrintable(cell),
                        at + ", " + columns.get(i),
                        "must not contain control characters, line breaks or invalid Unicode");
                cells.put(columns.get(i), cell.strip());
            } else {
                validation.check(cell.isBlank(), at, "must not have more cells than the first line");
            }
        }
        for (var column : Column.REQUIRED) {
            validation.check(
                    !PrintableText.asName(cells.getOrDefault(column, "")).isEmpty(), at + ", " + column, "is required");
        }
        var price = price(cells.getOrDefault(Column.PRICE, ""), at);
        var name = cells.getOrDefault(Column.SECTION, "");
        var section = sections.computeIfAbsent(name, each -> new Section(at, price != null, new LinkedHashMap<>()));
        validation.check(
                section.hasPrices == (price != null),
                at + ", price",
                section.hasPrices
                        ? "is required, because seats of this section have one"
                        : "must be absent, because seats of this section have none");
        section.rows
                .computeIfAbsent(cells.getOrDefault(Column.ROW, ""), row -> new FileRow(at, row, new ArrayList<>()))
                .seats()
                .add(seat(cells, price == null ? prices.get(name) : price, at));
    }

    private FileSeat seat(Map<Column, String> cells, Long price, String at) {
        return new FileSeat(
                at,
                cells.getOrDefault(Column.SEAT, ""),
                price == null ? "" : price.toString(),
                price,
                flag(cells, Column.ACCESSIBLE, at),
                flag(cells, Column.COMPANION, at),
                flag(cells, Column.RESTRICTED_VIEW, at),
                point(cells, at));
    }

    /** Returns {@code null} if there is none. */
    private Long price(String cell, String at) {
        if (cell.isEmpty()) {
            return null;
        }
        var isPrice = PRICE.matcher(cell).matches() && Long.parseLong(cell) <= PriceType.MAX_PRICE;
        validation.check(
                isPrice,
                at + ", price",
                "must be from 0 to " + PriceType.MAX_PRICE + ", in minor units: 4500 for 45.00");
        return isPrice ? Long.valueOf(cell) : Long.valueOf(0);
    }

    private boolean flag(Map<Column, String> cells, Column column, String at) {
        var cell = cells.getOrDefault(column, "").toLowerCase(Locale.ROOT);
        validation.check(
                TRUE.contains(cell) || FALSE.contains(cell),
                at + ", " + column,
                "must be true, yes, 1, x; or false, no, 0");
        return TRUE.contains(cell);
    }

    private Optional<Point> point(Map<Column, String> cells, String at) {
        var x = cells.getOrDefault(Column.X, "");
        var y = cells.getOrDefault(Column.Y, "");
        if (x.isEmpty() && y.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Point(coordinate(x, at + ", x"), coordinate(y, at + ", y")));
    }

    private double coordinate(String cell, String field) {
        var value = COORDINATE.matcher(cell).matches() ? Double.parseDouble(cell.replace(',', '.')) : Double.NaN;
        validation.check(
                Math.abs(value) <= SeatPlan.MAX_COORDINATE,
                field,
                "must be a number from " + -(long) SeatPlan.MAX_COORDINATE + " to " + (long) SeatPlan.MAX_COORDINATE
                        + ", if x or y is given");
        return value;
    }
}
