package seatlock.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The directory ({@code SEATLOCK_HOME}) that holds everything a Seatlock process stores itself. Only one process can use it
 * at a time, and only its owner can read it, because it contains keys and passwords in plain text.
 */
public final class HomeDirectory implements AutoCloseable {

    private static final String ADDRESSES_FILE = "seatlock.env";

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private HomeDirectory(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /** Thrown when another process uses the directory. */
    public static final class InUse extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private InUse(Path directory) {
            super(directory + " is in use by another Seatlock process. Set SEATLOCK_HOME to another directory.");
        }
    }

    /**
     * Locks the directory for this process, creating it if necessary.
     *
     * @throws InUse if another process uses it
     * @throws UncheckedIOException if it cannot be written
     */
    public static HomeDirectory open(Path path) {
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
            var directory = path.toRealPath();
            var channel =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            var lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new InUse(directory);
            }
            return new HomeDirectory(directory, channel, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot use SEATLOCK_HOME: " + e.getMessage(), e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // locked by this same process
        }
    }

    /** Returns the path of a file or directory in this directory. */
    Path resolve(String name) {
        return directory.resolve(name);
    }

    /** Returns the admin key, which is generated on first use. */
    public String adminKey() {
        return secret("admin-key", "seatlock_admin_");
    }

    /**
     * Returns a secret, which is generated on first use.
     *
     * @param name of its file
     */
    String secret(String name, String prefix) {
        var file = resolve(name);
        try {
            if (!Files.exists(file)) {
                var random = new byte[32];
                new SecureRandom().nextBytes(random);
                write(file, prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the addresses of the running servers to {@code seatlock.env}, as shell variables, for other processes. */
    public void publish(Map<String, String> addresses) {
        var lines = addresses.entrySet().stream()
                .map(address -> address.getKey() + "=" + address.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            write(resolve(ADDRESSES_FILE), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads an address published by the process that uses a directory.
     *
     * @return empty if there is none
     */
    public static Optional<String> published(Path directory, String name) {
        try (var lines = Files.lines(directory.resolve(ADDRESSES_FILE))) {
            return lines.filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Writes a file atomically, readable only by its owner. */
    void write(Path file, String content) throws IOException {
        var onlyOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var temporary = Files.createTempFile(directory, file.getFileName().toString(), ".new", onlyOwner);
        Files.writeString(temporary, content);
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Releases the directory. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(resolve(ADDRESSES_FILE));
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
