package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import seatlock.support.FaultyServer;
import seatlock.support.TestSystem;

/** Tests the exit status of the load test: 0 if all responses were right, 1 if not, 2 for invalid options. */
class LoadTestCommandTest {

    private final TestSystem system = TestSystem.shared();

    private static int run(String url, String arguments) {
        return SeatlockCommand.run(
                ("loadtest --key " + TestSystem.ADMIN_KEY + " --url " + url + " " + arguments).split(" "));
    }

    @Test
    void a_correct_server_passes_and_the_page_is_written(@TempDir Path directory) throws IOException {
        var page = directory.resolve("page.html");

        var status = run(
                "http://localhost:" + system.server.port(),
                "rivals --clients 4 --requests 30 --seats 10 --events 1 --html " + page);

        assertThat(status).isZero();
        assertThat(Files.readString(page)).contains("409 seats-taken", "</html>");
    }

    @Test
    void a_server_that_loses_reservations_fails() {
        try (var server = new FaultyServer(FaultyServer.Fault.FORGETS)) {
            assertThat(run(server.url().toString(), "on-sale --clients 1 --requests 2 --seats 4 --events 1"))
                    .isEqualTo(1);
        }
    }

    @Test
    void an_unreachable_server_fails() {
        assertThat(run("http://localhost:1", "nothing")).isEqualTo(1);
    }

    @Test
    void the_help_says_that_the_server_must_be_running() {
        var help = new CommandLine(new LoadTestCommand()).getUsageMessage().replaceAll("\\s+", " ");

        assertThat(help).contains("URL of the server, which must be running", "the server that runs in SEATLOCK_HOME");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "everything",
                "nothing --clients 0",
                "nothing --duration ten",
                "nothing --duration 0",
                "nothing --duration P2D",
                "nothing --warmup -1",
                "nothing --rate 0",
                "nothing --requests 0",
                "on-sale --seats 0",
                "on-sale --events 0",
                "on-sale --recheck -1",
                "on-sale --conditional",
                "rivals --rivals 1",
                "rivals --rivals 3 --clients 2",
                "stampede --rate 10",
                "nothing --url https://localhost",
                "nothing --url http://localhost/api",
                "nothing --html /no/such/directory/page.html",
                "nothing --html /",
                "nothing --html src"
            })
    void invalid_options_are_refused(String arguments) {
        assertThat(run("http://localhost:1", arguments)).isEqualTo(2);
    }
}
