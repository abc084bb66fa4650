package seatlock.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static seatlock.plans.PretixPlanTest.assertErrors;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.Seat;
import seatlock.catalog.SeatPlan.Section;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.http.Problem;

/** Tests the conversion of CSV, as spreadsheets and people write it. */
class CsvPlanTest {

    private static ConvertedPlan convert(String csv, Map<String, Long> prices) {
        return PlanFile.convert(csv.getBytes(StandardCharsets.UTF_8), prices);
    }

    private static ConvertedPlan convert(String csv) {
        return convert(csv, Map.of());
    }

    private static Section section(String csv) {
        return convert(csv).plan().sections().get(0);
    }

    @Test
    void every_column_is_read() {
        var converted = convert("""
                section,row,seat,price,accessible,companion,restricted_view,x,y
                STALLS,A,1,4500,true,,,0,10.5
                STALLS,A,2,4500,,yes,,20,10.5
                STALLS,A,3A,4500,no,0,X,80,10.5
                STALLS,A,4,4500,,,,100,10.5
                BALCONY,B,1,0,,,,0,0
                """);

        assertThat(converted.warnings()).isEmpty();
        assertThat(converted.name()).isEmpty();
        assertThat(converted.plan())
                .isEqualTo(new SeatPlan(List.of(
                        new Section(
                                "STALLS",
                                4500,
                                List.of(new Row(
                                        "A",
                                        Sold.SINGLY,
                                        new Listed(List.of(
                                                seat("1", true, false, false, 0, 10.5),
                                                seat("2", false, true, false, 20, 10.5),
                                                Optional.empty(),
                                                seat("3A", false, false, true, 80, 10.5),
                                                seat("4", false, false, false, 100, 10.5)))))),
                        new Section(
                                "BALCONY",
                                0,
                                List.of(new Row(
                                        "B",
                                        Sold.SINGLY,
                                        new Listed(List.of(seat("1", false, false, false, 0, 0)))))))));
    }

