package seatlock.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The programs of PostgreSQL, unpacked from the jar into the home directory. */
final class PostgresBinaries {

    /** Lists the size and name of each unpacked file. It is written last. */
    private static final String MANIFEST = "files";

    /** A line of the manifest. A crash of the machine may leave it empty, or full of zeros. */
    private static final Pattern ENTRY = Pattern.compile("([0-9]{1,18}) ([^\\x00]+)");

    private PostgresBinaries() {}

    /**
     * Unpacks the programs, unless they are there and complete. Deletes those of other versions, which must not be running.
     *
     * @param directory holds one directory per version
     * @param beforeUnpacking runs if they must be unpacked
     * @return the directory of the programs
     * @throws IOException if they cannot be written
     * @throws InterruptedException if this thread is interrupted
     */
    static Path unpack(Path directory, Runnable beforeUnpacking) throws IOException, InterruptedException {
        var platform = platform();
        var unpacked = directory.resolve(version() + "-" + platform);
        if (!isComplete(unpacked)) {
            beforeUnpacking.run();
            try (var others = Files.list(directory)) {
                for (var other : others.toList()) {
                    HomeDirectory.delete(other);
                }
            }
            var partial = directory.resolve("unpacking");
            unpack("/postgres-" + platform + ".txz", partial);
            Files.move(partial, unpacked, StandardCopyOption.ATOMIC_MOVE);
        }
        return unpacked.resolve("bin");
    }

    /** Returns this platform as the archives name it. The one for macOS is universal. */
    private static String platform() {
        var isMac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        var isArm = System.getProperty("os.arch").equals("aarch64");
        return isMac ? "darwin-x86_64" : isArm ? "linux-arm_64" : "linux-x86_64";
    }

    private static String version() throws IOException {
        var build = new Properties();
        try (var properties = resource("/build.properties")) {
            build.load(properties);
        }
        return build.getProperty("postgres");
    }

    private static InputStream resource(String name) {
        var resource = PostgresBinaries.class.getResourceAsStream(name);
        if (resource == null) {
            throw new UnusableHome("This jar has no PostgreSQL for this platform (" + name
                    + "). Set DATABASE_URL to the address of a PostgreSQL server.");
        }
        return resource;
    }

    /** Returns whether all files have their size: a crash of the machine or a full disk may have cut off some of them. */
    private static boolean isComplete(Path unpacked) throws IOException {
        var manifest = unpacked.resolve(MANIFEST);
        if (!Files.isRegularFile(manifest)) {
            return false;
        }
        var lines = new String(Files.readAllBytes(manifest), StandardCharsets.UTF_8)
                .lines()
                .toList();
        for (var line : lines) {
            var parts = ENTRY.matcher(line);
            if (!parts.matches()) {
                return false;
            }
            var file = unpacked.resolve(parts.group(2));
            if (!Files.isRegularFile(file) || Files.size(file) != Long.parseLong(parts.group(1))) {
                return false;
            }
        }
        return !lines.isEmpty();
    }

    private static void unpack(String archive, Path target) throws IOException, InterruptedException {
        Files.createDirectory(target);
        var manifest = new ArrayList<String>();
        try (var tar = new TarArchiveInputStream(new XZInputStream(resource(archive)))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                write(entry, tar, target.resolve(entry.getName()));
                if (!entry.isDirectory() && !entry.isSymbolicLink()) {
                    manifest.add(entry.getSize() + " " + entry.getName());
                }
            }
        }
        Files.write(target.resolve(MANIFEST), manifest);
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        if (entry.isDirectory()) {
            Files.createDirectories(file);
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, file);
            if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true, true)) {
                throw new IOException("Cannot make " + file + " executable");
            }
        }
    }
}
