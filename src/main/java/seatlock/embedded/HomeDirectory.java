package seatlock.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import seatlock.access.KeyStrength;

/**
 * The directory ({@code SEATLOCK_HOME}) that holds everything a Seatlock process stores itself. Only one process can use it
 * at a time, and only its owner can read it, because it contains keys and passwords in plain text.
 *
 * <p>A file appears under its name complete, with the permissions of its owner alone, and on the disk: a crash leaves the old
 * content or the new one.
 */
public final class HomeDirectory implements AutoCloseable {

    private static final String ADDRESSES_FILE = "seatlock.env";

    private static final FileAttribute<?> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** As generated. Other characters would need escaping in URLs, SQL and the settings of Redis. */
    private static final Pattern PASSWORD = Pattern.compile("[A-Za-z0-9_-]{32,}");

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT);

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private HomeDirectory(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /** Thrown when another process uses the directory. */
    public static final class InUse extends UnusableHome {
        private static final long serialVersionUID = 1L;

        private InUse(Path directory) {
            super(directory + " is in use by another Seatlock process. Set SEATLOCK_HOME to another directory.");
        }
    }

    /**
     * Locks the directory for this process, creating it if necessary.
     *
     * @throws InUse if another process uses it
     * @throws UnusableHome if it cannot be written
     */
    public static HomeDirectory open(Path path) {
        try {
            create(path);
            var directory = path.toRealPath();
            var channel = FileChannel.open(
                    directory.resolve("lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    OWNER_ONLY_FILE);
            var lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new InUse(directory);
            }
            return new HomeDirectory(directory, channel, lock);
        } catch (IOException e) {
            throw UnusableHome.because(path, e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // locked by this same process
        }
    }

    /** Creates a directory with its parents, unless it exists. Only its owner has access from the first moment. */
    private static void create(Path directory) throws IOException {
        for (Path each = directory.toAbsolutePath(); each != null; each = each.getParent()) {
            if (Files.exists(each) && !Files.isDirectory(each)) {
                throw new UnusableHome(
                        each + " is not a directory. Move it away, or set SEATLOCK_HOME to another" + " directory.");
            }
        }
        if (!Files.isDirectory(directory)) {
            if (directory.toAbsolutePath().getParent() != null) {
                Files.createDirectories(directory.toAbsolutePath().getParent());
            }
            try {
                Files.createDirectory(directory, OWNER_ONLY_DIRECTORY);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(directory)) { // else another process has just created it
                    throw e;
                }
            }
        }
    }

    /** Returns the path of a file or directory in this directory. */
    Path resolve(String name) {
        return directory.resolve(name);
    }

    /**
     * Returns a directory in this directory, which is created if necessary. Only its owner has access, whatever the permissions of
     * this directory, and even if it exists with others.
     *
     * @param name may contain slashes; the rule then holds for each part
     */
    Path directory(String name) throws IOException {
        var path = directory;
        for (var part : Path.of(name)) {
            path = path.resolve(part);
            create(path);
            if (!Files.getPosixFilePermissions(path).equals(OWNER_ONLY_DIRECTORY.value())) {
                Files.setPosixFilePermissions(path, OWNER_ONLY_DIRECTORY.value());
            }
        }
        return path;
    }

    /** Creates a file that only its owner can read, and fills it. @throws IOException if it exists */
    static void create(Path file, InputStream content) throws IOException {
        Files.createFile(file, OWNER_ONLY_FILE);
        try (var out = Files.newOutputStream(file)) {
            content.transferTo(out);
        }
    }

    /**
     * The administrator's key.
     *
     * @param isNew whether it was generated by this call, and nobody has seen it yet
     */
    public record AdminKey(String value, boolean isNew) {}

    /**
     * Returns the admin key, which is generated on first use.
     *
     * @throws UnusableHome if its file holds no key that suffices. It is not replaced, because clients may use it
     */
    public AdminKey adminKey() {
        var file = resolve("admin-key");
        var stored = read(file);
        if (stored.isEmpty()) {
            var key = "seatlock_admin_" + random();
            write(file, key + "\n");
            return new AdminKey(key, true);
        }
        if (!KeyStrength.suffices(stored.get())) {
            throw new UnusableHome(
                    "The admin key in " + file + " must be " + KeyStrength.RULE + ". Restore the file from a"
                            + " backup, write such a key to it, or delete it: the next start then generates a key.");
        }
        return new AdminKey(stored.get(), false);
    }

    /**
     * Returns the password of a server, which is generated on first use. Only this process uses it, so an unusable one is
     * replaced.
     *
     * @param name of its file
     * @param progress receives a message if the password was unusable
     */
    String password(String name, Consumer<String> progress) {
        var file = resolve(name);
        var stored = read(file);
        if (stored.filter(PASSWORD.asMatchPredicate()).isPresent()) {
            return stored.get();
        }
        if (stored.isPresent()) {
            progress.accept("replaced the unusable password in " + file);
        }
        var password = random();
        write(file, password + "\n");
        return password;
    }

    private static String random() {
        var random = new byte[32];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** Reads a file without the white space around its content. It may hold any bytes. */
    private static Optional<String> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.isDirectory(file)) {
            throw new UnusableHome(file + " is a directory, but must be a file. Move it away and start again.");
        }
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip());
        } catch (IOException e) {
            throw UnusableHome.because(file, e);
        }
    }

    /** Writes the addresses of the running servers to {@code seatlock.env}, as shell variables, for other processes. */
    public void publish(Map<String, String> addresses) {
        var lines = addresses.entrySet().stream()
                .map(address -> address.getKey() + "=" + address.getValue() + "\n")
                .collect(Collectors.joining());
        write(resolve(ADDRESSES_FILE), lines);
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

    /**
     * Writes a file atomically and durably, readable only by its owner.
     *
     * @throws UnusableHome if it cannot be written; an existing file then keeps its content
     */
    void write(Path file, String content) {
        var temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(temporary); // left behind by a crash
            try (var out = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY_FILE)) {
                var bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            force(file.getParent());
        } catch (IOException e) {
            throw UnusableHome.because(file, e);
        }
    }

    /** Flushes the entries of a directory to disk, so that a crash does not undo a rename. */
    static void force(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Renames a directory, so that another one can take its place.
     *
     * @param why becomes part of the new name
     * @return its new path
     */
    Path setAside(Path path, String why) throws IOException {
        var name = path.getFileName() + "." + why + "-" + TIMESTAMP.format(ZonedDateTime.now(ZoneOffset.UTC));
        var aside = path.resolveSibling(name);
        Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
        return aside;
    }

    /** Deletes a directory with everything in it, if it exists. */
    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Releases the directory. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(resolve(ADDRESSES_FILE));
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw UnusableHome.because(directory, e);
        }
    }
}
