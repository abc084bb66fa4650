package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import seatlock.Config;
import seatlock.support.Settings;
import seatlock.support.YamlFile;

/** Dockerfile and compose.yml agree with the settings of the program. Needs no container engine. */
class ContainersTest {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):-([^}]*)}");

    private final JsonNode compose = YamlFile.read("compose.yml");

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file));
    }

    /** The services that run our own image. */
    private Map<String, JsonNode> ours() {
        var services = new HashMap<String, JsonNode>();
        compose.get("services").properties().forEach(service -> {
            if (service.getValue().get("image").asText().equals("seatlock")) {
                services.put(service.getKey(), service.getValue());
            }
        });
        return services;
    }

    private static Map<String, String> environment(JsonNode service) {
        var variables = new HashMap<String, String>();
        service.get("environment").properties().forEach(each -> variables.put(each.getKey(), resolve(each.getValue())));
        return variables;
    }

    /** Resolves a value as Docker does if no variable is set. */
    private static String resolve(JsonNode value) {
        return VARIABLE.matcher(value.asText()).replaceAll("$2");
    }

    @Test
    void every_variable_of_our_services_is_a_setting_with_a_valid_value() throws Config.Invalid {
        assertThat(Settings.names()).contains("PORT", "DATABASE_URL", "TRUSTED_PROXIES", "LIMITS", "LOG_FORMAT");
        assertThat(ours()).containsOnlyKeys("migrate", "serve", "worker");
        for (var service : ours().entrySet()) {
            var environment = environment(service.getValue());

            assertThat(Settings.names()).as(service.getKey()).containsAll(environment.keySet());
            Config.from(environment);
        }
    }

    /** The image's own environment comes first, as in a container. */
    @Test
    void every_service_listens_where_its_health_check_and_the_proxy_connect() throws IOException, Config.Invalid {
        var image = new HashMap<String, String>();
        Pattern.compile("^(?:ENV| {4})\\s*(PORT|HOST)=(\\S+)", Pattern.MULTILINE)
                .matcher(read("Dockerfile"))
                .results()
                .forEach(variable -> image.put(variable.group(1), variable.group(2)));
        assertThat(Config.from(image).port()).contains(8080);
        assertThat(Config.from(image).host().address().isAnyLocalAddress()).isTrue();
        for (var role : List.of("serve", "worker")) {
            var environment = new HashMap<>(image);
            environment.putAll(environment(ours().get(role)));

            assertThat(Config.from(environment).port()).as(role).contains(8080);
            assertThat(Config.from(environment).host().address().isAnyLocalAddress())
                    .as(role)
                    .isTrue();
        }
    }

    @Test
    void the_variables_of_the_image_are_settings_or_java_options() throws IOException {
        var known = Settings.names();
        known.add("JDK_JAVA_OPTIONS");
        var set = Pattern.compile("^(?:ENV| {4})\\s*([A-Z_]+)=", Pattern.MULTILINE)
                .matcher(read("Dockerfile"))
                .results()
                .map(variable -> variable.group(1))
                .toList();

        assertThat(set).contains("SEATLOCK_HOME", "JDK_JAVA_OPTIONS");
        assertThat(known).containsAll(set);
    }

    @Test
    void serve_and_worker_cannot_change_the_schema_and_migrate_can() throws Config.Invalid {
        var migrate = Config.from(environment(ours().get("migrate")));
        var serve = Config.from(environment(ours().get("serve")));
        var worker = Config.from(environment(ours().get("worker")));

        assertThat(migrate.database()).isEqualTo(serve.database()).isEqualTo(worker.database());
        assertThat(migrate.migrationDatabase().orElseThrow().login())
                .isEqualTo(compose.at("/services/postgres/environment/POSTGRES_USER")
                        .asText())
                .isNotEqualTo(serve.database().orElseThrow().login());
        assertThat(serve.migrationDatabase()).isEmpty();
        assertThat(worker.migrationDatabase()).isEmpty();
    }

    /** Otherwise the engine would kill it during an orderly stop. */
    @Test
    void every_stop_grace_period_covers_the_drain_and_the_shutdown_timeout() throws Config.Invalid {
        for (var service : ours().values()) {
            var config = Config.from(environment(service));
            var grace = Duration.parse("PT" + service.at("/stop_grace_period").asText());

            assertThat(grace).isGreaterThan(config.drainDelay().plus(config.shutdownTimeout()));
        }
    }

    @Test
    void a_node_drains_for_longer_than_the_proxy_needs_to_notice() throws IOException, Config.Invalid {
        var proxy = read("demo/proxy/haproxy.cfg");
        var server =
                Pattern.compile("default-server check inter (\\d+)s .*fall 1 ").matcher(proxy);
        var check = Pattern.compile("timeout check (\\d+)s").matcher(proxy);
        assertThat(server.find() && check.find()).isTrue();
        var noticed = Duration.ofSeconds(Integer.parseInt(server.group(1)) + Integer.parseInt(check.group(1)));

        assertThat(Config.from(environment(ours().get("serve"))).drainDelay()).isGreaterThan(noticed);
    }

    @Test
    void every_image_has_a_version() throws IOException {
        var images = new TreeSet<String>();
        compose.get("services")
                .forEach(service -> images.add(service.path("image").asText()));
        var from = Pattern.compile("^FROM (\\S+)", Pattern.MULTILINE).matcher(read("Dockerfile"));
        from.results().forEach(base -> images.add(base.group(1)));
        images.remove("seatlock"); // built here

        assertThat(images).hasSizeGreaterThan(6).allMatch(image -> image.matches("[a-z/-]+:v?[0-9]+[\\w.-]*"));
    }

    @Test
    void every_published_port_is_bound_to_the_loopback_address() {
        var ports = StreamSupport.stream(compose.get("services").spliterator(), false)
                .flatMap(service -> StreamSupport.stream(service.path("ports").spliterator(), false))
                .map(JsonNode::asText);

        assertThat(ports).isNotEmpty().allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void env_example_shows_every_default_and_each_secret_is_a_placeholder() throws IOException {
        var example = new HashMap<String, String>();
        read(".env.example")
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .forEach(line -> example.put(line.split("=", 2)[0], line.split("=", 2)[1]));
        var used = VARIABLE.matcher(read("compose.yml"))
                .results()
                .collect(
                        Collectors.toMap(variable -> variable.group(1), variable -> variable.group(2), (one, other) -> {
                            assertThat(other).isEqualTo(one);
                            return one;
                        }));

        assertThat(used).isEqualTo(example);
        assertThat(read("compose.yml").replaceAll("\\$\\{\\w+:-[^}]*}|\\$\\$", ""))
                .doesNotContain("$");
        assertThat(used.entrySet())
                .filteredOn(variable -> variable.getKey().matches(".*(PASSWORD|KEY)"))
                .hasSizeGreaterThan(3)
                .allMatch(variable -> variable.getValue().startsWith("change-me-"));
    }

    @Test
    void every_mounted_file_exists_and_the_build_context_is_what_is_copied() throws IOException {
        var mounted = StreamSupport.stream(compose.get("services").spliterator(), false)
                .flatMap(service -> StreamSupport.stream(service.path("volumes").spliterator(), false))
                .map(volume -> volume.asText().split(":")[0])
                .filter(volume -> volume.startsWith("."));
        assertThat(mounted)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(Path.of(file)).exists());
        var kept = read(".dockerignore")
                .lines()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1));
        var copied = Pattern.compile("^COPY (?!--from)(\\S+)", Pattern.MULTILINE)
                .matcher(read("Dockerfile"))
                .results()
                .map(copy -> copy.group(1))
                .toList();

        assertThat(kept.toList())
                .hasSameElementsAs(copied)
                .allSatisfy(file -> assertThat(Path.of(file)).exists());
    }
}
