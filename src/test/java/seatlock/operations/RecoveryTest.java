package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.db.DatabaseUrl;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.PostgresProxy;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** PostgreSQL is away, at the start or in the middle of everything, and comes back. Nobody restarts anything. */
class RecoveryTest {

    @TempDir
    private Path home;

    private static String text(DatabaseUrl url) {
        return url.jdbc() + "&user=" + url.user() + "&password=" + url.password();
    }

    @Test
    void a_server_that_starts_without_postgresql_and_without_a_schema_waits_for_both_and_says_so() throws Exception {
        var owner = Servers.newEmptyDatabase();
        var serving = new DatabaseUrl(owner.jdbc(), "seatlock_waiting", "secret'word");
        try (var proxy = PostgresProxy.inFrontOf(owner)) {
            proxy.goAway();
            var url = proxy.url();
            var settings = Map.of(
                    "DATABASE_URL",
                    text(new DatabaseUrl(url.jdbc(), owner.user(), owner.password())),
                    "SEATLOCK_ADMIN_KEY",
                    "mine");
            try (var server = Jvm.start(home, settings, "serve").awaitOutput("Waiting     PostgreSQL is unavailable")) {
                var api = new Api(server.url(), "mine");
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

    @Test
    void a_wrong_password_is_not_waited_for() {
        var owner = Servers.newEmptyDatabase();
        var settings = Map.of("DATABASE_URL", owner.jdbc() + "?user=nobody&password=wrong");
        try (var server = Jvm.start(home, settings, "worker")) {
            assertThat(server.exitStatus()).isEqualTo(1);
            assertThat(server.output()).contains("nobody").doesNotContain("wrong");
        }
    }

    @Test
    void while_postgresql_is_away_all_are_told_to_come_back_and_when_it_returns_they_are_served() throws Exception {
        try (var system = new TestSystem();
                var proxy = PostgresProxy.inFrontOf(system.servingUrl)) {
            var event = system.event(5);
            var key = system.database
                    .inTransaction(tx -> new ApiKeys().create(tx, Role.SALES, "shop", Set.of(), null))
                    .secret()
                    .reveal();
            var settings = Map.of("DATABASE_URL", text(proxy.url()), "SEATLOCK_ADMIN_KEY", "mine");
            try (var server = Jvm.start(home, settings, "serve").awaitReady()) {
                var api = new Api(server.url(), "mine");
                assertThat(api.reserve(event.id(), "S-A-1").status()).isEqualTo(201);

                for (int seat = 2; seat <= 4; seat++) { // for a moment, and longer than pools like it
                    proxy.goAway();
                    var label = "S-A-" + seat;
                    var refused = api.reserve(event.id(), label);
                    assertThat(refused.outcome()).isIn("503 overloaded", "503 outcome-unknown");
                    assertThat(refused.header("Retry-After")).isNotNull();
                    Wait.until("it is not ready", () -> api.get("/readyz").status() == 503);
                    assertThat(api.get("/livez").status()).isEqualTo(200);
                    if (seat == 4) {
                        whoComesWithAKeyIsToldSo(api, event.id(), key);
                        keepAsking(api, event.id().toString(), Duration.ofSeconds(8));
                    }

                    proxy.comeBack();
                    Wait.until(
                            "it sells again",
                            () -> api.reserve(event.id(), label).status() == 201);
                    Wait.until("it is ready", () -> api.get("/readyz").status() == 200);
                }
                assertThat(system.violations(event.id())).isEmpty();
                assertThat(server.isAlive()).isTrue();
            }
        }
    }

    /** Nobody knows whether it is good: not that it is bad, nor that there is no such reservation. */
    private static void whoComesWithAKeyIsToldSo(Api api, EventId event, String key) {
        var reservation = Api.path(event, UUID.randomUUID().toString());
        assertThat(api.get("/api/keys", key).outcome()).isEqualTo("503 overloaded");
        assertThat(api.get(reservation, key).outcome()).isEqualTo("503 overloaded");
        assertThat(api.get("/api/openapi.json", key).status()).isEqualTo(200);
        assertThat(api.get("/livez", key).status()).isEqualTo(200);
    }

    /** The pool must not have got used to the absence. */
    private static void keepAsking(Api api, String event, Duration time) {
        var until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            assertThat(api.get("/api/events/" + event).outcome()).isEqualTo("503 overloaded");
        }
    }
}
