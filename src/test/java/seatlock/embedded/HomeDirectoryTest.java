package seatlock.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.net.Loopback;

/** The files of the home directory: complete, durable, and readable by their owner only. */
class HomeDirectoryTest {

    @TempDir
    private Path directory;

    @Test
    void only_the_owner_can_read_what_the_home_contains() throws IOException {
        try (var home = HomeDirectory.open(directory.resolve("new/home"))) {
            home.adminKey();
            home.password("redis-password", line -> {});
            home.publish(Map.of("URL", "http://localhost:1"));
            home.directory("redis");

            try (var files = Files.walk(home.resolve(""))) {
                assertThat(files.filter(file -> !file.equals(directory)))
                        .hasSize(6)
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void a_reader_sees_the_old_content_or_the_new_one() throws Exception {
        try (var home = HomeDirectory.open(directory)) {
            var file = home.resolve("file");
            var contents = Set.of("a".repeat(100_000), "b".repeat(200_000));
            home.write(file, contents.iterator().next());
            var seen = ConcurrentHashMap.<String>newKeySet();
            var done = new AtomicBoolean();
            var reader = new Thread(() -> {
                while (!done.get()) {
                    try {
                        seen.add(Files.readString(file));
                    } catch (IOException e) {
                        seen.add(e.toString());
                    }
                }
            });
            reader.start();
            for (int i = 0; i < 50; i++) {
                for (var content : contents) {
                    home.write(file, content);
                }
            }
            done.set(true);
            reader.join();

            assertThat(contents).containsAll(seen);
        }
    }

    @Test
    void a_file_that_a_crash_left_half_written_is_replaced() throws IOException {
        Files.writeString(directory.resolve("admin-key.new"), "half");
        try (var home = HomeDirectory.open(directory)) {
            var key = home.adminKey();
            assertThat(key.isNew()).isTrue();
            assertThat(home.adminKey()).isEqualTo(new HomeDirectory.AdminKey(key.value(), false));
            assertThat(directory.resolve("admin-key.new")).doesNotExist();
        }
    }

    @Test
    void a_key_of_an_operator_is_used_if_it_is_strong() throws IOException {
        Files.writeString(directory.resolve("admin-key"), "0123456789abcdef0123456789abcdef\n");
        try (var home = HomeDirectory.open(directory)) {
            assertThat(home.adminKey().value()).isEqualTo("0123456789abcdef0123456789abcdef");

            Files.writeString(directory.resolve("admin-key"), "0123456789abcdef 0123456789abcdef\n");
            assertThatThrownBy(home::adminKey)
                    .isInstanceOf(UnusableHome.class)
                    .hasMessageContainingAll("admin-key", "at least 32", "openssl rand -hex 32", "delete it");
        }
    }

    /** Made by an operator, an older release or a container's volume. */
    @Test
    void a_home_that_everybody_can_read_keeps_what_is_in_it_private() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(
                directory.resolve("mail"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (var home = HomeDirectory.open(directory);
                var sink = MailSink.start(home)) {
            home.adminKey();
            home.publish(Map.of("URL", "http://127.0.0.1:1"));
            home.directory("postgres/bin");
            send(
                    sink,
                    "EHLO test\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n"
                            + ".\r\nQUIT\r\n");

            try (var files = Files.walk(directory)) {
                var inside = files.filter(file -> !file.equals(directory)).toList();
                assertThat(inside)
                        .anyMatch(file -> file.toString().endsWith(".eml"))
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .as(file.toString())
                                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
            }
            // The operator may have a reason for it.
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwxr-xr-x");
        }
    }

    /** Sends commands at once, and waits until the server has closed the connection. */
    private static void send(MailSink sink, String commands) throws IOException {
        var port = URI.create(sink.url()).getPort();
        try (var socket = new Socket(Loopback.ADDRESS, port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("221");
        }
    }

    @Test
    void a_read_only_home_is_called_read_only() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        var file = directory.resolve("lock");

        assertThat(UnusableHome.because(directory, new AccessDeniedException(file.toString())))
                .hasMessage("Cannot use " + file + ": Permission denied. " + directory
                        + " is read-only. Run `chmod u+rwx " + directory
                        + "`, or set SEATLOCK_HOME to another directory.");
    }

    @ParameterizedTest
    @CsvSource({
        "'could not resize shared memory segment \"/x\": No space left on device',/dev/shm",
        "No space left on device,Free some space",
        "Disk quota exceeded,Free some space",
        "Read-only file system,Make the file system writable",
        "Permission denied,chown -R",
        "Not a directory,Move it away",
        "Input/output error,from a backup"
    })
    void the_remedy_fits_the_reason(String reason, String remedy) {
        var file = Path.of("/home/seatlock.env");

        assertThat(UnusableHome.because(file, new FileSystemException(file.toString(), null, reason)))
                .hasMessageStartingWith("Cannot use /home/seatlock.env: " + reason + ". ")
                .hasMessageContaining(remedy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a \"b\"", "back\\slash", "$HOME", "tick`tick"})
    void a_path_that_initdb_would_garble_is_refused(String name) {
        try (var home = HomeDirectory.open(directory.resolve(name))) {
            assertThatThrownBy(() -> PostgresServer.start(home, line -> {}))
                    .isInstanceOf(UnusableHome.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("Set SEATLOCK_HOME");
        }
    }
}
