package demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The jar in its own process, with a temporary home directory. */
final class Server implements AutoCloseable {

    private final Process process;
    final Path home;
    private final Thread onInterrupt = new Thread(this::stop);
    private final Map<String, String> addresses = new HashMap<>();

    private Server(Process process, Path home) {
        this.process = process;
        this.home = home;
    }

    static Server start() throws IOException {
        var home = Files.createTempDirectory("seatlock-demo-");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classPath = System.getProperty("java.class.path");
        var builder = new ProcessBuilder(java, "-cp", classPath, "seatlock.Main", "all").redirectErrorStream(true);
        List.of(
                        "DATABASE_URL",
                        "REDIS_URL",
                        "SMTP_URL",
                        "SEATLOCK_ADMIN_KEY",
                        "RESERVATION_TTL",
                        "SWEEP_INTERVAL",
                        "PAYMENTS")
                .forEach(builder.environment()::remove);
        builder.environment().put("SEATLOCK_HOME", home.resolve("data").toString());
        builder.environment().put("PORT", "0");
        var server = new Server(builder.start(), home);
        Runtime.getRuntime().addShutdownHook(server.onInterrupt);
        server.awaitReady();
        return server;
    }

    private void awaitReady() throws IOException {
        var lines = new BufferedReader(process.inputReader());
        String line;
        do {
            line = lines.readLine();
            if (line == null) {
                throw new IllegalStateException("The server ended before it was ready.");
            }
            System.out.println("  | " + line);
        } while (!line.equals("Ready."));
        var reader = new Thread(() -> lines.lines().forEach(more -> System.out.println("  | " + more)));
        reader.setDaemon(true);
        reader.start();
        for (var address : Files.readAllLines(home.resolve("data/seatlock.env"))) {
            addresses.put(address.substring(0, address.indexOf('=')), address.substring(address.indexOf('=') + 1));
        }
    }

    String address(String name) {
        return addresses.get(name);
    }

    private void stop() {
        process.destroy();
        process.onExit().join();
        try (var files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.out.println("Could not delete " + home);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(onInterrupt);
        stop();
    }
}
