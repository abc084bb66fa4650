package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import seatlock.catalog.EventId;
import seatlock.maintenance.Sequencer;
import seatlock.maintenance.Sweeper;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;

/** Runs the commands of pages as a reader would paste them, with the output that the pages promise. */
@EnabledIf("hasShell")
class PastedCommandsTest {

    /** Separates the output of the blocks. */
    private static final String MARK = "=====";

    @TempDir
    private Path directory;

    private final SandboxSystem sandbox = new SandboxSystem();
    private final TestSystem system = sandbox.system;
    private final TestWorkers workers = new TestWorkers(system).start();
    private final Sweeper sweeper = system.sweeper();
    private final Sequencer sequencer = new Sequencer(system.database, system.feed);

    static boolean hasShell() {
        return Stream.of("bash", "curl")
                .allMatch(program -> Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))));
    }

    /** The page expects a server that has its home in {@code ./data}. */
    @BeforeEach
    void start() throws IOException {
        Files.writeString(workers.directory.resolve("admin-key"), TestSystem.ADMIN_KEY);
        Files.createSymbolicLink(directory.resolve("data"), workers.directory);
        sweeper.start(Duration.ofMillis(200));
        sequencer.start();
        sandbox.node().reconciler().start();
    }

    @AfterEach
    void close() {
        sequencer.close();
        sweeper.close();
        workers.close();
        sandbox.close();
    }

    /** Returns the commands of a page, or of a part of it, in blocks. */
    private static List<String> blocks(String text) {
        return Pattern.compile("(?ms)^```sh\n(.*?)^```$")
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** Runs the blocks in one shell, which ends at the first command that fails. Returns the output of each block. */
    private List<String> paste(List<String> blocks) throws Exception {
        var script = "set -eu\n" + String.join("echo " + MARK + "\n", blocks);
        Files.writeString(
                directory.resolve("script"),
                script.replace("localhost:8080", "localhost:" + sandbox.node().port()));
        var output = directory.resolve("output").toFile();
        var shell = new ProcessBuilder("bash", "script")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            var hasEnded = shell.waitFor(150, TimeUnit.SECONDS);
            var text = Files.readString(output.toPath(), StandardCharsets.UTF_8);
            assertThat(hasEnded).as(text).isTrue();
            assertThat(shell.exitValue()).as(text).isZero();
            return List.of(text.split(MARK + "\n"));
        } finally {
            shell.destroyForcibly();
        }
    }

    /** Returns a pattern of the output that the comments {@code # => …} of a block promise: each on a line of its own. */
    private static Pattern promised(String block) {
        return Pattern.compile(Pattern.compile("# => (.*)$", Pattern.MULTILINE)
                .matcher(block)
                .results()
                .map(promise -> Stream.of(promise.group(1).split(" … "))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .collect(Collectors.joining(".*\n(?s:.*?)")));
    }

    @Test
    void an_event_lives_as_its_page_says() throws Exception {
        var blocks = blocks(Files.readString(Path.of("src/docs/event-life.md")));
        assertThat(blocks.stream().mapToLong(PastedCommandsTest::promises).sum())
                .isGreaterThan(20);

        var outputs = paste(blocks);

        for (int i = 0; i < blocks.size(); i++) {
            assertThat(outputs.get(i)).as(blocks.get(i)).containsPattern(promised(blocks.get(i)));
        }
        var event = Pattern.compile("\"id\":\"([^\"]+)\"")
                .matcher(Files.readString(directory.resolve("event.json")))
                .results()
                .map(match -> match.group(1))
                .findFirst();
        assertThat(system.violations(new EventId(UUID.fromString(event.orElseThrow()))))
                .isEmpty();
    }

    @Test
    void the_examples_of_the_api_guide_get_the_promised_responses() throws Exception {
        var examples = blocks(Files.readString(Path.of("src/docs/api.md"))).stream()
                .filter(block -> promises(block) > 0)
                .toList();
        assertThat(examples).hasSizeGreaterThan(5);
        var shell = "API=http://localhost:8080/api\nKEY=$(cat data/admin-key)\n";

        var outputs = paste(Stream.concat(Stream.of(shell), examples.stream()).toList());

        for (int i = 0; i < examples.size(); i++) {
            assertThat(outputs.get(i + 1)).as(examples.get(i)).containsPattern(promised(examples.get(i)));
        }
    }

    private static long promises(String block) {
        return Pattern.compile("# => ").matcher(block).results().count();
    }

    @Test
    void the_tour_of_the_readme_runs_as_pasted() throws Exception {
        var readme = Files.readString(Path.of("README.md"));
        var tour = readme.substring(readme.indexOf("\n## A tour"), readme.indexOf("\n## The states of a seat"));
        var blocks =
                blocks(tour).stream().filter(block -> block.contains("curl")).toList();

        var output = String.join("", paste(blocks));

        assertThat(output)
                .containsSubsequence(
                        "\"status\":\"PUBLISHED\"",
                        "\"status\":\"PENDING\"",
                        "/problems/seats-taken",
                        "/sandbox/",
                        "204 No Content",
                        "\"status\":\"CONFIRMED\"",
                        "\"status\":\"CAPTURED\"",
                        "Idempotency-Replayed: true",
                        "\"status\":\"SOLD\"",
                        "\"code\":\"SL1",
                        "\"gate\":\"North\"",
                        "/problems/already-checked-in");
        assertThat(Files.readAllBytes(directory.resolve("ticket.pdf")))
                .startsWith("%PDF".getBytes(StandardCharsets.US_ASCII));
    }
}
