package demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;

/** Runs the demo against a server of the tests. {@code make demo} runs it with its own server. */
class DemoTest {

    @Test
    void the_race_passes() throws Exception {
        try (var system = new TestSystem();
                var testWorkers = new TestWorkers(system).start()) {
            var url = "http://localhost:" + system.server.port();

            var output = new ByteArrayOutputStream();
            try (var lines = new PrintStream(output, true, UTF_8)) {
                assertThat(Race.run(Map.of("URL", url, "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY, "N", "50"), lines))
                        .isTrue();
            }

            assertThat(output.toString(UTF_8))
                    .contains("not checked", "confirmed by the shop", "the server has no sandbox: 404")
                    .doesNotContain("mailed");
            assertThat(testWorkers.mails()).isNotEmpty();
        }
    }

    /** As with a server of its own, where the demo sees the database and the mails. */
    @Test
    void the_race_pays_in_the_sandbox_finds_the_mail_and_asks_the_database() throws Exception {
        try (var sandbox = new SandboxSystem();
                var testWorkers = new TestWorkers(sandbox.system).start();
                var sweeper = sandbox.system.sweeper()) {
            sandbox.node().reconciler().start();
            sweeper.start(Duration.ofMillis(200));
            var system = sandbox.system;
            var url = "http://localhost:" + sandbox.node().port();
            var database = system.url.jdbc() + "?user=" + system.url.user() + "&password=" + system.url.password();
            var mails = testWorkers.directory.resolve("mail");

            var output = new ByteArrayOutputStream();
            try (var lines = new PrintStream(output, true, UTF_8)) {
                var race = new Race(url, TestSystem.ADMIN_KEY, database, mails, lines);
                assertThat(race.runAll(10)).as(output.toString(UTF_8)).isTrue();
            }

            assertThat(output.toString(UTF_8))
                    .contains(
                            "counted in SQL",
                            "stored",
                            "paid once, captured, ticketed, mailed, and admitted once",
                            "each buyer has the seat and was charged, or has neither");
        }
    }

    /** All requests come from one address. */
    @Test
    void the_race_passes_with_default_limits() throws Exception {
        try (var system = new TestSystem();
                var testWorkers = new TestWorkers(system).start();
                var limiter = TestSystem.noLimiter(system.metrics);
                var node = system.limitedNode(Limits.DEFAULT, Networks.NONE, limiter)) {
            var url = "http://localhost:" + node.port();

            assertThat(Race.run(Map.of("URL", url, "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY, "N", "100"), System.out))
                    .isTrue();
            assertThat(testWorkers.mails()).isNotEmpty();
        }
    }
}
