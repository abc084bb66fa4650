package seatlock.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Row;
import seatlock.http.Problem;

/** Tests the conversion of plans that have the fields and types of pretix's published schema, and of some that have not. */
class PretixPlanTest {

    private static final String ORIGIN = "\"position\":{\"x\":0,\"y\":0}";

    private static String seat(String number, int x, int y, String category) {
        return "{\"seat_guid\":\"" + number + "/" + x + "/" + y + "\",\"seat_number\":\"" + number
                + "\",\"position\":{\"x\":" + x + ",\"y\":" + y + "},\"category\":\"" + category + "\"}";
    }

    /** Seats of a row: number@x, or number@x/category. */
    private static String row(String name, String seats) {
        var list = List.of(seats.split(" ")).stream()
                .filter(each -> !each.isEmpty())
                .map(each -> {
                    var parts = each.split("[@/]");
                    return seat(parts[0], Integer.parseInt(parts[1]), 0, parts.length > 2 ? parts[2] : "Cat");
                })
                .collect(Collectors.joining(","));
        return "{\"row_number\":\"" + name + "\"," + ORIGIN + ",\"seats\":[" + list + "]}";
    }

    private static String zone(String name, String... rows) {
        return "{\"name\":\"" + name + "\"," + ORIGIN + ",\"rows\":[" + String.join(",", rows) + "]}";
    }

    private static String plan(String... zones) {
        return "{\"name\":\"Arena\",\"categories\":[{\"name\":\"Cat\",\"color\":\"#ff0000\"}],\"zones\":["
                + String.join(",", zones) + "],\"size\":{\"width\":800,\"height\":600}}";
    }

    private static ConvertedPlan convert(String plan, Map<String, Long> prices) {
        return PlanFile.convert(plan.getBytes(StandardCharsets.UTF_8), prices);
    }

    private static ConvertedPlan convert(String... zones) {
        return convert(plan(zones), Map.of());
    }

    /** Returns the sections and rows as lines: SECTION: ROW=1 2 _ 3; the underscore is a gap. */
    private static List<String> lines(ConvertedPlan converted) {
        return converted.plan().sections().stream()
                .map(section -> section.name() + ": "
                        + section.rows().stream().map(PretixPlanTest::line).collect(Collectors.joining("; ")))
                .toList();
    }

    private static String line(Row row) {
        return row.name() + "="
                + IntStream.range(0, row.seats().length())
                        .mapToObj(i ->
                                row.seats().at(i).map(seat -> seat.number()).orElse("_"))
                        .collect(Collectors.joining(" "));
    }

    private static List<String> warnings(ConvertedPlan converted) {
        return converted.warnings().stream()
                .map(warning -> warning.field() + " " + warning.message())
                .toList();
    }