    private static Optional<Seat> seat(
            String number, boolean accessible, boolean companion, boolean restrictedView, double x, double y) {
        return Optional.of(new Seat(number, accessible, companion, restrictedView, Optional.of(new Point(x, y))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "section,row,seat,price\nS,A,1,45\nS,A,2,45\n",
                "section,row,seat,price\r\nS,A,1,45\r\nS,A,2,45",
                "\ufeffsection;row;seat;price\r\nS;A;1;45\r\nS;A;2;45\r\n",
                "price,seat,Row,SECTION\n45,1,A,S\n45,2,A,S\n",
                "\"section\",\"row\",\"seat\",\"price\"\n\"S\",\"A\",\"1\",\"45\"\n\"S\",\"A\",\"2\",\"45\"\n",
                "section , row,seat,price\n\n S ,A,1,45\n,,,\n  \nS,A, 2,45 ,\n\n",
                "section,row,seat,price,Restricted View\nS,A,1,45\nS,A,2,45,no\n"
            })
    void forms_that_spreadsheets_write_mean_the_same(String csv) {
        assertThat(section(csv)).isEqualTo(new Section("S", 45, List.of(new Row("A", 2))));
    }

    @Test
    void quoted_cells_may_contain_separators_and_quotes() {
        var section = section("section,row,seat\n\"Stalls, left \"\"L\"\"\",A;B,1\n");

        assertThat(section.name()).isEqualTo("Stalls, left \"L\"");
        assertThat(section.rows()).containsExactly(new Row("A;B", 1));
    }

    @Test
    void a_decimal_comma_is_a_fraction() {
        var seats = (Listed)
                section("section;row;seat;x;y\nS;A;1;-1,5;+2\n").rows().get(0).seats();
        assertThat(seats.at(0).orElseThrow().at()).contains(new Point(-1.5, 2));
    }

    @Test
    void the_lines_of_a_row_may_be_anywhere_and_keep_their_order_without_positions() {
        var rows = section("section,row,seat\nS,A,1\nS,B,1\nS,A,3\nS,A,2\n").rows();

        assertThat(rows.get(0).seats()).isEqualTo(new Listed(List.of(plain("1"), plain("3"), plain("2"))));
        assertThat(rows.get(1).seats()).isEqualTo(new Numbered(1));
    }

    private static Optional<Seat> plain(String number) {
        return Optional.of(new Seat(number, false, false, false, Optional.empty()));
    }

    @Test
    void sections_with_several_prices_are_split_and_others_may_get_a_price() {
        var converted =
                convert("section,row,seat,price\nS,A,1,45\nS,A,2,30\nS,A,3,45\nT,A,1,\nU,A,1,\n", Map.of("T", 10L));

        assertThat(converted.plan().sections())
                .extracting(section -> section.name() + " " + section.prices())
                .containsExactly("S 45 {standard=45}", "S 30 {standard=30}", "T {standard=10}", "U {}");
        assertThat(converted.plan().sections().get(0).rows().get(0).seats())
                .isEqualTo(new Listed(List.of(plain("1"), Optional.empty(), plain("3"))));
        assertThat(converted.warnings())
                .extracting(ConvertedPlan.Warning::field)
                .containsExactly("line 2");
    }

    @Test
    void repeated_numbers_and_hyphens_become_valid_with_a_warning_that_names_the_line() {
        var converted = convert("section,row,seat\nS,A,1\nS,A,1\nS,A,A-2\n");

        assertThat(converted.plan().sections().get(0).rows().get(0).seats())
                .isEqualTo(new Listed(List.of(plain("1"), plain("1 (2)"), plain("A.2"))));
        assertThat(converted.warnings())
                .extracting(ConvertedPlan.Warning::field)
                .containsExactly("line 3", "line 4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                          | line 1
            \\n\\n                                      | line 1
            section,row                                 | line 1
            section,row,seat,foo                        | line 1
            section,row,seat,Seat                       | line 1
            section,row,seat,                           | line 1
            S,A,1                                       | line 1
            section\trow\tseat                          | line 1
            section,row,seat                            | ``
            section,row,seat\\nS,A                      | line 2, seat
            section,row,seat\\nS,,1                     | line 2, row
            section,row,seat\\n\\n,A,1                  | line 3, section
            section,row,seat\\nS,A,1,2                  | line 2
            section,row,seat\\nS,A,"1\\n2"              | line 2, seat
            section,row,seat\\n"S\\n",A,1\\nS,A,        | line 2, section
            section,row,seat,price\\nS,A,1,45.00        | line 2, price
            section,row,seat,price\\nS,A,1,-1           | line 2, price
            section,row,seat,price\\nS,A,1,=1+1         | line 2, price
            section,row,seat,price\\nS,A,1,1000000000001 | line 2, price
            section,row,seat,price\\nS,A,1,99999999999999999999 | line 2, price
            section,row,seat,price\\nS,A,1,45\\nS,A,2,  | line 3, price
            section,row,seat,price\\nS,A,1,\\nS,A,2,45  | line 3, price
            section,row,seat,accessible\\nS,A,1,maybe   | line 2, accessible
            section,row,seat,x,y\\nS,A,1,1,             | line 2, y
            section,row,seat,x,y\\nS,A,1,,1             | line 2, x
            section,row,seat,x,y\\nS,A,1,NaN,0          | line 2, x
            section,row,seat,x,y\\nS,A,1,1e3,0          | line 2, x
            section,row,seat,x,y\\nS,A,1,1000001,0      | line 2, x
            section,row,seat\\nS,A,1\\n#,A,\\u200b      | line 3, seat
            """)
    void an_invalid_line_is_refused_with_its_number(String csv, String field) {
        var text = csv.replace("\\n", "\n").replace("\\u200b", "\u200b");
        assertErrors(() -> convert(text), errors -> assertThat(errors).contains(field));
    }

    @Test
    void at_most_20_errors_are_reported() {
        assertErrors(
                () -> convert("section,row,seat" + "\nS,A,".repeat(1_000)),
                errors -> assertThat(errors).hasSize(20));
    }

    @Test
    void a_price_of_a_section_that_is_not_in_the_file_is_refused() {
        assertErrors(
                () -> convert("section,row,seat\nS,A,1\n", Map.of("s", 1L)),
                errors -> assertThat(errors).containsExactly("prices.s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"section,row,seat\nS,A,\"1\n", "section,row,seat\nS,\"A\"B,1\n", "section,\"row"})
    void what_is_not_csv_is_malformed(String csv) {
        assertThatThrownBy(() -> convert(csv))
                .isInstanceOfSatisfying(
                        Problem.Refused.class,
                        refused -> assertThat(refused.problem().type().slug()).isEqualTo("malformed-request"))
                .hasMessageMatching("The body is not valid CSV \\(line \\d+\\)\\.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16LE", "UTF-16"})
    void other_charsets_than_utf_8_are_refused_with_advice(String charset) {
        var csv = "section,row,seat\nParterre gauche é,A,1\n".getBytes(Charset.forName(charset));
        assertThatThrownBy(() -> PlanFile.convert(csv, Map.of()))
                .isInstanceOf(Problem.Refused.class)
                .hasMessageContaining("UTF-8");
    }
}
