package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Seatlock in a process of its own, as an operator would run it. */
public final class Jvm implements AutoCloseable {

    private final Process process;
    private final Path output;

    private Jvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }
    /** Starts `seatlock` with a home and further settings, none of them from this process. */
    public static Jvm start(Path home, Map<String, String> settings, String... arguments) {
        var environment = new HashMap<>(settings);
        environment.put("SEATLOCK_HOME", home.toString());
        environment.putIfAbsent("PORT", "0");
        environment.putIfAbsent("LIMITS", "off");
        return start("seatlock.Main", environment, arguments);
    }

    /** Starts a class of the tests that has a main method. */
    public static Jvm run(Class<?> main, String... arguments) {
        return start(main.getName(), Map.of(), arguments);
    }

    private static Jvm start(String main, Map<String, String> environment, String... arguments) {
        // It lives for seconds: to compile it better would cost more than it gains.
        var options = List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main);
        return run(options, environment, arguments);
    }

    /** Starts a jar as an operator would, with a home and further settings. */
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
        for (var name : List.of("DATABASE_URL", "REDIS_URL", "SMTP_URL", "SEATLOCK_ADMIN_KEY", "RESERVATION_TTL")) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(environment);
        try {
            // Not through a pipe: Java may lose the last words of a process that ends while they are read.
            var output = Files.createTempFile("seatlock-test-", ".log");
            output.toFile().deleteOnExit();
            return new Jvm(builder.redirectOutput(output.toFile()).start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves. */
    public Jvm awaitReady() {
        return awaitOutput("Ready.");
    }

    /** Waits until it has printed a text. */
    public Jvm awaitOutput(String text) {
        Wait.until("it says \"" + text + "\"", () -> {
            var hasEnded = !process.isAlive();
            if (output().contains(text)) {
                return true;
            }
            if (hasEnded) {
                throw new IllegalStateException("It did not say \"" + text + "\" but\n" + output());
            }
            return false;
        });
        return this;
    }

    /** All it has printed so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

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

    /** SIGKILL: whatever it was doing stays half done. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM: it should end by itself. */
    public void terminate() {
        process.destroy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where its server listens, whether or not it is ready. */
    public String url() {
        awaitOutput("http://localhost:");
        return output().replaceAll("(?s).*?(http://localhost:[0-9]+).*", "$1");
    }

    /** Waits for it to end by itself. */
    public int exitStatus() {
        return process.onExit().join().exitValue();
    }

    /** SIGTERM, and waits until it has ended. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
