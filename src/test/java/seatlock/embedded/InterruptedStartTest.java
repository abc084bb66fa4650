package seatlock.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Jvm;
import seatlock.support.Wait;

/** SIGTERM in the middle of a start ends the process at once, with status 0, and leaves no server running. */
@Tag("machines")
class InterruptedStartTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path directory;

    /** Each text is printed before a step of the first start. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Seatlock",
                "unpacking PostgreSQL",
                "creating its database",
                "Redis 7     ready",
                "PostgreSQL  ready",
                "Schema"
            })
    void a_signal_at_any_step_leaves_nothing_running_and_a_home_that_works(String step) {
        var home = directory.resolve("home");
        try (var jvm = Jvm.start(home, NOTHING, "all").awaitOutput(step)) {
            jvm.terminate();
            assertThat(jvm.exitStatus()).as(jvm.output()).isZero();
            assertThat(jvm.output()).doesNotContain("Did not stop");
        }
        assertThat(DamagedHomeTest.runningFrom(home)).isEmpty();

        try (var again = Jvm.start(home, NOTHING, "seed")) {
            assertThat(again.exitStatus()).as(again.output()).isZero();
        }
        assertThat(DamagedHomeTest.runningFrom(home)).isEmpty();
    }

    /** Each path exists only during one step of the first start. */
    @ParameterizedTest
    @ValueSource(strings = {"postgres/bin/unpacking", "postgres/data.new/base", "postgres/data"})
    void a_first_start_that_is_killed_is_made_anew(String path) {
        var home = directory.resolve("home");
        try (var jvm = Jvm.start(home, NOTHING, "all")) {
            Wait.until(path + " exists", () -> Files.exists(home.resolve(path)));
            jvm.kill();
        }

        try (var again = Jvm.start(home, NOTHING, "all", "--seed").awaitReady()) {
            again.terminate();
            assertThat(again.exitStatus()).as(again.output()).isZero();
        }
        assertThat(DamagedHomeTest.runningFrom(home)).isEmpty();
        assertThat(home.resolve("postgres/bin/unpacking")).doesNotExist();
        assertThat(home.resolve("postgres/data.new")).doesNotExist();
    }

    /** Files cannot grow beyond a limit: a disk that is full at the same point, without the rights to make one. */
    @ParameterizedTest
    @ValueSource(ints = {4_000, 12_000})
    void a_first_start_that_cannot_write_is_made_anew(int kilobytes) {
        var home = directory.resolve("home");
        try (var jvm = Jvm.withFileSize(kilobytes, home, NOTHING, "seed")) {
            assertThat(jvm.exitStatus()).as(jvm.output()).isEqualTo(1);
        }
        assertThat(DamagedHomeTest.runningFrom(home)).isEmpty();
        assertThat(home.resolve("postgres/data")).doesNotExist();

        try (var again = Jvm.start(home, NOTHING, "seed")) {
            assertThat(again.exitStatus()).as(again.output()).isZero();
        }
    }

    /** As initdb printed it on a file system of 75 MB. */
    @Test
    void a_full_disk_is_named_even_if_other_errors_follow() throws Exception {
        var log = directory.resolve("log");
        var process = ServerProcess.start(
                List.of(
                        "printf",
                        "FATAL:  could not write to file \"x\": No space left on device\n"
                                + "PANIC:  cannot abort transaction 1, it was already committed\n"),
                log);
        assertThat(process.exitStatus("")).isZero();

        assertThat(process.lastError()).isEqualTo("could not write to file \"x\": No space left on device");
    }

    @Test
    void a_long_recovery_is_no_failure_and_can_be_interrupted() throws IOException {
        var home = directory.resolve("home");
        var finish = directory.resolve("finish");
        try (var seed = Jvm.start(home, NOTHING, "seed")) {
            assertThat(seed.exitStatus()).as(seed.output()).isZero();
        }
        recoverUntil(finish, home);

        try (var first = Jvm.start(home, NOTHING, "all").awaitOutput("is still recovering")) {
            first.terminate();
            assertThat(first.exitStatus()).as(first.output()).isZero();
        }
        assertThat(DamagedHomeTest.runningFrom(home)).isEmpty();

        try (var second = Jvm.start(home, NOTHING, "all").awaitOutput("is still recovering")) {
            Files.createFile(finish);
            second.awaitReady();
        }
    }

    /** Makes PostgreSQL recover from an archive that responds only once a file exists. */
    private static void recoverUntil(Path finish, Path home) throws IOException {
        var data = home.resolve("postgres/data");
        Files.createFile(data.resolve("recovery.signal"));
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "restore_command = 'while [ -e postmaster.pid ] && [ ! -e \"%s\" ]; do sleep 0.1; done; false'\n"
                        .formatted(finish),
                StandardOpenOption.APPEND);
    }
}
