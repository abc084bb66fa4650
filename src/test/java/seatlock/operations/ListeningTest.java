package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.RawHttp;
import seatlock.support.Servers;
import seatlock.support.TestSystem;

/** Where a process listens: {@code HOST} and {@code PORT}. */
class ListeningTest {

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
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    private static boolean connects(InetAddress address, int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 30_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns an address of this machine by which others reach it, if it has one. */
    private static Optional<InetAddress> outside() throws IOException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address.isSiteLocalAddress())
                .findFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "'',http://127.0.0.1:,true,true",
        "127.0.0.1,http://127.0.0.1:,true,false",
        "localhost,http://127.0.0.1:,true,false",
        "::1,http://[::1]:,false,true"
    })
    void a_server_listens_on_its_host_and_prints_a_url_that_works(
            String host, String url, boolean onIpv4, boolean onIpv6) throws IOException {
        try (var server = Jvm.start(home, settings("HOST", host), "serve").awaitReady()) {
            assertThat(server.url()).startsWith(url);
            assertThat(new Api(server.url(), TestSystem.ADMIN_KEY)
                            .get("/readyz")
                            .status())
                    .isEqualTo(200);
            var port = URI.create(server.url()).getPort();
            assertThat(connects(InetAddress.getByName("127.0.0.1"), port)).isEqualTo(onIpv4);
            assertThat(connects(InetAddress.getByName("::1"), port)).isEqualTo(onIpv6);
            var other = outside();
            if (other.isPresent()) {
                assertThat(connects(other.get(), port)).isEqualTo(host.isEmpty());
            }
        }
    }

    @Test
    void a_host_of_another_machine_is_refused() {
        try (var server = Jvm.start(home, settings("HOST", "192.0.2.1"), "serve")) {
            assertThat(server.exitStatus()).isEqualTo(2);
            assertThat(server.output()).contains("HOST: got \"192.0.2.1\", must be an address or name of this machine");
        }
    }

    @Test
    void a_port_in_use_is_refused_with_a_remedy() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var server = Jvm.start(
                        home, settings("HOST", "127.0.0.1", "PORT", String.valueOf(taken.getLocalPort())), "serve")) {
            assertThat(server.exitStatus()).isEqualTo(1);
            assertThat(server.output())
                    .contains("Cannot listen on 127.0.0.1 port " + taken.getLocalPort(), "Set PORT or HOST")
                    .doesNotContain("\tat ");
        }
    }

    /** The server closes the connection by itself long before the bound of the test and before the default. */
    @Test
    void an_idle_connection_is_kept_for_the_time_that_is_set() {
        try (var server = Jvm.start(home, settings("HOST", "127.0.0.1", "KEEP_ALIVE", "PT1S"), "serve")
                .awaitReady()) {
            var port = URI.create(server.url()).getPort();

            var responses = RawHttp.untilClosed(port, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));

            assertThat(responses).containsPattern("(?s)alive.*alive").doesNotContain("Connection: close");
        }
    }

    @Test
    void the_start_prints_the_public_url_of_the_documentation() {
        try (var server = Jvm.start(
                        home, settings("HOST", "127.0.0.1", "PUBLIC_URL", "https://tickets.example/box/"), "serve")
                .awaitReady()) {
            assertThat(server.output()).contains(server.url() + "  (try it: https://tickets.example/box/api/docs/)");
        }
    }

    @Test
    void a_worker_listens_only_if_its_port_is_set() {
        var servers = new String[] {"REDIS_URL", "redis://127.0.0.1:1", "SMTP_URL", "smtp://127.0.0.1:1", "PORT", ""};
        try (var worker = Jvm.start(home, settings(servers), "worker").awaitReady()) {
            assertThat(worker.output()).contains("Workers").doesNotContain("Health", "http://");
        }
        servers[5] = "0";
        try (var worker = Jvm.start(home, settings(servers), "worker").awaitReady()) {
            assertThat(new Api(worker.url(), TestSystem.ADMIN_KEY).get("/livez").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_server_on_an_embedded_database_is_not_reachable_from_outside() throws IOException {
        try (var server = Jvm.start(Servers.withPrograms(home), Map.of(), "all").awaitReady()) {
            var port = URI.create(server.url()).getPort();
            assertThat(connects(InetAddress.getLoopbackAddress(), port)).isTrue();
            var other = outside();
            if (other.isPresent()) {
                assertThat(connects(other.get(), port)).isFalse();
            }
        }
    }
}
