package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Seatlock, or another main class, in a process of its own. */
public final class Jvm implements AutoCloseable {

    private final Process process;
    private final Path output;

    private Jvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts `seatlock` with a home directory and settings. Inherits no setting from this process. */
    public static Jvm start(Path home, Map<String, String> settings, String... arguments) {
        var environment = new HashMap<>(settings);
        environment.put("SEATLOCK_HOME", home.toString());
        environment.putIfAbsent("PORT", "0");
        environment.putIfAbsent("LIMITS", "off");
        return start("seatlock.Main", environment, arguments);
    }

    /** Starts a main class of the tests. */
    public static Jvm run(Class<?> main, String... arguments) {
        return start(main.getName(), Map.of(), arguments);
    }

    private static Jvm start(String main, Map<String, String> environment, String... arguments) {
        // The process lives for seconds, too short for the optimising compiler to pay off.
        var options = List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main);
        return run(options, environment, arguments);
    }

    /** Starts a jar as an operator would, with a home directory and settings. */
    public static Jvm jar(
            Path jar, List<String> options, Path home, Map<String, String> settings, String... arguments) {
        var all = new ArrayList<>(options);
        all.addAll(List.of("-jar", jar.toString()));
        var environment = new HashMap<>(settings);
        environment.put("SEATLOCK_HOME", home.toString());
        environment.putIfAbsent("PORT", "0");
        return run(all, environment, arguments);
    }

    private static Jvm run(List<String> options, Map<String, String> environment, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (var name :
                List.of("HOST", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "SEATLOCK_ADMIN_KEY", "RESERVATION_TTL")) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(environment);
        try {
            // Not through a pipe: Java may lose the last output of a process that ends while it is read.
            var output = Files.createTempFile("seatlock-test-", ".log");
            output.toFile().deleteOnExit();
            return new Jvm(builder.redirectOutput(output.toFile()).start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the server is ready. */
    public Jvm awaitReady() {
        return awaitOutput("Ready.");
    }

    /** Waits until the process has printed a text, and fails if it ends without it. */
    public Jvm awaitOutput(String text) {
        Wait.until("the process prints \"" + text + "\"", () -> {
            var hasEnded = !process.isAlive();
            if (output().contains(text)) {
                return true;
            }
            if (hasEnded) {
                throw new IllegalStateException("The process ended without printing \"" + text + "\":\n" + output());
            }
            return false;
        });
        return this;
    }

    /** Returns the output so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a value from the file seatlock.env that a running Seatlock writes to its home directory. */
    public static String published(Path home, String name) {
        try {
            return Files.readAllLines(home.resolve("seatlock.env")).stream()
                    .filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Kills the process (SIGKILL) and waits until it has ended. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Sends SIGTERM and does not wait. */
    public void terminate() {
        process.destroy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the server listens, ready or not, and returns its URL. */
    public String url() {
        awaitOutput("http://");
        Wait.until("the URL is printed", () -> output().matches("(?s).*http://\\S+:[0-9]+[ /].*"));
        return output().replaceAll("(?s).*?(http://[^ /]+:[0-9]+)[ /].*", "$1");
    }

    /** Waits until the process has ended by itself. */
    public int exitStatus() {
        return process.onExit().join().exitValue();
    }

    /** Sends SIGTERM and waits until the process has ended. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
