package seatlock.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import seatlock.support.TestSystem;

/**
 * The file {@code personal-data.txt} states for every column of the schema whether it can hold personal data of a buyer, and how
 * that is erased. A new column fails this test until its line is added.
 */
class PersonalDataTest {

    private static final Path DECISIONS = Path.of("src/test/resources/personal-data.txt");

    /** The words with which a decision begins. */
    private static final List<String> WORDS = List.of("none", "erased", "deleted", "hashed", "kept");

    private final TestSystem system = TestSystem.shared();

    /** Returns the decisions by table and column. A line is "table.column word: reason", or "table.column word". */
    private static Map<String, String> decisions() throws IOException {
        try (Stream<String> lines = Files.lines(DECISIONS)) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toMap(
                            line -> line.split(" ", 2)[0],
                            line -> line.split(" ", 2)[1].strip(),
                            (a, b) -> {
                                throw new IllegalStateException("Decided twice: " + a);
                            },
                            TreeMap::new));
        }
    }

    private List<String> columns() {
        return system.query("""
                SELECT table_name || '.' || column_name AS name
                  FROM information_schema.columns
                 WHERE table_schema = 'public'
                   AND table_name <> 'flyway_schema_history'
                """, row -> row.text("name"));
    }

    @Test
    void every_column_is_decided_and_every_decision_is_about_a_column() throws IOException {
        assertThat(decisions().keySet()).containsExactlyInAnyOrderElementsOf(columns());
    }

    @Test
    void every_decision_is_a_known_word_with_a_reason() throws IOException {
        assertThat(decisions()).isNotEmpty().allSatisfy((column, decision) -> {
            var word = decision.split(":")[0];
            assertThat(WORDS).as(column).contains(word);
            assertThat(decision.length() > word.length() + 2 || word.equals("none"))
                    .as(column + " has a reason")
                    .isTrue();
        });
    }
}
