package seatlock.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;
import seatlock.catalog.Event;
import seatlock.db.DatabaseUrl;
import seatlock.inventory.ReservationToken;
import seatlock.metrics.Metrics;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.LogCapture;
import seatlock.support.RawHttp;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/**
 * Tests that the log contains no secrets and no personal data, even if requests, the database or the mail server fail. Each of
 * these values contains the canary.
 */
@ResourceLock(LogCapture.LOG)
class LogSecrecyTest {

    private static final String CANARY = "kanari7";
    private static final String ADMIN_KEY = CANARY + "-admin-key-of-more-than-32-characters";
    private static final String EMAIL = CANARY + ".ada@" + CANARY + ".example.org";

    @TempDir
    Path directory;

    private final TestSystem system = new TestSystem();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var part : opened) {
            part.close();
        }
        system.close();
    }

    private static void assertSecret(String source, Iterable<String> lines, String... others) {
        for (var line : lines) {
            assertThat(line.toLowerCase(Locale.ROOT)).as(source).doesNotContain(CANARY);
            for (var other : others) {
                assertThat(line).as(source).doesNotContain(other);
            }
        }
    }

    private static String reservation(String... seats) {
        return "{\"seats\":[\"" + String.join("\",\"", seats) + "\"],\"email\":\"" + EMAIL + "\"}";
    }

    /** Sends all kinds of invalid requests, with the canary wherever the client chooses the text. */
    private static void misbehave(Api api, int port, Event event, String adminKey) {
        var path = "/api/events/" + event.id() + "/reservations";
        var key = "Idempotency-Key: " + CANARY + "-";
        var json = List.of(
                "{\"email\":\"" + EMAIL + "\"",
                "{\"" + CANARY + "\":1}",
                "{\"seats\":[\"" + CANARY + "\"],\"email\":\"" + EMAIL + "\"}",
                "{\"seats\":\"" + CANARY + "\"}",
                "{\"seats\":[\"S-A-1\"],\"email\":\"" + CANARY + "\"}",
                reservation("S-A-1"),
                reservation("S-A-1"),
                reservation("S-A-1", "S-A-1"));
        for (int i = 0; i < json.size(); i++) {
            RawHttp.post(port, path, key + i + "\r\n", json.get(i));
        }
        RawHttp.post(port, path + "?" + CANARY + "=%zz", key + "q\r\n", reservation("S-A-2"));
        RawHttp.post(port, path + "?" + CANARY + "=" + CANARY, key + "q\r\n", reservation("S-A-2"));
        RawHttp.post(port, path, key + "0\r\n", reservation("S-A-2")); // used before
        RawHttp.post(port, path, "Idempotency-Key: " + CANARY + " \u0001\r\n", reservation("S-A-2"));
        RawHttp.post(port, path, "Content-Length: " + CANARY + "\r\n", "");
        RawHttp.post(port, "/api/events", "Authorization: Bearer " + CANARY + "\r\n", "{}");
        RawHttp.post(port, "/api/events", "Authorization: " + CANARY + " {}\r\n", "{}");
        RawHttp.post(port, "/" + CANARY + ";" + CANARY + "=1", "", "");
        for (var request : List.of(
                CANARY + "\r\n\r\n",
                CANARY + " / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /%zz" + CANARY + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /" + CANARY + "%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + CANARY + ":" + CANARY + "\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + CANARY + "@example.org\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x:" + CANARY + "\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + CANARY + "\r\nHost: other-" + CANARY + "\r\n\r\n",
                "GET http://" + CANARY + "@x:" + CANARY + "/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: \"" + CANARY + "=;;" + CANARY + "\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nForwarded: for=" + CANARY + "\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: " + CANARY + "\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: " + CANARY + "\r\nConnection: Upgrade\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\n" + CANARY + "\u0001: " + CANARY + "\r\n\r\n",
                "GET / HTTP/" + CANARY + "\r\nHost: localhost\r\n\r\n",
                "GET /" + CANARY.repeat(5_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + CANARY.repeat(5_000) + "\r\n\r\n",
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + CANARY + "\r\n\r\n",
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" + EMAIL,
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + CANARY)) {
            RawHttp.exchange(port, request);
        }
        api.get("/" + CANARY + "?" + CANARY + "=" + CANARY);
        api.get("/api/events/" + CANARY + "/seats?status=" + CANARY);
        api.get("/api/events/" + event.id() + "/seats?section=" + CANARY);
        api.get(Api.path(event.id(), UUID.randomUUID().toString()), CANARY);
        api.send(api.request("/").header("traceparent", CANARY).header("Cookie", CANARY));
        var authorized = "Authorization: Bearer " + adminKey + "\r\n";
        RawHttp.post(
                port,
                "/api/events/" + event.id() + "/check-ins",
                authorized,
                "{\"code\":\"SL1" + CANARY + "\",\"gate\":\"" + CANARY + "\"}");
        RawHttp.post(
                port,
                Api.path(event.id(), UUID.randomUUID().toString()) + "/confirm",
                authorized + key + "confirm\r\n",
                "{\"paymentReference\":\"" + CANARY + "\",\"amount\":1}");
    }

    @Test
    void nothing_that_clients_send_is_logged_whatever_fails() throws Exception {
        var event = system.event(10);
        var port = system.server.port();
        try (var log = LogCapture.everything()) {
            misbehave(system.api, port, event, TestSystem.ADMIN_KEY);
            var path = "/api/events/" + event.id() + "/reservations";
            var reserved = system.api
                    .reserveWith(event.id(), CANARY + "-reserve", reservation("S-A-3"))
                    .json();
            var id = reserved.get("id").asText();
            var token = reserved.get("token").asText();
            system.api.cancel(event.id(), id, CANARY);
            system.api.confirmWith(
                    event.id(), id, CANARY + "-pay", "{\"paymentReference\":\"" + CANARY + "\",\"amount\":4500}");
            system.api.get(Api.path(event.id(), id), token);
            var link = ReservationToken.forLinks(new ReservationToken(token).hash(), EMAIL)
                    .value();
            assertThat(system.api.get(Api.path(event.id(), id), link).status()).isEqualTo(200);
            var code = system.api.tickets(event.id(), id).get(0).get("code").asText();
            system.api.scan(event.id(), code, CANARY);
            system.api.scan(event.id(), code, CANARY);

            // PostgreSQL explains a violated constraint with the values of the row.
            system.update(
                    "ALTER TABLE reservations ADD CONSTRAINT planted CHECK (email NOT LIKE '%kanari7%') NOT VALID");
            assertThat(RawHttp.post(port, path, "Idempotency-Key: " + CANARY + "-500\r\n", reservation("S-A-4")))
                    .startsWith("HTTP/1.1 500");
            system.update("ALTER TABLE reservations DROP CONSTRAINT planted");
            system.update("CREATE UNIQUE INDEX planted ON reservations (event_id, email) WHERE seat_count = 2");
            system.api.reserveWith(event.id(), CANARY + "-two", reservation("S-A-4", "S-A-6"));
            assertThat(RawHttp.post(
                            port, path, "Idempotency-Key: " + CANARY + "-500\r\n", reservation("S-A-7", "S-A-8")))
                    .startsWith("HTTP/1.1 500");
            system.update("DROP INDEX planted");
            // A value that is too long for its column.
            system.update("ALTER TABLE reservations ALTER COLUMN payment_reference TYPE varchar(7)");
            var other = system.api
                    .reserveWith(event.id(), CANARY + "-other", reservation("S-A-5"))
                    .json();
            assertThat(RawHttp.post(
                            port,
                            Api.path(event.id(), other.get("id").asText()) + "/confirm",
                            "Authorization: Bearer " + TestSystem.ADMIN_KEY + "\r\nIdempotency-Key: " + CANARY
                                    + "-p\r\n",
                            "{\"paymentReference\":\"" + EMAIL + "\",\"amount\":4500}"))
                    .startsWith("HTTP/1.1 500");

            withoutDatabase(event);

            assertThat(log.lines())
                    .anyMatch(line -> line.contains("planted") && line.contains("A request failed"))
                    .anyMatch(line -> line.contains("The database is unavailable"));
            assertThat(log.lines().stream().filter(line -> line.contains("answered")))
                    .hasSizeGreaterThan(40);
            assertSecret("log", log.lines(), token, link, code, TestSystem.ADMIN_KEY);
        }
    }

    /** Sends a request to a node that cannot reach its database. */
    private void withoutDatabase(Event event) throws Exception {
        var nowhere = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/" + CANARY + "?password=" + CANARY, CANARY, null);
        var metrics = new Metrics();
        try (var node = new TestSystem.Node(
                nowhere, TestSystem.setup(CANARY), TestSystem.noLimiter(metrics), metrics, Duration.ofSeconds(2))) {
            var request = system.api
                    .request("/")
                    .uri(URI.create("http://localhost:" + node.port() + "/api/events/" + event.id() + "/reservations"))
                    .header("Idempotency-Key", CANARY)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(reservation("S-A-9")));
            var response = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(503);
        }
    }

    /** Starts a mail server that refuses the recipient and repeats the address in several ways. */
    private URI refusingMailServer(AtomicInteger code) {
        var server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandlerFactory(context -> new RefusingHandler(context, code))
                .build();
        server.start();
        opened.add(server::stop);
        return URI.create("smtp://127.0.0.1:" + server.getPortAllocated());
    }

    private record RefusingHandler(MessageContext context, AtomicInteger code) implements MessageHandler {

        @Override
        public void from(String sender) {}

        @Override
        public void recipient(String recipient) throws RejectException {
            throw new RejectException(
                    code.get(),
                    "5.1.1 <" + recipient + ">: mailbox "
                            + recipient.replaceFirst("@.*", "").toUpperCase(Locale.ROOT) + " is unknown here");
        }

        @Override
        public String data(InputStream data) {
            return null;
        }

        @Override
        public void done() {}
    }

    @Test
    void replies_of_a_mail_server_are_logged_without_the_address() {
        var code = new AtomicInteger(451);
        try (var log = LogCapture.everything();
                var testWorkers = new TestWorkers(system, refusingMailServer(code), step -> {}).start()) {
            for (var kind : List.of("refused temporarily until it is dead", "refused permanently")) {
                var event = system.event(1);
                var reserved = system.api
                        .reserveWith(event.id(), CANARY, reservation("S-A-1"))
                        .json();
                system.api.confirm(event.id(), reserved.get("id").asText(), 4500);
                Wait.until(
                        kind,
                        () -> system.count(
                                        "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND state = 'DEAD'",
                                        event.id().value())
                                == 1);
                code.set(550);
            }
            var errors = system.query(
                    "SELECT last_error FROM jobs WHERE state = 'DEAD' ORDER BY created_at",
                    row -> row.text("last_error"));
            assertThat(errors.get(0)).contains("451 5.1.1", "is unknown here");
            assertThat(errors.get(1)).contains("550 5.1.1", "is unknown here");
            assertSecret("last_error", errors);
            assertThat(log.lines()).anyMatch(line -> line.contains("is dead") && line.contains("550"));
            assertSecret("log", log.lines());
            try (var redis = testWorkers.jedis()) {
                var failures = redis.lrange("resque:failed", 0, -1);
                assertThat(failures).isNotEmpty();
                assertSecret("Resque's failures", failures);
            }
        }
    }

    /** The process has a password in each of its URLs. Both of its outputs are checked. */
    @Test
    void a_process_prints_neither_its_passwords_nor_client_data() throws SQLException {
        var event = system.event(10);
        var user = "seatlock_" + UUID.randomUUID().toString().replace("-", "");
        system.update("CREATE ROLE " + user + " LOGIN SUPERUSER PASSWORD '" + CANARY + "'");
        opened.add(() -> system.update("DROP ROLE " + user));
        var database = system.url.jdbc().replaceFirst("jdbc:postgresql://", "");
        var settings = Map.of(
                "DATABASE_URL",
                "postgresql://" + user + ":" + CANARY + "@" + database,
                "REDIS_URL",
                "redis://:" + CANARY + "@127.0.0.1:1",
                "SMTP_URL",
                "smtp://" + CANARY + ":" + CANARY + "@127.0.0.1:1",
                "SEATLOCK_ADMIN_KEY",
                ADMIN_KEY,
                "LOG_LEVEL",
                "trace",
                "LOG_REQUESTS",
                "on");
        var jvm = Jvm.start(directory, settings, "all");
        try (jvm) {
            jvm.awaitReady();
            var port = Integer.parseInt(jvm.output()
                    .lines()
                    .filter(line -> line.startsWith("API"))
                    .map(line -> line.replaceAll(".*127.0.0.1:(\\d+) .*", "$1"))
                    .findFirst()
                    .orElseThrow());
            var api = new Api("http://localhost:" + port, ADMIN_KEY);
            misbehave(api, port, event, ADMIN_KEY);
            jvm.awaitOutput("Redis is unavailable");
            try (var connection = Servers.connect(system.url);
                    var statement = connection.createStatement()) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + user + "'");
            }
            misbehave(api, port, event, ADMIN_KEY);
        }
        assertThat(jvm.output()).contains("answered");
        assertSecret("output", jvm.output().lines().toList());
        assertThat(jvm.output().lines().filter(line -> line.contains(DiscreetAppender.LEFT_OUT)))
                .as("lines of libraries: failures are noticed, and do not flood the log")
                .isNotEmpty()
                .hasSizeLessThan(20);
    }

    @Test
    void a_process_that_cannot_start_does_not_print_its_passwords() {
        for (var url : List.of(
                "postgresql://user:" + CANARY + "@127.0.0.1:1/seatlock",
                "jdbc:postgresql://127.0.0.1:1/seatlock?user=u&password=" + CANARY,
                "jdbc:postgresql://user:" + CANARY + "@127.0.0.1/seatlock",
                "postgresql://user:" + CANARY + "/seatlock",
                "postgresql://user:" + CANARY + " @127.0.0.1/seatlock",
                "mysql://user:" + CANARY + "@127.0.0.1/seatlock")) {
            var settings = Map.of(
                    "DATABASE_URL", url,
                    "REDIS_URL", "redis://" + CANARY + "@127.0.0.1",
                    "SMTP_URL", "smtp:" + CANARY,
                    "SEATLOCK_ADMIN_KEY", CANARY + " " + CANARY);
            try (var refused = Jvm.start(directory, settings, "serve");
                    var waiting = Jvm.start(directory, Map.of("DATABASE_URL", url), "serve")) {
                assertThat(refused.exitStatus()).isPositive();
                Wait.until(
                        "the process waits or has ended",
                        () -> waiting.output().contains("Waiting ") || !waiting.isAlive());
                for (var jvm : List.of(refused, waiting)) {
                    assertThat(jvm.output()).isNotEmpty();
                    assertSecret("output", jvm.output().lines().toList());
                }
            }
        }
    }
}