    @Test
    void zones_rows_text_numbers_positions_and_prices_of_categories_are_kept() {
        var plan = """
                {"name":"Arena","categories":[{"name":"Gold"}],"zones":[
                 {"name":"Stalls","position":{"x":100,"y":200},"rows":[
                  {"row_number":"AA","position":{"x":10,"y":20},"seats":[
                   {"seat_guid":"a","seat_number":"12A","position":{"x":1,"y":2},"category":"Gold"},
                   {"seat_guid":"b","seat_number":"12B","position":{"x":26,"y":2},"category":"Gold"}]}]}]}
                """;
        var converted = convert(plan, Map.of("Gold", 4500L));

        assertThat(converted.name()).contains("Arena");
        assertThat(converted.warnings()).isEmpty();
        assertThat(lines(converted)).containsExactly("Stalls: AA=12A 12B");
        var section = converted.plan().sections().get(0);
        assertThat(section.prices()).isEqualTo(Map.of("standard", 4500L));
        assertThat(section.rows().get(0).seats().at(1).orElseThrow().at()).contains(new Point(136, 222));
        assertThat(convert(plan, Map.of()).plan().sections().get(0).prices()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            in order                         | 1@0 2@20 3@40                | 1 2 3
            shuffled, from the right         | 3@40 1@0 4@60 2@20           | 1 2 3 4
            shuffled, first to last          | 1@0 4@60 2@20 5@80 3@40 6@100 | 1 2 3 4 5 6
            from right to left               | 1@100 2@80 3@60              | 1 2 3
            an aisle                         | 1@0 2@20 3@40 4@100 5@120    | 1 2 3 _ 4 5
            a missing seat                   | 1@0 2@20 4@60 5@80           | 1 2 _ 4 5
            slightly apart                   | 1@0 2@20 3@50 4@70           | 1 2 3 4
            pairs                            | 1@0 2@20 3@80 4@100 5@160 6@180 | 1 2 _ 3 4 _ 5 6
            all at one point                 | 1@0 2@0 3@0                  | 1 2 3
            one seat                         | 1@5                          | 1
            """)
    void seats_are_in_the_order_of_their_positions_with_gaps_where_they_are_far_apart(
            String description, String seats, String expected) {
        assertThat(lines(convert(zone("Z", row("A", seats))))).containsExactly("Z: A=" + expected);
    }

    @Test
    void the_seats_of_a_slanted_row_an_arc_and_a_round_table_stay_neighbours() {
        var slanted = "{\"row_number\":\"S\",\"seats\":[" + seat("2", 20, 30, "Cat") + "," + seat("4", 60, 90, "Cat")
                + "," + seat("1", 0, 0, "Cat") + "," + seat("3", 40, 60, "Cat") + "," + seat("5", 80, 120, "Cat")
                + "]}";
        var arc = "{\"row_number\":\"R\",\"seats\":[" + circle(new int[] {3, 0, 5, 1, 4, 2, 6}, 20) + "]}";
        var table = "{\"row_number\":\"T\",\"seats\":[" + circle(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, 45) + "]}";

        assertThat(lines(convert(zone("Z", slanted, arc, table))))
                .containsExactly("Z: S=1 2 3 4 5; R=0 1 2 3 4 5 6; T=0 1 2 3 4 5 6 7");
    }

    private static String circle(int[] seats, int degrees) {
        return IntStream.of(seats)
                .mapToObj(i -> {
                    var angle = Math.toRadians(degrees * i + 20);
                    return seat(
                            String.valueOf(i),
                            (int) Math.round(-500 * Math.cos(angle)),
                            (int) Math.round(500 * Math.sin(angle)),
                            "Cat");
                })
                .collect(Collectors.joining(","));
    }

    @Test
    void two_seats_across_an_aisle_are_not_neighbours_though_their_row_has_no_others() {
        assertThat(lines(
                        convert(zone("Z", row("A", "1@0 2@20 3@40 4@60"), row("B", "1@0 2@60"), row("C", "1@0 2@20")))))
                .containsExactly("Z: A=1 2 3 4; B=1 _ 2; C=1 2");
    }

    @Test
    void a_zone_with_several_categories_becomes_a_section_for_each() {
        var converted = convert(
                plan(zone(
                        "Stalls",
                        row("A", "1@0/Gold 2@20/Gold 3@40/Red 4@60/Gold 5@80/Red 6@100/Red"),
                        row("B", "1@0/Red"))),
                Map.of("Gold", 9000L));

        assertThat(lines(converted)).containsExactly("Stalls Gold: A=1 2 _ 4", "Stalls Red: A=3 _ 5 6; B=1");
        assertThat(converted.plan().sections())
                .extracting(section -> section.prices().get("standard"))
                .containsExactly(9000L, null);
        assertThat(warnings(converted))
                .containsExactly(
                        "zones[0] has seats of 2 categories and became as many sections, such as \"Stalls Gold\";"
                                + " seats of different sections are not sold as neighbours");
    }

    @Test
    void rows_with_the_same_name_are_one_unless_they_share_a_number() {
        var converted = convert(zone("Z", row("A", "1@0 2@20"), row("A", "3@500 4@520"), row("A", "3@900 9@920")));

        assertThat(lines(converted)).containsExactly("Z: A=1 2 _ 3 4; A (2)=3 9");
        assertThat(warnings(converted))
                .containsExactly(
                        "zones[0].rows[1] continues row \"A\" after a gap, because it has the same name",
                        "zones[0].rows[2] was renamed: it is row \"A (2)\"");
    }

    @Test
    void names_that_are_absent_or_invalid_or_repeated_become_valid_and_unique() {
        var converted = convert(
                zone("", row("", "1@0"), row("1", "A-1@0 A.1@20 @40 1@60 1@80")),
                zone(" Z ", row("\u200b", "1@0"), row("x".repeat(60), "y".repeat(30) + "@0")),
                zone("Z", row("A", "1@0")),
                zone("Z-A", row("B", "1@0")),
                zone("Z", row("A-B", "1@0")));

        assertThat(lines(converted))
                .containsExactly(
                        "Cat: 2=1; 1=A.1 A.1 (2) 2 1 1 (2)",
                        "Z: 1=1; " + "x".repeat(50) + "=" + "y".repeat(20),
                        "Z (2): A=1",
                        "Z-A: B=1",
                        "Z (3): A-B=1");
        assertThat(warnings(converted))
                .contains(
                        "zones[0] has no name; its section is named \"Cat\"",
                        "zones[0].rows[0] has no name; it is row \"2\"",
                        "zones[0].rows[1].seats[0] was renumbered: \"A-1\" is seat \"A.1\"",
                        "zones[0].rows[1].seats[2] has no number; it is seat \"2\"",
                        "zones[2] was renamed: its section is named \"Z (2)\"");
    }

    @Test
    void two_sections_never_have_rows_with_the_same_labels() {
        var converted = convert(zone("Z-A", row("B", "1@0")), zone("Z", row("A-B", "1@0"), row("A", "1@0")));

        assertThat(lines(converted)).containsExactly("Z-A: B=1", "Z: A-B (2)=1; A=1");
    }

    @Test
    void areas_and_parts_without_seats_are_warned_of_and_left_out() {
        var converted = convert(
                "{\"name\":\"Bar\"," + ORIGIN + ",\"rows\":[],\"areas\":["
                        + "{\"shape\":\"rectangle\",\"text\":{\"text\":\"Standing\",\"color\":\"#000\"}," + ORIGIN
                        + "},"
                        + "{\"width\":1,\"height\":2,\"text\":\"Stage\"," + ORIGIN + "},{\"shape\":\"circle\"}]}",
                zone("Z", row("A", "1@0"), row("B", "")));

        var capacity = ", for which a pretix plan has no capacity: if places in it are sold, add a section with places";
        assertThat(lines(converted)).containsExactly("Z: A=1");
        assertThat(warnings(converted))
                .containsExactly(
                        "zones[0] has no seats and was left out",
                        "zones[1].rows[1] has no seats and was left out",
                        "zones[0].areas[0] is the area \"Standing\"" + capacity,
                        "zones[0].areas[1] is the area \"Stage\"" + capacity,
                        "zones[0].areas[2] is an area" + capacity);
    }

    @Test
    void at_most_20_warnings_are_returned_and_the_last_counts_the_others() {
        var rows = IntStream.range(0, 50).mapToObj(i -> row("R" + i, "")).toArray(String[]::new);
        var converted = convert(zone("Z", rows), zone("Y", row("A", "1@0")));

        assertThat(converted.warnings()).hasSize(20);
        assertThat(warnings(converted).get(19)).isEqualTo(" has 32 more warnings");
    }

    /** The editor of pretix writes more fields than the published schema has, and fractions. */
    @Test
    void unknown_fields_numbers_for_names_and_absent_positions_are_accepted() {
        var converted = convert("""
                {"name":"X","zones":[{"name":7,"uuid":"u","position":{"x":0.5,"y":0,"z":1},"rows":[
                 {"row_number":1,"row_number_position":"both","seats":[{"seat_number":2,"radius":9},{"seat_number":null}]}]}],
                 "extra":{"deep":[[[1]]]}}
                """, Map.of());

        assertThat(lines(converted)).containsExactly("7: 1=2 1");
    }

    @Test
    void seats_without_positions_that_are_numbered_from_1_are_just_counted() {
        var converted = convert(
                "{\"zones\":[{\"name\":\"Z\",\"rows\":[{\"row_number\":\"A\",\"seats\":[{\"seat_number\":\"1\"},"
                        + "{\"seat_number\":\"2\"}]}]}]}",
                Map.of());

        assertThat(converted.plan().sections().get(0).rows().get(0).seats()).isEqualTo(new Numbered(2));
        assertThat(converted.name()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                               | zones
            {"zones":{}}                                                                     | zones
            {"zones":[1]}                                                                    | zones[0]
            {"zones":[{"rows":{}}]}                                                          | zones[0].rows
            {"zones":[{"rows":[[]]}]}                                                        | zones[0].rows[0]
            {"zones":[{"areas":1}]}                                                          | zones[0].areas
            {"zones":[{"name":{}}]}                                                          | zones[0].name
            {"zones":[{"position":[1,2]}]}                                                   | zones[0].position
            {"zones":[{"position":{"x":1}}]}                                                 | zones[0].position
            {"zones":[{"position":{"x":"1","y":2}}]}                                         | zones[0].position
            {"zones":[{"rows":[{"row_number":true}]}]}                                       | zones[0].rows[0].row_number
            {"zones":[{"rows":[{"seats":"x"}]}]}                                             | zones[0].rows[0].seats
            {"zones":[{"rows":[{"seats":[null]}]}]}                                          | zones[0].rows[0].seats[0]
            {"zones":[{"rows":[{"seats":[{"seat_number":1.5}]}]}]}                           | zones[0].rows[0].seats[0].seat_number
            {"zones":[{"rows":[{"seats":[{"category":[]}]}]}]}                               | zones[0].rows[0].seats[0].category
            {"zones":[{"rows":[{"seats":[{"position":{"x":1000001,"y":0}}]}]}]}              | zones[0].rows[0].seats[0].position
            {"zones":[{"rows":[{"seats":[{"position":{"x":0,"y":-1e400}}]}]}]}               | zones[0].rows[0].seats[0].position
            {"zones":[{"position":{"x":9e5,"y":0},"rows":[{"seats":[{"position":{"x":9e5,"y":0}}]}]}]} | zones[0].rows[0].seats[0].position
            {"zones":[],"categories":{}}                                                     | categories
            {"zones":[],"name":[]}                                                           | name
            {"zones":[{"rows":[]}]}                                                          | ``
            """)
    void a_plan_of_another_form_is_refused_with_the_path(String plan, String field) {
        assertErrors(() -> convert(plan, Map.of()), errors -> assertThat(errors).containsExactly(field));
    }

    @Test
    void prices_must_be_valid_and_of_categories_of_the_plan() {
        var prices = new HashMap<String, Long>();
        prices.put("Cat", null);
        assertErrors(
                () -> convert(plan(zone("Z", row("A", "1@0"))), prices),
                errors -> assertThat(errors).containsExactly("prices.Cat"));
        assertErrors(
                () -> convert(plan(zone("Z", row("A", "1@0"))), Map.of("Cat", -1L, "Other", 1L)),
                errors -> assertThat(errors).containsExactlyInAnyOrder("prices.Cat", "prices.Other"));
        assertErrors(
                () -> convert(plan(zone("Z", row("A", "1@0"))), Map.of("Cat", 1_000_000_000_001L)),
                errors -> assertThat(errors).containsExactly("prices.Cat"));
    }

    static void assertErrors(Runnable conversion, Consumer<List<String>> check) {
        assertThatThrownBy(conversion::run).isInstanceOfSatisfying(Problem.Refused.class, refused -> {
            assertThat(refused.problem().type().slug()).isEqualTo("invalid-request");
            check.accept(((List<?>) refused.problem().members().get("errors"))
                    .stream().map(error -> ((Problem.FieldError) error).field()).toList());
        });
    }

    /** Each of these would take minutes if the time grew with the square of the number of seats. */
    @Test
    void many_seats_with_the_same_name_or_as_many_categories_are_converted() {
        var same = IntStream.range(0, 20_000).mapToObj(i -> "1@" + i).collect(Collectors.joining(" "));
        assertThat(convert(zone("Z", row("A", same))).plan().capacity()).isEqualTo(20_000);

        var categories =
                IntStream.range(0, 20_000).mapToObj(i -> "1@" + i + "/C" + i).collect(Collectors.joining(" "));
        assertThat(convert(zone("Z", row("A", categories))).plan().sections()).hasSize(20_000);

        var rows = IntStream.range(0, 20_000).mapToObj(i -> row("A", "1@0")).toArray(String[]::new);
        assertThat(convert(zone("Z", rows)).plan().sections().get(0).rows()).hasSize(20_000);
    }
}
