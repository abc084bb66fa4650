package demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;

/** Runs the demo against a server of the tests. {@code make demo} runs it with its own server. */
class DemoTest {

    @Test
    void the_race_passes() throws Exception {
        try (var system = new TestSystem();
                var testWorkers = new TestWorkers(system).start()) {
            var url = "http://localhost:" + system.server.port();

            assertThat(Race.run(Map.of("URL", url, "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY, "N", "50")))
                    .isTrue();
            assertThat(testWorkers.mails()).isNotEmpty();
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

            assertThat(Race.run(Map.of("URL", url, "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY, "N", "100")))
                    .isTrue();
            assertThat(testWorkers.mails()).isNotEmpty();
        }
    }
}
