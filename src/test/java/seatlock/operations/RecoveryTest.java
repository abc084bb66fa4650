package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.App;
import seatlock.Config;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.PostgresProxy;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** PostgreSQL is unavailable at the start or under way and returns. No process is restarted. */
class RecoveryTest {

    @TempDir
    private Path home;

    private static String text(DatabaseUrl url) {
        return url.jdbc() + "&user=" + url.user() + "&password=" + url.password();
    }

    @Test
    void a_server_without_postgresql_or_schema_waits_for_both_and_reports_it() throws Exception {
        var owner = Servers.newEmptyDatabase();
        var serving = new DatabaseUrl(owner.jdbc(), "seatlock_waiting", "secret'word");
        try (var proxy = PostgresProxy.inFrontOf(owner)) {
            proxy.goAway();
            var url = proxy.url();
            var settings = Map.of(
                    "DATABASE_URL",
                    text(new DatabaseUrl(url.jdbc(), owner.user(), owner.password())),
                    "SEATLOCK_ADMIN_KEY",
                    TestSystem.ADMIN_KEY);
            try (var server = Jvm.start(home, settings, "serve").awaitOutput("Waiting     PostgreSQL is unavailable")) {
                var api = new Api(server.url(), TestSystem.ADMIN_KEY);
                assertThat(api.get("/livez").status()).isEqualTo(200);
                assertThat(api.get("/readyz").status()).isEqualTo(503);
                assertThat(api.get("/readyz").text()).contains("\"postgresql\":\"down\"", "starting");
                assertThat(api.get("/api/events").outcome()).isEqualTo("503 overloaded");
                assertThat(api.get("/api/events").header("Retry-After")).isEqualTo("1");

                proxy.comeBack();
                server.awaitOutput("waiting for `seatlock migrate`");
                assertThat(api.get("/api/events").outcome()).isEqualTo("503 overloaded");

                try (var migrate = Jvm.start(
                        home,
                        Map.of(
                                "MIGRATION_DATABASE_URL",
                                owner.jdbc() + "?user=" + owner.user() + "&password=" + owner.password(),
                                "DATABASE_URL",
                                serving.jdbc() + "?user=" + serving.user() + "&password=" + serving.password()),
                        "migrate")) {
                    assertThat(migrate.exitStatus()).as(migrate.output()).isZero();
                    assertThat(migrate.output())
                            .contains("Role        seatlock_waiting created; it cannot change the schema");
                }
                server.awaitReady();
                assertThat(api.get("/readyz").status()).isEqualTo(200);
                assertThat(api.get("/api/events").status()).isEqualTo(200);
                assertThat(server.output()).doesNotContain("secret'word");
            }
        }
    }

    /** {@code migrate} creates the tables first and grants access to them last. */
    @Test
    void a_server_waits_while_its_role_has_no_access_yet() {
        var owner = Servers.newDatabase();
        var serving = new DatabaseUrl(
                owner.jdbc(), "seatlock_" + UUID.randomUUID().toString().replace("-", ""), "secret");
        execute(owner, "CREATE ROLE " + serving.user() + " LOGIN PASSWORD 'secret'");
        var login = Map.of(
                "DATABASE_URL",
                serving.jdbc() + "?user=" + serving.user() + "&password=" + serving.password(),
                "SEATLOCK_ADMIN_KEY",
                TestSystem.ADMIN_KEY);
        try (var server = Jvm.start(home, login, "serve").awaitOutput("waiting for `seatlock migrate` to grant it")) {
            assertThat(server.isAlive()).isTrue();

            assertThat(new Migrations(owner).grantAccess(serving)).isFalse();

            server.awaitReady();
        } finally {
            execute(owner, "DROP OWNED BY " + serving.user() + "; DROP ROLE " + serving.user());
        }
    }

