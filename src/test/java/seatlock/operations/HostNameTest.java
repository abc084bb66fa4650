package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** A machine whose own name does not resolve, which is common in containers. */
@Tag("machines")
class HostNameTest {

    private final TestSystem system = TestSystem.shared();

    @TempDir
    private Path directory;

    /** Makes Java look up every name in a file that has localhost only. */
    private String hostsWithoutThisMachine() throws IOException {
        var hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost\n");
        return "-Djdk.net.hosts.file=" + hosts;
    }

    private static int mails(Path home) {
        var files = home.resolve("mail").toFile().list((folder, name) -> name.endsWith(".eml"));
        return files == null ? 0 : files.length;
    }

    @Test
    void tickets_are_made_and_mailed_whatever_the_host_is_called() throws IOException {
        assertThat(InetAddress.getLocalHost().getHostName()).isNotEqualTo("localhost");
        var home = directory.resolve("home");
        try (var system = new TestSystem();
                var redis = Servers.newRedis()) {
            var settings = Map.of(
                    "JAVA_TOOL_OPTIONS",
                    hostsWithoutThisMachine(),
                    "DATABASE_URL",
                    system.url.jdbc() + "?user=" + system.url.user() + "&password=" + system.url.password(),
                    "REDIS_URL",
                    redis.url().toString(),
                    "SEATLOCK_ADMIN_KEY",
                    TestSystem.ADMIN_KEY);
            try (var server = Jvm.start(home, settings, "all").awaitReady()) {
                var api = new Api(server.url(), TestSystem.ADMIN_KEY);
                var event = system.event(1).id();
                var bought = api.buy(event, "S-A-1").json();

                Wait.until("the mail has arrived", () -> mails(home) == 1);
                var ticket = api.tickets(event, bought.get("id").asText()).get(0);
                assertThat(api.get(ticket.get("pdf").asText(), TestSystem.ADMIN_KEY)
                                .status())
                        .isEqualTo(200);
                assertThat(server.output()).doesNotContain("ERROR", "\tat ");
                try (var connection = redis.connect()) {
                    assertThat(connection.smembers("resque:workers")).hasSize(4);
                }
            }
        }
    }

    @Test
    void a_worker_that_does_not_work_is_not_ready_and_says_why() {
        var settings = Map.of(
                "DATABASE_URL",
                        system.servingUrl.jdbc() + "?user=" + system.servingUrl.user() + "&password="
                                + system.servingUrl.password(),
                "REDIS_URL", "redis://127.0.0.1:1",
                "SMTP_URL", "smtp://127.0.0.1:1",
                "WORKERS", "4");
        try (var worker = Jvm.start(directory, settings, "worker").awaitReady()) {
            var api = new Api(worker.url(), TestSystem.ADMIN_KEY);
            Wait.until("not ready", () -> api.get("/readyz").status() == 503);
            var ready = api.get("/readyz").json();
            assertThat(ready.get("status").asText()).isEqualTo("not ready");
            assertThat(ready.at("/checks/workers").asText()).isEqualTo("down");
            assertThat(ready.get("problem").asText())
                    .contains("No worker runs IssueTickets and SendTickets", "127.0.0.1:1");
            assertThat(api.get("/metrics").text())
                    .contains(
                            "seatlock_ready 0",
                            "seatlock_workers_alive{kind=\"IssueTickets\"} 0",
                            "seatlock_workers_alive{kind=\"SendTickets\"} 0");
        }
    }

    /** Sales do not need the workers, so a server that also sells stays ready, but says what is missing. */
    @Test
    void a_server_whose_workers_do_not_work_sells_and_has_a_hint() throws IOException {
        var settings = Map.of(
                "DATABASE_URL",
                system.url.jdbc() + "?user=" + system.url.user() + "&password=" + system.url.password(),
                "REDIS_URL",
                "redis://127.0.0.1:1",
                "SEATLOCK_ADMIN_KEY",
                TestSystem.ADMIN_KEY);
        try (var server = Jvm.start(directory, settings, "all").awaitReady()) {
            var api = new Api(server.url(), TestSystem.ADMIN_KEY);
            Wait.until("degraded", () -> api.get("/readyz").text().contains("\"workers\":\"down\""));
            var ready = api.get("/readyz");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.json().get("status").asText()).isEqualTo("degraded");
            assertThat(ready.json().get("hints").toString())
                    .contains("No worker runs IssueTickets and SendTickets", "127.0.0.1:1");
            assertThat(api.buy(system.event(1).id(), "S-A-1").status()).isEqualTo(200);
        }
    }
}
