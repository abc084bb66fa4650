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
 * The directory ({@code SEATLOCK_HOME}) where a Seatlock keeps what is its own. One process at a time has it; only its
 * user can read it, since keys and passwords lie there in the clear.
 */
public final class Home implements AutoCloseable {

    private static final String ADDRESSES = "seatlock.env";

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private Home(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /** Another process has the directory. */
    public static final class InUse extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private InUse(Path directory) {
            super(directory + " is in use by another Seatlock. Set SEATLOCK_HOME to have a second one beside it.");
        }
    }

    /**
     * Takes the directory, and makes it if need be.
     *
     * @throws InUse if another process has it
     * @throws UncheckedIOException if it cannot be written
     */
    public static Home open(Path path) {
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
            return new Home(directory, channel, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("SEATLOCK_HOME cannot be used: " + e.getMessage(), e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // in this very process
        }
    }

    /** What is kept there, and nowhere else. */
    Path resolve(String name) {
        return directory.resolve(name);
    }

    /** The administrator's key of this home: made when first asked for. */
    public String adminKey() {
        return secret("admin-key", "seatlock_admin_");
    }

    /** A secret of this home: made when first asked for. */
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

    /** Tells others on this machine where to find what runs here, as lines of a shell's variables. */
    public void publish(Map<String, String> addresses) {
        var lines = addresses.entrySet().stream()
                .map(address -> address.getKey() + "=" + address.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            write(resolve(ADDRESSES), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the process that has a directory has published there under a name. */
    public static Optional<String> published(Path directory, String name) {
        try (var lines = Files.lines(directory.resolve(ADDRESSES))) {
            return lines.filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whole or not at all, and for this user only. */
    void write(Path file, String content) throws IOException {
        var onlyOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var written = Files.createTempFile(directory, file.getFileName().toString(), ".new", onlyOwner);
        Files.writeString(written, content);
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives the directory back. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(resolve(ADDRESSES));
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