    /** Chaos found a server that ended when PostgreSQL was killed while the server committed during its start. */
    @Test
    void a_start_whose_commit_is_lost_is_repeated() throws Exception {
        try (var proxy = PostgresProxy.inFrontOf(Servers.newDatabase())) {
            var settings =
                    Map.of("DATABASE_URL", text(proxy.url()), "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY, "PORT", "0");
            var output = new ConcurrentLinkedQueue<String>();
            try (var app = new App(Config.from(settings), output::add)) {
                var isFirst = new AtomicBoolean(true);
                app.start(App.Role.SERVE, database -> {
                    for (int i = 0; i < 10 && isFirst.get(); i++) { // because the cut may hit somebody else's commit
                        proxy.cutAtNextCommit();
                        try {
                            commit(database);
                        } catch (DatabaseException e) {
                            isFirst.set(false);
                            throw e;
                        }
                    }
                });

                assertThat(output).anyMatch(line -> line.startsWith("Waiting     PostgreSQL is unavailable"));
                var api = new Api(app.url(), TestSystem.ADMIN_KEY);
                assertThat(api.get("/readyz").status()).isEqualTo(200);
            }
        }
    }

    private static void commit(DatabaseUrl url) {
        try (var database = Database.open(url, 1, App.READ_STATEMENT_TIMEOUT)) {
            database.inTransaction(tx -> tx.query("SELECT 1 AS one", row -> row.integer("one")));
        }
    }

    private static void execute(DatabaseUrl url, String sql) {
        try (var connection = Servers.connect(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_wrong_password_stops_the_start_at_once() {
        var owner = Servers.newEmptyDatabase();
        var settings = Map.of("DATABASE_URL", owner.jdbc() + "?user=nobody&password=wrong");
        try (var server = Jvm.start(home, settings, "worker")) {
            assertThat(server.exitStatus()).isEqualTo(1);
            assertThat(server.output()).contains("nobody").doesNotContain("wrong");
        }
    }

    @Test
    void clients_get_503_while_postgresql_is_away_and_are_served_when_it_returns() throws Exception {
        try (var system = new TestSystem();
                var proxy = PostgresProxy.inFrontOf(system.servingUrl)) {
            var event = system.event(5);
            var key = system.database
                    .inTransaction(tx -> new ApiKeys().create(tx, Role.SALES, "shop", Set.of(), null))
                    .secret()
                    .reveal();
            var settings = Map.of("DATABASE_URL", text(proxy.url()), "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY);
            try (var server = Jvm.start(home, settings, "serve").awaitReady()) {
                var api = new Api(server.url(), TestSystem.ADMIN_KEY);
                assertThat(api.reserve(event.id(), "S-A-1").status()).isEqualTo(201);

                for (int seat = 2; seat <= 4; seat++) { // twice for a moment, and once for longer
                    proxy.goAway();
                    var label = "S-A-" + seat;
                    var refused = api.reserve(event.id(), label);
                    assertThat(refused.outcome()).isIn("503 overloaded", "503 outcome-unknown");
                    assertThat(refused.header("Retry-After")).isNotNull();
                    Wait.until(
                            "the server is not ready", () -> api.get("/readyz").status() == 503);
                    assertThat(api.get("/livez").status()).isEqualTo(200);
                    if (seat == 4) {
                        requestsWithAKeyGet503(api, event.id(), key);
                        requestFor(api, event.id().toString(), Duration.ofSeconds(8));
                    }

                    proxy.comeBack();
                    Wait.until(
                            "the server sells again",
                            () -> api.reserve(event.id(), label).status() == 201);
                    Wait.until("the server is ready", () -> api.get("/readyz").status() == 200);
                }
                assertThat(system.violations(event.id())).isEmpty();
                assertThat(server.isAlive()).isTrue();
            }
        }
    }

    /** The key cannot be checked: the response is neither 401 nor 404. */
    private static void requestsWithAKeyGet503(Api api, EventId event, String key) {
        var reservation = Api.path(event, UUID.randomUUID().toString());
        assertThat(api.get("/api/keys", key).outcome()).isEqualTo("503 overloaded");
        assertThat(api.get(reservation, key).outcome()).isEqualTo("503 overloaded");
        assertThat(api.get("/api/openapi.json", key).status()).isEqualTo(200);
        assertThat(api.get("/livez", key).status()).isEqualTo(200);
    }

    /** Sends requests for some time: the pool must not wait ever longer between its attempts to connect. */
    private static void requestFor(Api api, String event, Duration time) {
        var until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            assertThat(api.get("/api/events/" + event).outcome()).isEqualTo("503 overloaded");
        }
    }
}
