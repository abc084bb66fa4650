package seatlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The part of plain English that a machine can check, after TigerBeetle's {@code tidy}: words and phrases that readers found
 * translated or that exclude people, in sources, tests, resources, scripts and documentation. Landed migrations are left alone,
 * because they are never edited.
 */
class TidyTest {

    private static final Path THIS = Path.of("src/test/java/seatlock/TidyTest.java");

    /** Banned pattern, and what to write instead. */
    private static final Map<String, String> BANNED = Map.ofEntries(
            Map.entry("\\b([Hh]e|[Hh]im|[Hh]is|[Hh]imself)\\b", "they, the client, the buyer"),
            Map.entry("\\b[Ww]ants?\\b(?!=)", "must be, needs"),
            Map.entry("\\bto be had\\b", "available, acquired"),
            Map.entry("\\b(lies|lie|lay) in\\b", "is stored in"),
            Map.entry("\\b(goes|go|went) on\\b", "continues, resumes"),
            Map.entry("\\ba while\\b", "say how long"),
            Map.entry("\\b(no longer|is|still) good\\b", "valid"),
            Map.entry("\\b[Mm]end(s|ed|ing)?\\b", "correct, fix"),
            Map.entry("\\b[Tt]here is no(thing| such)? (thing|at this)\\b", "Not found, No such endpoint"),
            Map.entry("\\b(of|to|by|for|from|with|than) who\\b", "of clients that"),
            Map.entry("(^|[.:;!?*/(\"] )Who(ever)? [a-z]+(s|ed)? [^?]*$", "name the subject: the client, the buyer"),
            Map.entry("(^|[.!?*/(\"] )What [a-z]+ [^?]*[.:;]( |$|\")", "name the subject"),
            Map.entry("\\bwhat must never be\\b", "integrity violations"),
            Map.entry("\\b[Ss]omebody (else )?(has|is|was|at)\\b", "another transaction, another client"),
            Map.entry("\\bwithout a word\\b", "silently"),
            Map.entry("\\bas (it|they) (is|are|has|have) to be\\b", "correct, as expected"),
            Map.entry("\\bneed not\\b.*\\bneed not\\b", "say it once"),
            Map.entry("\\b[Mm]ade anew\\b", "made again"),
            Map.entry("\\b(lanes?|box office|[Cc]ensus|[Bb]ackstage)\\b(?!_|\\.)", "queue, checkout, backlog"),
            Map.entry("\\bnot to be (seen|had|guessed|waited)\\b", "say what happens"),
            Map.entry("\\b(gives?|gave) it back\\b", "returns it"),
            Map.entry("\\bhis or her\\b", "their"));

    private static List<Path> texts() throws IOException {
        var all = new ArrayList<Path>();
        for (var root : List.of("src", "demo", "sql", ".ci")) {
            try (var files = Files.walk(Path.of(root))) {
                files.filter(Files::isRegularFile).forEach(all::add);
            }
        }
        for (var file : List.of("README.md", "Makefile", "Dockerfile", "compose.yml", "pom.xml", ".env.example")) {
            all.add(Path.of(file));
        }
        return all.stream()
                .filter(file -> !file.equals(THIS))
                .filter(file -> !file.startsWith("src/test/resources")
                        && !file.toString().contains("fonts"))
                .filter(file -> !file.startsWith("src/main/resources/web/vendor"))
                .filter(file -> !file.toString().matches("sql/V[1-5]__.*|.*\\.(json|png)"))
                .toList();
    }

    private static Stream<String> offences(Path file) {
        try {
            var offences = new ArrayList<String>();
            var lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                for (var banned : BANNED.entrySet()) {
                    var found = Pattern.compile(banned.getKey()).matcher(lines.get(i));
                    if (found.find()) {
                        offences.add(
                                file + ":" + (i + 1) + ": \"" + found.group().strip() + "\" → " + banned.getValue());
                    }
                }
            }
            return offences.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void english_is_plain() throws IOException {
        assertThat(texts().stream().flatMap(TidyTest::offences)).isEmpty();
    }

    /** Otherwise the rules above could be written so that they match nothing. */
    @Test
    void sentences_that_readers_found_translated_are_found() {
        var was = List.of(
                "Who is over one is told 429.",
                "Refund him.",
                "wants an e-mail address",
                "Mend the fields.",
                "There is no such thing",
                "There is nothing at this path.",
                "its private key lies in the database",
                "The old one is good for a while yet.",
                "except to who sends the same request",
                "it is not to be seen again",
                "counts what must never be",
                "Somebody else is at these seats right now.");
        assertThat(was)
                .allSatisfy(text -> assertThat(BANNED.keySet().stream()
                                .anyMatch(banned ->
                                        Pattern.compile(banned).matcher(text).find()))
                        .as(text)
                        .isTrue());
    }

    /** On a machine without a locale, javac would refuse any character that is not ASCII. */
    @Test
    void the_makefile_says_which_encoding_the_sources_have() throws IOException {
        try (var lines = Files.lines(Path.of("Makefile"))) {
            assertThat(lines.filter(line -> line.contains("javac")))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).contains("-encoding UTF-8"));
        }
    }

    @Test
    void names_of_tests_are_sentences_of_at_most_80_characters() throws IOException {
        var method = Pattern.compile("\\n    void (\\w+)\\(");
        var offences = new ArrayList<String>();
        for (var file : texts()) {
            if (file.startsWith("src/test/java") && file.toString().endsWith("Test.java")) {
                var source = Files.readString(file);
                method.matcher(source).results().forEach(test -> {
                    var name = test.group(1);
                    var isTest =
                            source.substring(0, test.start()).stripTrailing().matches("(?s).*@\\w*Test[^;{}]*");
                    if (isTest && (name.length() > 80 || name.matches("(who|what)_.*") || name.matches(".*_his_.*"))) {
                        offences.add(file + ": " + name);
                    }
                });
            }
        }
        assertThat(offences).isEmpty();
    }
}
