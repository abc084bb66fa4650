package seatlock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.jobs.Job;
import seatlock.maintenance.Invariant;
import seatlock.support.OpenApiContract;

/** Tests of README.md and src/docs. Their English is tested by {@link TidyTest}. */
class DocsTest {

    private static final Path CONTRIBUTING = Path.of("src/docs/contributing.md");

    static List<Path> pages() throws IOException {
        try (var docs = Files.list(Path.of("src/docs"))) {
            var pages = docs.filter(file -> file.toString().endsWith(".md"));
            return Stream.concat(Stream.of(Path.of("README.md")), pages).toList();
        }
    }

    private static Stream<MatchResult> matches(String regex, String text) {
        return Pattern.compile(regex, Pattern.MULTILINE).matcher(text).results();
    }

    /** Returns the anchors of a page's headings, as GitHub derives them. */
    private static List<String> anchors(Path page) throws IOException {
        return matches("^#+ (.+)$", Files.readString(page))
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void links_lead_somewhere(Path page) throws IOException {
        var links = matches("\\]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)", Files.readString(page))
                .filter(link -> !link.group(1).contains(":"))
                .toList();
        for (var link : links) {
            var target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            assertThat(target).as(link.group()).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target)).as(link.group()).contains(link.group(2));
            }
        }
        assertThat(links.isEmpty()).isEqualTo(!Files.readString(page).contains("]("));
    }

    @Test
    void the_readme_is_short() throws IOException {
        assertThat(Files.readAllLines(Path.of("README.md"))).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    void the_walk_of_a_request_names_existing_lines() throws IOException {
        var steps = matches("^\\d\\. \\[`[^`]+`\\]\\(([^)]+)\\) line (\\d+): `([^`]+)`", Files.readString(CONTRIBUTING))
                .toList();
        assertThat(steps).hasSizeGreaterThan(15);
        for (var step : steps) {
            var lines = Files.readAllLines(CONTRIBUTING.resolveSibling(step.group(1)));
            assertThat(lines.get(Integer.parseInt(step.group(2)) - 1))
                    .as(step.group())
                    .contains(step.group(3));
        }
    }

    @Test
    void at_most_four_files_come_before_the_lock() throws IOException {
        var walks = matches("(?ms)^\\*\\*A [^*]+\\*\\*.*?\\*\\*the lock\\*\\*", Files.readString(CONTRIBUTING))
                .toList();
        assertThat(walks).hasSize(3);
        assertThat(walks)
                .allSatisfy(walk -> assertThat(matches("\\]\\(([^)]+\\.java)\\)", walk.group())
                                .map(step -> step.group(1))
                                .distinct())
                        .hasSizeLessThanOrEqualTo(4));
    }

    @Test
    void pages_name_the_number_of_invariants() throws IOException {
        for (var page : List.of("README.md", "src/docs/operations.md")) {
            assertThat(matches("(\\d+) invariants\\b", Files.readString(Path.of(page)))
                            .map(number -> number.group(1)))
                    .as(page)
                    .containsExactly(String.valueOf(Invariant.values().length));
        }
    }

    @Test
    void the_api_guide_names_every_path() throws IOException {
        var guide = Files.readString(Path.of("src/docs/api.md")).replaceAll("\\{\\w+}", "{}");
        var paths = new ObjectMapper()
                .readTree(OpenApiContract.DOCUMENT.toFile())
                .get("paths")
                .properties();
        assertThat(paths).hasSizeGreaterThan(25).allSatisfy(path -> {
            var all = path.getKey().replaceAll("\\{\\w+}", "{}");
            var end = all.substring(all.lastIndexOf('}') + 1); // the guide shortens what comes before
            assertThat(guide).containsPattern(Pattern.quote(end.isEmpty() ? all : end) + "(?![\\w/-])");
        });
    }

    @Test
    void operations_lists_every_kind_of_job_and_every_alert() throws IOException {
        var operations = Files.readString(Path.of("src/docs/operations.md"));
        var alerts = matches("alert: (\\w+)", Files.readString(Path.of("demo/prometheus/alerts.yml")))
                .map(alert -> alert.group(1));
        var kinds = Stream.of(Job.Kind.values()).map(Job.Kind::wireName);
        assertThat(Stream.concat(alerts, kinds))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(operations).contains("`" + name + "`"));
    }
}
