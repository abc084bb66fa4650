package seatlock.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.Servers;

/** A home directory that something has damaged: the start says what is wrong, or repairs what holds no data. */
class DamagedHomeTest {

    private static final Map<String, String> NOTHING = Map.of();

    /** A server that waits in vain for PostgreSQL would need longer. */
    private static final Duration SECONDS = Duration.ofSeconds(50);

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    /** A home that has been used, with three events. Tests damage copies of it. */
    @BeforeAll
    static void useHome() {
        var home = Servers.withPrograms(shared.resolve("home"));
        try (var jvm = Jvm.start(home, NOTHING, "all", "--seed").awaitReady()) {
            assertThat(jvm.isAlive()).isTrue();
        }
    }

    /** Damages a home. */
    @FunctionalInterface
    interface Damage {
        void to(Path home) throws Exception;
    }

    private Path homeWith(Damage damage) throws Exception {
        var home = directory.resolve("home");
        Servers.copy(shared.resolve("home"), home);
        damage.to(home);
        return home;
    }

    private static void truncate(Path file, int length) throws IOException {
        var content = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(content, length));
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    static List<String> runningFrom(Path home) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().command().stream())
                .filter(command -> command.contains(home.toAbsolutePath().toString()))
                .toList();
    }

    static Stream<Arguments> fatalDamages() {
        return Stream.of(
                arguments(
                        "truncated pg_control",
                        (Damage) home -> truncate(home.resolve("postgres/data/global/pg_control"), 100),
                        List.of("global/pg_control", "home/postgres/data", "backup")),
                arguments(
                        "PostgreSQL data of another version",
                        (Damage) home -> Files.writeString(home.resolve("postgres/data/PG_VERSION"), "15\n"),
                        List.of("postgres/data", "PostgreSQL 15", "PostgreSQL 16", "release")),
                arguments(
                        "PostgreSQL data that is gone",
                        (Damage) home -> delete(home.resolve("postgres/data")),
                        List.of("postgres/data is missing", "backup", "delete ", "postgres/initialized")),
                arguments(
                        "PostgreSQL data that others can write",
                        (Damage) home -> Files.setPosixFilePermissions(
                                home.resolve("postgres/data"), PosixFilePermissions.fromString("rwxrwxrwx")),
                        List.of("invalid permissions", "chmod -R go-rwx", "postgres/data")),
                arguments(
                        "a file in place of a directory",
                        (Damage) home -> {
                            delete(home.resolve("redis"));
                            Files.createFile(home.resolve("redis"));
                        },
                        List.of("home/redis is not a directory")),
                arguments(
                        "an empty admin key",
                        (Damage) home -> Files.writeString(home.resolve("admin-key"), ""),
                        List.of("home/admin-key", "at least 32", "openssl rand -hex 32", "delete")),
                arguments(
                        "a short admin key",
                        (Damage) home -> Files.writeString(home.resolve("admin-key"), "abc\n"),
                        List.of("home/admin-key", "at least 32", "openssl rand -hex 32", "delete")),
                arguments(
                        "an admin key that is not text",
                        (Damage) home -> Files.write(home.resolve("admin-key"), new byte[] {(byte) 0xff, 0, 1, 2}),
                        List.of("home/admin-key", "at least 32")),
                arguments(
                        "a directory in place of the admin key",
                        (Damage) home -> {
                            Files.delete(home.resolve("admin-key"));
                            Files.createDirectory(home.resolve("admin-key"));
                        },
                        List.of("home/admin-key is a directory")));
    }

    @Tag("machines") // it starts many processes
    @ParameterizedTest(name = "{0}")
    @MethodSource("fatalDamages")
    void the_start_names_file_and_remedy_and_leaves_nothing_running(String what, Damage damage, List<String> expected)
            throws Exception {
        var home = homeWith(damage);
        var began = System.nanoTime();

        try (var jvm = Jvm.start(home, NOTHING, "all")) {
            assertThat(jvm.exitStatus()).as(jvm.output()).isEqualTo(1);
            assertThat(jvm.output()).contains(expected).doesNotContain("\tat ", "Ready.");
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SECONDS);
        assertThat(runningFrom(home)).isEmpty();
    }

    static Stream<Arguments> harmlessDamages() {
        return Stream.of(
                arguments(
                        "damaged Redis data",
                        (Damage) home -> {
                            try (var files = Files.list(home.resolve("redis/appendonlydir"))) {
                                for (var file : files.toList()) {
                                    Files.writeString(file, "not a Redis file\n");
                                }
                            }
                        },
                        "appendonlydir.damaged-"),
                arguments(
                        "an empty password of PostgreSQL",
                        (Damage) home -> Files.writeString(home.resolve("postgres-password"), ""),
                        "postgres-password"),
                arguments(
                        "another password of PostgreSQL",
                        (Damage) home -> Files.writeString(home.resolve("postgres-password"), "x".repeat(40) + "\n"),
                        "set the password of PostgreSQL"),
                arguments(
                        "a password of PostgreSQL that is gone",
                        (Damage) home -> Files.delete(home.resolve("postgres-password")),
                        "set the password of PostgreSQL"),
                arguments(
                        "an empty password of the role that serves",
                        (Damage) home -> Files.writeString(home.resolve("serving-password"), ""),
                        "serving-password"),
                arguments(
                        "a password of Redis that is not text",
                        (Damage) home -> Files.write(home.resolve("redis-password"), new byte[] {(byte) 0xff, 10, 10}),
                        "redis-password"),
                arguments(
                        "a marker of the first start that is gone",
                        (Damage) home -> Files.delete(home.resolve("postgres/initialized")),
                        "PostgreSQL  ready"),
                arguments(
                        "a truncated executable of PostgreSQL",
                        (Damage) home -> truncate(binary(home, "postgres"), 1_000),
                        "unpacking PostgreSQL"),
                arguments(
                        "an empty list of the executables of PostgreSQL",
                        (Damage) home ->
                                truncate(binary(home, "postgres").getParent().resolveSibling("files"), 0),
                        "unpacking PostgreSQL"),
                arguments(
                        "a truncated executable of Redis",
                        (Damage) home -> {
                            try (var files = Files.list(home.resolve("redis"))) {
                                truncate(
                                        files.filter(file -> file.getFileName()
                                                        .toString()
                                                        .startsWith("redis-server"))
                                                .findFirst()
                                                .orElseThrow(),
                                        1_000);
                            }
                        },
                        "Redis 7     ready"),
                arguments(
                        "a pid file that names a process of somebody else",
                        (Damage) home -> Files.writeString(
                                home.resolve("postgres/data/postmaster.pid"),
                                ProcessHandle.current().pid() + "\n" + home + "\n"),
                        "PostgreSQL  ready"));
    }

    private static Path binary(Path home, String name) throws IOException {
        try (var files = Files.walk(home.resolve("postgres/bin"))) {
            return files.filter(file -> file.endsWith("bin/" + name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Tag("machines")
    @ParameterizedTest(name = "{0}")
    @MethodSource("harmlessDamages")
    void damage_that_costs_no_data_is_repaired_and_the_start_says_so(String what, Damage damage, String said)
            throws Exception {
        assertRepaired(homeWith(damage), List.of(said));
    }

    static Stream<Arguments> combinedDamages() {
        return Stream.of(
                arguments(List.of(
                        "damaged Redis data",
                        "an empty password of PostgreSQL",
                        "an empty password of the role that serves",
                        "a truncated executable of PostgreSQL")),
                arguments(List.of(
                        "another password of PostgreSQL",
                        "a password of Redis that is not text",
                        "a marker of the first start that is gone",
                        "a truncated executable of Redis")),
                arguments(List.of(
                        "a password of PostgreSQL that is gone",
                        "an empty list of the executables of PostgreSQL",
                        "a pid file that names a process of somebody else")));
    }

    /** As above, each damage once, but with fewer starts. */
    @Tag("machines") // it starts many processes
    @ParameterizedTest
    @MethodSource("combinedDamages")
    void several_damages_that_cost_no_data_are_repaired_and_the_start_says_so(List<String> names) throws Exception {
        var damages = harmlessDamages()
                .map(Arguments::get)
                .filter(each -> names.contains(each[0]))
                .toList();
        assertThat(damages).hasSameSizeAs(names);

        var home = homeWith(copy -> {
            for (var damage : damages) {
                ((Damage) damage[1]).to(copy);
            }
        });
        assertRepaired(home, damages.stream().map(each -> (String) each[2]).toList());
    }

    @Test
    void the_combinations_have_each_damage_once() {
        assertThat(combinedDamages()
                        .flatMap(each -> ((List<?>) each.get()[0]).stream().map(Object::toString)))
                .containsExactlyInAnyOrderElementsOf(
                        harmlessDamages().map(each -> (String) each.get()[0]).toList());
    }

    private static void assertRepaired(Path home, List<String> said) {
        try (var jvm = Jvm.start(home, NOTHING, "all").awaitReady()) {
            assertThat(jvm.output()).contains(said);
            var api = new Api(Jvm.published(home, "URL"), Jvm.published(home, "SEATLOCK_ADMIN_KEY"));
            assertThat(api.get("/api/events").json().get("events")).hasSize(3);
            jvm.terminate();
            assertThat(jvm.exitStatus()).isZero();
        }
        assertThat(runningFrom(home)).isEmpty();
        // The repair lasts.
        try (var again = Jvm.start(home, NOTHING, "all").awaitReady()) {
            assertThat(again.output()).doesNotContain("damaged", "password", "unpacking");
        }
    }

    @Tag("machines") // it starts many processes
    @Test
    void a_server_left_running_is_found_even_if_its_pid_file_is_damaged() throws Exception {
        var home = homeWith(any -> {});
        var first = Jvm.start(home, NOTHING, "all").awaitReady();
        first.kill();
        Files.writeString(home.resolve("postgres/data/postmaster.pid"), "");

        try (var second = Jvm.start(home, NOTHING, "all").awaitReady()) {
            assertThat(second.output())
                    .contains("stopped a PostgreSQL left running by a killed Seatlock process")
                    .contains("stopped a Redis left running by a killed Seatlock process");
        }
        assertThat(runningFrom(home)).isEmpty();
    }

    @Test
    void a_home_must_be_a_directory() throws IOException {
        var file = Files.createFile(directory.resolve("file"));
        for (var home : List.of(file, file.resolve("below"))) {
            try (var jvm = Jvm.start(home, NOTHING, "all")) {
                assertThat(jvm.exitStatus()).isEqualTo(1);
                assertThat(jvm.output())
                        .contains(file + " is not a directory", "SEATLOCK_HOME")
                        .doesNotContain("\tat ");
            }
        }
    }
}
