package seatlock.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import seatlock.catalog.EventId;
import seatlock.db.DatabaseUrl;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** The jar without configuration, run as processes: its servers, their durability, and the state they leave. */
class EmbeddedTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path directory;

    private String postgres(Path home, String sql) throws SQLException {
        var url = DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL"));
        try (var connection = Servers.connect(url);
                var result = connection.createStatement().executeQuery(sql)) {
            return result.next() ? result.getString(1) : null;
        }
    }

    private Jedis redis(Path home) {
        return new Jedis(URI.create(Jvm.published(home, "REDIS_URL")));
    }

    private Api api(Path home) {
        return new Api(Jvm.published(home, "URL"), Jvm.published(home, "SEATLOCK_ADMIN_KEY"));
    }

    @Tag("machines") // it starts many processes
    @Test
    void data_survives_a_restart_and_a_kill() throws Exception {
        var home = directory.resolve("a home with spaces");
        String adminKey;
        try (var first = Jvm.start(home, NOTHING, "all", "--seed").awaitReady()) {
            adminKey = Jvm.published(home, "SEATLOCK_ADMIN_KEY");
            assertThat(first.output()).contains(adminKey, "10,000 seats", "Schema", "PostgreSQL  ready", "Redis 7");
            assertThat(postgres(home, "SHOW fsync")).isEqualTo("on");
            assertThat(postgres(home, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(postgres(home, "SHOW server_version")).startsWith("16.");
            try (var redis = redis(home)) {
                assertThat(redis.info("server")).contains("redis_version:7.");
                assertThat(redis.configGet("appendonly")).containsExactly("appendonly", "yes");
                redis.set("kept", "yes");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                    .isEqualTo("rwx------");
            assertThat(api(home).get("/api/events").json().get("events")).hasSize(3);
        }
        assertThat(home.resolve("seatlock.env")).doesNotExist();

        var second = Jvm.start(home, NOTHING, "all", "--seed").awaitReady();
        assertThat(second.output())
                .contains("all sample events exist already", "Admin key   stored in ", "admin-key")
                .doesNotContain("killed", adminKey);
        assertThat(Jvm.published(home, "SEATLOCK_ADMIN_KEY")).isEqualTo(adminKey);
        assertThat(api(home).get("/api/events").json().get("events")).hasSize(3);
        try (var redis = redis(home)) {
            assertThat(redis.get("kept")).isEqualTo("yes");
        }
        second.kill();

        try (var third = Jvm.start(home, NOTHING).awaitReady()) {
            assertThat(third.output())
                    .contains("stopped a PostgreSQL left running by a killed Seatlock process")
                    .contains("stopped a Redis left running by a killed Seatlock process");
            assertThat(api(home).get("/api/events").json().get("events")).hasSize(3);
            try (var redis = redis(home)) {
                assertThat(redis.get("kept")).isEqualTo("yes");
            }
        }
    }

    @Tag("machines") // it starts many processes
    @Test
    void two_homes_run_side_by_side_and_a_home_runs_only_once() throws SQLException {
        var one = Servers.withPrograms(directory.resolve("one"));
        var other = Servers.withPrograms(directory.resolve("other"));
        try (var first = Jvm.start(one, NOTHING).awaitReady();
                var second = Jvm.start(other, NOTHING).awaitReady()) {
            assertThat(Jvm.published(one, "DATABASE_URL")).isNotEqualTo(Jvm.published(other, "DATABASE_URL"));
            assertThat(Jvm.published(one, "URL")).isNotEqualTo(Jvm.published(other, "URL"));
            assertThat(first.output()).contains("Ready.");
            assertThat(second.output()).contains("Ready.");

            try (var third = Jvm.start(one, NOTHING)) {
                assertThat(third.exitStatus()).isEqualTo(1);
                assertThat(third.output()).contains("is in use by another Seatlock");
            }
            // Other users of this machine cannot connect without the password in the home directory.
            var url = DatabaseUrl.parse(Jvm.published(one, "DATABASE_URL"));
            var stranger = new DatabaseUrl(url.jdbc(), url.user(), "guess");
            assertThat(catchThrowable(() -> Servers.connect(stranger))).isInstanceOf(SQLException.class);

            // Seeding finds the database of the running process.
            try (var seed = Jvm.start(one, NOTHING, "seed")) {
                assertThat(seed.exitStatus()).as(seed.output()).isZero();
            }
            assertThat(api(one).get("/api/events").json().get("events")).hasSize(3);
            assertThat(api(other).get("/api/events").json().get("events")).isEmpty();
        }
    }

    @Test
    void an_interrupted_start_leaves_no_process_running() throws IOException {
        var home = directory.resolve("interrupted");
        try (var jvm = Jvm.start(home, NOTHING, "all").awaitOutput("Redis 7     ready")) {
            assertThat(jvm.output()).doesNotContain("Ready.");
        } // SIGTERM, while PostgreSQL is being prepared
        assertThat(runningFrom(home)).isEmpty();

        try (var again = Jvm.start(home, NOTHING, "seed")) {
            assertThat(again.exitStatus()).as(again.output()).isZero();
        }
        assertThat(runningFrom(home)).isEmpty();
    }

    @Tag("machines") // it starts many processes
    @Test
    void a_stop_that_takes_too_long_leaves_no_server_running() throws Exception {
        var home = Servers.withPrograms(directory.resolve("slow"));
        try (var jvm = Jvm.start(home, Map.of("SHUTDOWN_TIMEOUT", "PT1S"), "all", "--seed")
                .awaitReady()) {
            var api = api(home);
            var event =
                    api.get("/api/events").json().get("events").get(0).get("id").asText();
            var seat = api.get("/api/events/" + event + "/seats")
                    .json()
                    .get("seats")
                    .get(0)
                    .get("label")
                    .asText();
            try (var connection = Servers.connect(DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL")))) {
                connection.setAutoCommit(false);
                connection.createStatement().execute("SELECT FROM seats FOR UPDATE");
                CompletableFuture.runAsync(() -> api.reserve(new EventId(UUID.fromString(event)), seat));
                Wait.until("the request waits for the lock", () -> isWaiting(home));
                jvm.terminate();
                assertThat(jvm.exitStatus()).as(jvm.output()).isEqualTo(1);
                assertThat(jvm.output()).contains("Did not stop within 1 s");
            }
        }
        Wait.until("no server runs", () -> DamagedHomeTest.runningFrom(home).isEmpty());
    }

    private boolean isWaiting(Path home) {
        try {
            return postgres(home, "SELECT count(*) FROM pg_locks WHERE NOT granted")
                    .equals("1");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Tag("machines") // it starts many processes
    @Test
    void a_home_whose_first_start_was_killed_is_created_again() throws IOException {
        var home = Servers.withPrograms(directory.resolve("half made"));
        var data = Files.createDirectories(home.resolve("postgres/data/base"));
        Files.writeString(data.resolveSibling("postgresql.conf"), "# initdb was killed after this");

        try (var seed = Jvm.start(home, NOTHING, "seed")) {
            assertThat(seed.exitStatus()).as(seed.output()).isZero();
        }
    }

    private static List<String> runningFrom(Path home) throws IOException {
        var directory = home.toRealPath();
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().command().stream())
                .filter(command -> Path.of(command).startsWith(directory))
                .toList();
    }

    @Test
    void configured_addresses_replace_the_embedded_servers() throws IOException {
        var url = Servers.newDatabase();
        var settings = Map.of(
                "DATABASE_URL",
                url.jdbc() + "?user=" + url.user() + "&password=" + url.password(),
                "REDIS_URL",
                "redis://127.0.0.1:1",
                "LIMITS",
                "on",
                "SEATLOCK_ADMIN_KEY",
                TestSystem.ADMIN_KEY);
        try (var jvm = Jvm.start(directory.resolve("unused"), settings, "serve").awaitReady()) {
            assertThat(jvm.output()).doesNotContain("PostgreSQL", "Redis 7", "Admin key");
            assertThat(directory.resolve("unused")).doesNotExist();
            var base = jvm.output()
                    .lines()
                    .filter(line -> line.startsWith("API"))
                    .map(line -> line.split("\\s+")[1])
                    .findFirst()
                    .orElseThrow();
            var api = new Api(base, TestSystem.ADMIN_KEY);
            Wait.until(
                    "the missing Redis is reported",
                    () -> api.get("/readyz").text().contains("\"redis\":\"down\""));
            assertThat(api.get("/readyz").status())
                    .as("readiness without Redis")
                    .isEqualTo(200);
            assertThat(api.get("/readyz").text()).contains("\"status\":\"degraded\"");
        }
    }

    @Test
    void a_worker_process_makes_tickets_and_an_operator_lists_jobs_and_rotates_keys() {
        try (var system = new TestSystem();
                var testWorkers =
                        new TestWorkers(system)) { // for its Redis and mail sink; its own workers are not started
            var event = system.event(1);
            system.api.buy(event.id(), "S-A-1");
            var settings = Map.of(
                    "DATABASE_URL",
                    system.databaseUrl(),
                    "REDIS_URL",
                    testWorkers.redisUrl().toString(),
                    "SMTP_URL",
                    testWorkers.sink.url(),
                    "WORKERS",
                    "2");
            var unused = directory.resolve("unused");
            try (var worker = Jvm.start(unused, settings, "worker").awaitReady()) {
                Wait.until("the mail has arrived", () -> testWorkers.mails().size() == 1);
                assertThat(worker.output()).contains("Workers     2").doesNotContain("API");
            }
            try (var jobs = Jvm.start(unused, settings, "jobs", "list", "--state", "DONE");
                    var retry = Jvm.start(unused, settings, "jobs", "retry");
                    var rotate = Jvm.start(unused, settings, "ticket-keys", "rotate")) {
                assertThat(jobs.exitStatus()).isZero();
                assertThat(jobs.output())
                        .contains("DONE 2", "IssueTickets event " + event.id(), "SendTickets event " + event.id());
                assertThat(retry.exitStatus()).isZero();
                assertThat(retry.output()).contains("0 jobs will be retried");
                assertThat(rotate.exitStatus()).isZero();
                assertThat(rotate.output()).contains("Ticket key  2 signs new tickets from now on");
            }
            // An operator looks at the jobs when Redis is down.
            var withoutRedis = new HashMap<>(settings);
            withoutRedis.put("REDIS_URL", "redis://127.0.0.1:1");
            try (var jobs = Jvm.start(unused, withoutRedis, "jobs", "list")) {
                assertThat(jobs.exitStatus()).isZero();
                assertThat(jobs.output()).contains("Workers alive: unknown", "DONE 2");
            }
            assertThat(unused).doesNotExist();
            assertThat(system.api.get("/api/keys/tickets").json().get("keys")).hasSize(2);
        }
    }

    @Test
    void a_wrong_configuration_stops_the_start_and_lists_every_mistake() {
        try (var jvm = Jvm.start(directory.resolve("unused"), Map.of("PORT", "x", "RESERVATION_TTL", "soon"))) {
            assertThat(jvm.exitStatus()).isEqualTo(2);
            assertThat(jvm.output()).contains("PORT: got \"x\"", "RESERVATION_TTL: got \"soon\"");
        }
        assertThat(directory.resolve("unused")).doesNotExist();
    }

    @Test
    void help_lists_the_subcommands_and_an_unknown_one_is_an_error() {
        try (var help = Jvm.start(directory, NOTHING, "--help");
                var version = Jvm.start(directory, NOTHING, "--version");
                var nonsense = Jvm.start(directory, NOTHING, "sell")) {
            assertThat(help.exitStatus()).isZero();
            assertThat(help.output())
                    .contains("all", "serve", "worker", "migrate", "seed", "jobs", "keys", "--version");
            assertThat(version.exitStatus()).isZero();
            assertThat(nonsense.exitStatus()).isEqualTo(2);
            assertThat(nonsense.output()).contains("sell");
        }
    }
}
