package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * The program in a jar, and an archive of its classes as Java has loaded them once (class data sharing). The processes that the
 * tests start map the archive, and are ready in half the time and with two thirds of the work. Where Java cannot write one, they
 * load the jar.
 */
final class ClassArchive {

    private static final String CLASS_PATH;
    private static final Path ARCHIVE;

    static {
        try {
            var directory = Files.createTempDirectory("seatlock-test-");
            directory.toFile().deleteOnExit();
            var jar = directory.resolve("seatlock.jar");
            jar.toFile().deleteOnExit();
            ARCHIVE = directory.resolve("seatlock.jsa");
            ARCHIVE.toFile().deleteOnExit();
            var classes = Path.of("target/classes").toAbsolutePath();
            pack(classes, jar);
            CLASS_PATH = System.getProperty("java.class.path").replace(classes.toString(), jar.toString());
            if (!CLASS_PATH.contains(jar.toString())) {
                throw new IllegalStateException("The class path lacks " + classes);
            }
            write(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ClassArchive() {}

    /** Returns the class path and the archive, as options for Java. */
    static List<String> options() {
        return Files.exists(ARCHIVE)
                ? List.of(
                        "-XX:SharedArchiveFile=" + ARCHIVE, "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-cp", CLASS_PATH)
                : List.of("-cp", CLASS_PATH);
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (var files = Files.walk(classes);
                var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.setLevel(0);
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }

    /** Starts the program with all its parts and stops it. Java writes the archive when it ends. */
    private static void write(Path directory) {
        var url = Servers.newDatabase();
        try (var redis = Servers.newRedis()) {
            var options = new ArrayList<>(Jvm.OPTIONS);
            options.addAll(List.of(
                    "-XX:+IgnoreUnrecognizedVMOptions",
                    "-XX:ArchiveClassesAtExit=" + ARCHIVE,
                    "-cp",
                    CLASS_PATH,
                    "seatlock.Main"));
            var settings = Map.of(
                    "DATABASE_URL",
                    url.jdbc() + "?user=" + url.user() + "&password=" + url.password(),
                    "REDIS_URL",
                    redis.url().toString(),
                    "SEATLOCK_ADMIN_KEY",
                    TestSystem.ADMIN_KEY,
                    "SEATLOCK_HOME",
                    directory.resolve("home").toString(),
                    "PORT",
                    "0");
            try (var jvm = Jvm.run(options, settings, "all")) {
                jvm.awaitReady();
            }
        } finally {
            Servers.delete(directory.resolve("home"));
        }
    }
}
