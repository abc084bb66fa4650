package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code seatlock import}. */
class ImportCommandTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final List<String> errors = new ArrayList<>();

    private int run(String content, Map<String, Long> prices) throws IOException {
        var file = Files.writeString(directory.resolve("plan"), content);
        return ImportCommand.run(file, prices, output, errors::add);
    }

    @Test
    void a_csv_file_becomes_the_body_of_a_request_in_utf_8() throws IOException {
        assertThat(run("section,row,seat,price\nRang é,A,1,45\nRang é,A,2,45\nT,A,1,\n", Map.of("T", 10L)))
                .isEqualTo(0);

        assertThat(output.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"sections\":[{\"name\":\"Rang é\",\"price\":45,\"rows\":[{\"name\":\"A\",\"seats\":2}]},"
                        + "{\"name\":\"T\",\"price\":10,\"rows\":[{\"name\":\"A\",\"seats\":1}]}]}\n");
        assertThat(errors)
                .containsExactly("3 seats in 2 sections. Still to be added: name, venue, startsAt, timeZone, currency");
    }

    @Test
    void a_plan_of_pretix_gets_prices_by_category_and_warnings_are_printed() throws IOException {
        var plan = "\ufeff {\"name\":\"Arena\",\"zones\":[{\"name\":\"Z\",\"rows\":[{\"row_number\":\"A\",\"seats\":["
                + "{\"seat_number\":\"A-1\",\"category\":\"VIP\"}]}]},{\"name\":\"Y\"}]}";
        assertThat(run(plan, Map.of())).isEqualTo(0);
        assertThat(errors)
                .containsExactly(
                        "Warning: zones[0].rows[0].seats[0]: was renumbered: \"A-1\" is seat \"A.1\"",
                        "Warning: zones[1]: has no seats and was left out",
                        "1 seats in 1 sections. Still to be added: venue, startsAt, timeZone, currency, sections[0].price");

        output.reset();
        assertThat(run(plan, Map.of("VIP", 9000L))).isEqualTo(0);
        assertThat(output.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"name\":\"Arena\",\"sections\":[{\"name\":\"Z\",\"price\":9000,\"rows\":[{\"name\":\"A\","
                        + "\"seats\":[{\"number\":\"A.1\"}]}]}]}\n");
    }

    @Test
    void every_error_is_printed_and_nothing_else() throws IOException {
        assertThat(run("section,row,seat\nS,A,\nS,,1\n", Map.of())).isEqualTo(1);

        var file = directory.resolve("plan");
        assertThat(errors)
                .containsExactly(
                        "seatlock: " + file + ": line 2, seat: is required",
                        "seatlock: " + file + ": line 3, row: is required");
        assertThat(output.size()).isZero();

        errors.clear();
        assertThat(run("{", Map.of())).isEqualTo(1);
        assertThat(errors)
                .containsExactly(
                        "seatlock: " + file + ": The file is not valid JSON, or repeats a name (line 1, column 2).");
        errors.clear();
        assertThat(run("{\"zones\":[]}", Map.of())).isEqualTo(1);
        assertThat(errors).containsExactly("seatlock: " + file + ": The plan must have at least one seat");
    }

    @Test
    void a_file_that_is_none_is_refused() throws IOException {
        assertThat(ImportCommand.run(directory, Map.of(), output, errors::add)).isEqualTo(1);
        assertThat(ImportCommand.run(directory.resolve("x"), Map.of(), output, errors::add))
                .isEqualTo(1);
        assertThat(SeatlockCommand.run("import", directory.resolve("x").toString()))
                .isEqualTo(1);
        assertThat(output.size()).isZero();
    }
}
