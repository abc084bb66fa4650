package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.catalog.Event;
import seatlock.sales.IdempotencyKey;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** SIGTERM: every accepted request gets its response, and the process ends in an orderly way. */
class ShutdownTest {

    private final TestSystem system = TestSystem.shared();

    @TempDir
    private Path home;

    private Map<String, String> settings(String... more) {
        var settings = new HashMap<String, String>();
        settings.put(
                "DATABASE_URL",
                system.servingUrl.jdbc() + "?user=" + system.servingUrl.user() + "&password="
                        + system.servingUrl.password());
        settings.put("SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY);
        settings.put("LIMITS", "off");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    /** The fate of one request. */
    private enum Fate {
        ANSWERED,
        /** The server closed the connection before it began a response: a race in HTTP itself. Nothing was done. */
        CLOSED,
        /** The response was incomplete. */
        BROKEN,
        /** The server no longer accepted the connection. */
        REFUSED
    }

    private record Sent(String key, Fate fate, int status) {}

    @Test
    void an_accepted_request_is_answered_and_an_unanswered_one_has_no_effect() throws Exception {
        var event = system.event(2_000);
        var threads = Executors.newFixedThreadPool(8);
        try (var server = Jvm.start(home, settings(), "serve").awaitReady()) {
            var address = URI.create(server.url());
            var sent = new ConcurrentLinkedQueue<Sent>();
            var clients = new ArrayList<Future<?>>();
            for (int i = 0; i < 8; i++) {
                var first = 1 + i * 250;
                var keepsConnection = i % 2 == 0;
                clients.add(threads.submit(() -> hammer(address, event, first, keepsConnection, sent)));
            }
            Wait.until("200 requests have been answered", () -> sent.size() > 200);

            server.terminate();

            assertThat(server.exitStatus()).as(server.output()).isZero();
            for (var client : clients) {
                client.get();
            }
            assertThat(sent).filteredOn(each -> each.fate == Fate.BROKEN).isEmpty();
            assertThat(sent)
                    .filteredOn(each -> each.status == 201)
                    .as("sales before SIGTERM stopped the rest")
                    .hasSizeLessThan(2_000);
            assertThat(sent)
                    .filteredOn(each -> each.fate == Fate.ANSWERED)
                    .extracting(Sent::status)
                    .contains(201)
                    .isSubsetOf(201, 503); // "the server is stopping"
            for (var each : sent) {
                var kept = system.count(
                        "SELECT count(*) AS n FROM idempotency_keys WHERE event_id = ? AND key_hash = ?",
                        event.id().value(),
                        new IdempotencyKey("anonymous reserve", each.key).hash());
                assertThat(kept).as(each.toString()).isEqualTo(each.status == 201 ? 1 : 0);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(system.violations(event.id())).isEmpty();
    }

    private static void hammer(
            URI address, Event event, int firstSeat, boolean keepsConnection, ConcurrentLinkedQueue<Sent> sent) {
        Socket socket = null;
        try {
            for (int seat = firstSeat; seat < firstSeat + 250; seat++) {
                var key = UUID.randomUUID().toString();
                if (socket == null) {
                    try {
                        socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
                    } catch (ConnectException e) {
                        return; // the server has ended
                    } catch (SocketException e) {
                        sent.add(new Sent(key, Fate.REFUSED, 0));
                        return;
                    }
                }
                var result = exchange(socket, event, key, seat);
                sent.add(result);
                if (result.fate != Fate.ANSWERED) {
                    return;
                }
                if (!keepsConnection || result.status < 0) {
                    socket.close();
                    socket = null;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            close(socket);
        }
    }

    private static void close(Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // closed already
        }
    }

    private static Sent exchange(Socket socket, Event event, String key, int seat) {
        var body = "{\"seats\":[\"S-A-" + seat + "\"],\"email\":\"ada@example.org\"}";
        var request = "POST /api/events/" + event.id() + "/reservations HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nIdempotency-Key: " + key + "\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
        var head = new StringBuilder();
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var in = socket.getInputStream();
            readHead(in, head);
            if (head.isEmpty()) {
                return new Sent(key, Fate.CLOSED, 0);
            }
            var length = Integer.parseInt(head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1"));
            if (in.readNBytes(length).length < length) {
                return new Sent(key, Fate.BROKEN, 0);
            }
            var status = Integer.parseInt(head.substring(9, 12));
            if (head.toString().toLowerCase(Locale.ROOT).contains("connection: close")) {
                socket.close();
            }
            return new Sent(key, Fate.ANSWERED, status);
        } catch (IOException e) {
            return new Sent(key, head.isEmpty() ? Fate.CLOSED : Fate.BROKEN, 0);
        }
    }

    private static void readHead(InputStream in, StringBuilder head) throws IOException {
        int next;
        while (head.indexOf("\r\n\r\n") < 0 && (next = in.read()) >= 0) {
            head.append((char) next);
        }
    }

    @Test
    void a_draining_server_is_not_ready_but_serves_and_closes_connections() throws Exception {
        var event = system.event(1);
        try (var server =
                Jvm.start(home, settings("DRAIN_DELAY", "PT10S"), "serve").awaitReady()) {
            var api = new Api(server.url(), TestSystem.ADMIN_KEY);
            assertThat(api.get("/readyz").status()).isEqualTo(200);

            server.terminate();

            Wait.until("the server is not ready", () -> api.get("/readyz").status() == 503);
            assertThat(api.get("/readyz").text()).contains("draining");
            assertThat(api.get("/livez").status()).isEqualTo(200);
            var last = api.reserve(event.id(), "S-A-1");
            assertThat(last.status()).isEqualTo(201);
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(server.exitStatus()).isZero();
        }
    }

    /** The database holds up what is in flight: it is answered, whatever the answer, before the process ends. */
    @Test
    void a_request_that_waits_for_a_lock_is_answered_before_the_process_ends() throws Exception {
        try (var server = Jvm.start(home, settings(), "serve").awaitReady()) {
            var response = terminateWhileItWaits(server);
            assertThat(response.get().outcome()).isIn("201", "503 overloaded");
            assertThat(server.exitStatus()).isZero();
        }
    }

    /** Terminates the server while a request waits for the only seat, which stays locked until the server has ended. */
    private Future<Api.Response> terminateWhileItWaits(Jvm server) {
        var event = system.event(1);
        var api = new Api(server.url(), TestSystem.ADMIN_KEY);
        var response = new CompletableFuture<Api.Response>();
        system.database.inTransaction(tx -> {
            tx.query(
                    "SELECT 1 AS n FROM seats WHERE event_id = ? FOR UPDATE",
                    row -> row.integer("n"),
                    event.id().value());
            response.completeAsync(() -> api.reserve(event.id(), "S-A-1"));
            var me = tx.query("SELECT pg_backend_pid() AS pid", row -> row.integer("pid"))
                    .get(0);
            Wait.until(
                    "the request waits for the lock",
                    () -> system.count(
                                    "SELECT count(*) AS n FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))",
                                    me)
                            > 0);
            server.terminate();
            server.exitStatus();
            return null;
        });
        return response;
    }

    /** The request announces a body of 100 bytes and sends one. */
    @Test
    void a_half_sent_request_does_not_delay_the_shutdown() throws Exception {
        try (var server = Jvm.start(home, settings("SHUTDOWN_TIMEOUT", "PT20S"), "serve")
                        .awaitReady();
                var half = new Socket(
                        InetAddress.getLoopbackAddress(),
                        URI.create(server.url()).getPort())) {
            half.getOutputStream()
                    .write("POST /api/events/x/reservations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            new Api(server.url(), TestSystem.ADMIN_KEY).get("/livez"); // so that the server has read what came before
            server.terminate();

            assertThat(server.exitStatus()).as(server.output()).isZero();
        }
    }

    @Test
    void a_shutdown_that_takes_too_long_ends_with_exit_status_1() {
        try (var server =
                Jvm.start(home, settings("SHUTDOWN_TIMEOUT", "PT1S"), "serve").awaitReady()) {
            terminateWhileItWaits(server);
            assertThat(server.exitStatus()).isEqualTo(1);
            server.awaitOutput("Did not stop within 1 s");
        }
    }

    @Test
    void a_second_signal_while_draining_does_no_harm() {
        try (var server =
                Jvm.start(home, settings("DRAIN_DELAY", "PT2S"), "serve").awaitReady()) {
            var api = new Api(server.url(), TestSystem.ADMIN_KEY);
            server.terminate();
            Wait.until("the server drains", () -> api.get("/readyz").status() == 503);
            server.terminate();
            assertThat(server.exitStatus()).isZero();
        }
    }

    @Test
    void a_worker_reports_its_health_and_ends_in_an_orderly_way() {
        var settings = settings("REDIS_URL", "redis://127.0.0.1:1", "SMTP_URL", "smtp://127.0.0.1:1");
        try (var worker = Jvm.start(home, settings, "worker").awaitReady()) {
            var api = new Api(worker.url(), TestSystem.ADMIN_KEY);
            assertThat(api.get("/livez").status()).isEqualTo(200);
            Wait.until("not ready without Redis", () -> api.get("/readyz").status() == 503);
            assertThat(api.get("/readyz").text()).contains("\"redis\":\"down\"", "not ready");
            assertThat(api.get("/metrics").text()).contains("seatlock_ready 0");
            assertThat(api.get("/api/events").status()).isEqualTo(404);
            worker.terminate();
            assertThat(worker.exitStatus()).isZero();
        }
        assertThat(List.of(home.toFile().list())).isEmpty();
    }
}
