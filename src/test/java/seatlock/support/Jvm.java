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

    /** The process lives for seconds, too short for the optimising compiler to pay off. */
    static final List<String> OPTIONS = List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=logback.xml"); // the product's own, not that of the tests

    private final Process process;
    private final Path output;

    private Jvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts `seatlock` with a home directory and settings. Inherits no setting from this process. */
    public static Jvm start(Path home, Map<String, String> settings, String... arguments) {
        var environment = new HashMap<>(withHome(home, settings));
        environment.putIfAbsent("LIMITS", "off");
        return start("seatlock.Main", environment, arguments);
    }

    /** Like {@link #start}, with more options for Java. */
    public static Jvm withOptions(List<String> options, Path home, Map<String, String> settings, String... arguments) {
        var all = new ArrayList<>(options);
        all.addAll(options("seatlock.Main"));
        return run(all, withHome(home, settings), arguments);
    }

    /** Starts a main class of the tests. */
    public static Jvm run(Class<?> main, String... arguments) {
        return start(main.getName(), Map.of(), arguments);
    }

    /** Starts a main class of the tests with the given options for Java only. */
    public static Jvm run(Class<?> main, List<String> javaOptions, String... arguments) {
        var all = new ArrayList<>(javaOptions);
        all.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return run(all, Map.of(), arguments);
    }

    private static Jvm start(String main, Map<String, String> environment, String... arguments) {
        return run(options(main), environment, arguments);
    }

    private static List<String> options(String main) {
        var options = new ArrayList<>(OPTIONS);
        options.addAll(ClassArchive.options());
        options.add(main);
        return options;
    }

    /** Starts a jar as an operator would, with a home directory and settings; as `serve`, it warms up. */
    public static Jvm jar(
            Path jar, List<String> options, Path home, Map<String, String> settings, String... arguments) {
        var all = new ArrayList<>(options);
        all.addAll(List.of("-jar", jar.toString()));
        var environment = withHome(home, settings);
        if (!settings.containsKey("WARM_UP")) {
            environment.remove("WARM_UP");
        }
        return run(all, environment, arguments);
    }

    /** Like {@link #start}, but the error output, and so the log, is a pipe that nobody reads. Limits are on. */
    public static Jvm withUnreadLog(Path home, Map<String, String> settings, String... arguments) {
        return run(List.of(), false, options("seatlock.Main"), withHome(home, settings), arguments);
    }

    /** Like {@link #start}, but the process may only open so many files. Limits are on. */
    public static Jvm withFiles(int files, Path home, Map<String, String> settings, String... arguments) {
        var shell = List.of("bash", "-c", "ulimit -n " + files + "; exec \"$@\"", "bash");
        return run(shell, true, options("seatlock.Main"), withHome(home, settings), arguments);
    }

    /** Like {@link #start}, but no file that the process and its children write may become larger. */
    public static Jvm withFileSize(int kilobytes, Path home, Map<String, String> settings, String... arguments) {
        var shell = List.of("bash", "-c", "ulimit -f " + kilobytes + "; exec \"$@\"", "bash");
        return run(shell, true, options("seatlock.Main"), withHome(home, settings), arguments);
    }

    private static Map<String, String> withHome(Path home, Map<String, String> settings) {
        var environment = new HashMap<>(settings);
        environment.put("SEATLOCK_HOME", home.toString());
        environment.putIfAbsent("PORT", "0");
        environment.putIfAbsent("WARM_UP", "PT0S");
        return environment;
    }

    static Jvm run(List<String> options, Map<String, String> environment, String... arguments) {
        return run(List.of(), true, options, environment, arguments);
    }

    /**
     * @param shell the command that starts Java; empty to start it directly
     * @param joinsLog whether the output includes the log; otherwise nobody reads that
     */
    private static Jvm run(
            List<String> shell,
            boolean joinsLog,
            List<String> options,
            Map<String, String> environment,
            String... arguments) {
        var command = new ArrayList<>(shell);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(joinsLog);
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
