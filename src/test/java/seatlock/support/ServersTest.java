package seatlock.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The origin of the servers for tests, and the separation of tests that share them. */
class ServersTest {

    @ParameterizedTest
    @CsvSource({
        // address        CI     Docker  source
        "redis://cache,        , true,   ENVIRONMENT",
        "redis://cache,        , false,  ENVIRONMENT",
        "redis://cache, true   , true,   ENVIRONMENT",
        "'  ',                 , true,   DOCKER",
        ",                     , true,   DOCKER",
        ",              false  , true,   DOCKER",
        ",              0      , true,   DOCKER",
        ",              ''     , true,   DOCKER",
        ",              true   , true,   EMBEDDED",
        ",              1      , true,   EMBEDDED",
        ",              woodpecker, true, EMBEDDED",
        ",                     , false,  EMBEDDED",
        ",              true   , false,  EMBEDDED",
    })
    void an_address_comes_first_then_docker_except_in_ci_then_the_embedded_server(
            String address, String ci, boolean docker, ServerSource source) {
        var environment = new HashMap<String, String>();
        environment.put("REDIS_URL", address);
        environment.put("CI", ci);
        environment.values().removeIf(value -> value == null);

        assertThat(ServerSource.choose("REDIS_URL", environment, () -> docker)).isEqualTo(source);
    }

    @Test
    void docker_is_looked_for_only_if_it_would_be_used() {
        var lookups = new ArrayList<String>();

        ServerSource.choose("REDIS_URL", Map.of("REDIS_URL", "redis://cache"), () -> lookups.add("with an address"));
        ServerSource.choose("REDIS_URL", Map.of("CI", "true"), () -> lookups.add("in CI"));

        assertThat(lookups).isEmpty();
    }

    @Test
    void docker_is_expected_at_docker_host_or_else_at_its_usual_sockets() {
        var home = Path.of("/home/ada");

        assertThat(Docker.engines(Map.of("DOCKER_HOST", "tcp://192.0.2.1:2375"), home))
                .containsExactly(URI.create("tcp://192.0.2.1:2375"));
        assertThat(Docker.engines(Map.of("DOCKER_HOST", "ssh://ada@far"), home)).isEmpty();
        assertThat(Docker.engines(Map.of("XDG_RUNTIME_DIR", "/run/user/7"), home))
                .contains(
                        URI.create("unix:///var/run/docker.sock"),
                        URI.create("unix:///run/user/7/docker.sock"),
                        URI.create("unix:///home/ada/.docker/run/docker.sock"));
    }

    @Test
    void an_engine_is_there_only_if_its_socket_accepts_connections(@TempDir Path directory) throws Exception {
        var socket = directory.resolve("docker.sock");
        var unix = URI.create("unix://" + socket);
        assertThat(Docker.listens(unix)).as("no socket").isFalse();
        try (var engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            engine.bind(UnixDomainSocketAddress.of(socket));
            assertThat(Docker.listens(unix)).isTrue();
        }
        assertThat(socket).exists();
        assertThat(Docker.listens(unix))
                .as("the socket of an engine that has ended")
                .isFalse();

        URI tcp;
        try (var engine = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            tcp = URI.create("tcp://127.0.0.1:" + engine.getLocalPort());
            assertThat(Docker.listens(tcp)).isTrue();
        }
        assertThat(Docker.listens(tcp)).isFalse();
        assertThat(Docker.listens(URI.create("tcp://nobody"))).as("no port").isFalse();
    }

    @Test
    void each_caller_has_an_empty_redis_database_of_its_own() {
        try (var one = Servers.newRedis();
                var other = Servers.newRedis()) {
            assertThat(one.url()).isNotEqualTo(other.url());
            try (var mine = one.connect();
                    var others = other.connect()) {
                mine.set("seat", "mine");
                assertThat(others.get("seat")).isNull();
                others.flushDB();
                assertThat(mine.get("seat")).isEqualTo("mine");
            }
        }
    }
}
