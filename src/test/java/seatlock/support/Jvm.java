package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A Seatlock in a process of its own, as an operator would run it. */
public final class Jvm implements AutoCloseable {

    private final Process process;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Object news = new Object();
    private final StringBuffer output = new StringBuffer();

    private Jvm(Process process) {
        this.process = process;
        var reader = new Thread(this::read, "jvm-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts `seatlock` with a home and further settings, none of them from this process. */
    public static Jvm start(Path home, Map<String, String> settings, String... arguments) {
        var environment = new HashMap<>(settings);
        environment.put("SEATLOCK_HOME", home.toString());
        environment.putIfAbsent("PORT", "0");
        return start("seatlock.Main", environment, arguments);
    }

    /** Starts a class of the tests that has a main method. */
    public static Jvm run(Class<?> main, String... arguments) {
        return start(main.getName(), Map.of(), arguments);
    }

    private static Jvm start(String main, Map<String, String> environment, String... arguments) {
        var options = List.of("-Xmx256m", "-cp", System.getProperty("java.class.path"), main);
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
            return new Jvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (var lines = process.inputReader()) {
            lines.lines().forEach(line -> {
                output.append(line).append('\n');
                tell();
            });
        } catch (IOException | UncheckedIOException e) {
            // it was killed
        }
        ended.complete(null);
        tell();
    }

    private void tell() {
        synchronized (news) {
            news.notifyAll();
        }
    }

    /** Waits until it serves. */
    public Jvm awaitReady() {
        return awaitOutput("Ready.");
    }

    /** Waits until it has printed a text. */
    public Jvm awaitOutput(String text) {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        synchronized (news) {
            while (output.indexOf(text) < 0) {
                if (ended.isDone() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("It did not say \"" + text + "\" but\n" + output);
                }
                try {
                    news.wait(1000);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return this;
    }

    /** All it has printed so far. */
    public String output() {
        return output.toString();
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
        return output.toString().replaceAll("(?s).*?(http://localhost:[0-9]+).*", "$1");
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
