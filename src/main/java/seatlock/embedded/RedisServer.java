package seatlock.embedded;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import redis.embedded.RedisExecProvider;
import seatlock.net.Loopback;

/**
 * Redis 7, run from a binary in the jar, with its data in the home directory.
 *
 * <p>Only the binary comes from the library. Its own launcher would write the settings to a world-readable file, print the
 * Redis log, and leave Redis running when the JVM is killed.
 */
public final class RedisServer implements AutoCloseable {

    /** Limits the wait for the first response. From then on, Redis says itself that it is still loading. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);

    private static final int ATTEMPTS = 5;

    private final HomeDirectory home;
    private final Consumer<String> progress;
    private final Path directory;
    private final Path log;
    private final String password;
    private ServerProcess process;
    private int port;

    private RedisServer(HomeDirectory home, Consumer<String> progress) throws IOException {
        this.home = home;
        this.progress = progress;
        this.directory = home.directory("redis");
        this.log = directory.resolve("redis.log");
        this.password = home.password("redis-password", progress);
    }

    /**
     * Starts Redis on its existing data. Redis holds nothing that matters, so data that it cannot read is set aside. Stops a
     * server that a killed JVM left running. If this thread is interrupted, or the start fails, nothing is left running.
     *
     * @param progress receives a message before each slow step
     * @throws UnusableHome if it cannot start; the message says why and what to do
     * @throws IllegalStateException if this thread is interrupted
     */
    public static RedisServer start(HomeDirectory home, Consumer<String> progress) {
        try {
            var server = new RedisServer(home, progress);
            server.start();
            return server;
        } catch (IOException e) {
            throw UnusableHome.because(home.resolve("redis"), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped during the start", e);
        }
    }

    private void start() throws IOException, InterruptedException {
        if (ServerProcess.stopLeftovers(directory)) {
            progress.accept("stopped a Redis left running by a killed Seatlock process");
        }
        var binary = unpack();
        var files = directory.resolve("appendonlydir");
        for (int attempt = 1; ; attempt++) {
            port = Ports.free();
            process = ServerProcess.start(List.of(binary.toString(), settings().toString()), log);
            try {
                if (awaitReady()) {
                    return;
                }
            } catch (RuntimeException | InterruptedException e) {
                close();
                throw e;
            }
            var reason = process.lastError();
            var isPortTaken = reason.contains("Failed listening");
            if (!isPortTaken && Files.exists(files)) {
                var aside = home.setAside(files, "damaged");
                progress.accept("did not start: " + reason + ". Its data, which holds nothing that matters, is now in "
                        + aside + ", and may be deleted");
            } else if (!isPortTaken || attempt == ATTEMPTS) {
                throw new UnusableHome("Redis did not start in " + directory + ": " + reason + ". "
                        + UnusableHome.remedy(reason, directory) + " The whole log is " + log + ".");
            }
        }
    }

    private Path settings() {
        var settings = directory.resolve("redis.conf");
        home.write(
                settings,
                String.format(Locale.ROOT, """
                bind %s
                port %d
                requirepass %s
                dir %s
                logfile %s
                appendonly yes
                save ""
                """, Loopback.NAME, port, password, quoted(directory), quoted(log)));
        return settings;
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /** Unpacks the binary, unless it is there and complete. The library would unpack it at every start. */
    private Path unpack() throws IOException {
        var isMac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        var isArm = System.getProperty("os.arch").equals("aarch64");
        var name = "redis-server-" + RedisExecProvider.redisVersion;
        var resource = "/" + name + (isMac ? "-darwin-" : "-linux-") + (isArm ? "arm64" : "amd64");
        var url = RedisServer.class.getResource(resource);
        if (url == null) {
            throw new UnusableHome("This jar has no Redis for this platform (" + resource
                    + "). Set REDIS_URL to the address of a Redis server.");
        }
        var binary = directory.resolve(name);
        var connection = url.openConnection();
        try (var content = connection.getInputStream()) {
            if (!Files.isRegularFile(binary) || Files.size(binary) != connection.getContentLengthLong()) {
                var partial = directory.resolve(name + ".new");
                Files.copy(content, partial, StandardCopyOption.REPLACE_EXISTING);
                if (!partial.toFile().setExecutable(true, true)) {
                    throw new IOException("Cannot make " + partial + " executable");
                }
                Files.move(partial, binary, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return binary;
    }

    /** Waits until the server accepts commands. @return false if it has exited instead */
    private boolean awaitReady() throws InterruptedException {
        var respondedAt = System.nanoTime();
        while (true) {
            var response = response();
            if (response.startsWith("+OK\r\n+PONG")) {
                return true;
            }
            if (!process.isAlive()) {
                return false;
            }
            if (response.startsWith("+OK\r\n-LOADING")) {
                respondedAt = System.nanoTime();
            }
            if (System.nanoTime() - respondedAt > RESPONSE_TIMEOUT.toNanos()) {
                throw new UnusableHome("Redis does not respond on port " + port + ". Its log is " + log + ".");
            }
            Thread.sleep(10);
        }
    }

    /** Returns the response to our password and PING. Any other server on this port would refuse the password. */
    private String response() {
        try (var socket = new Socket(Loopback.ADDRESS, port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream()
                    .write(("AUTH " + password + "\r\nPING\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            // Another server may send more.
            return new String(
                    socket.getInputStream().readNBytes("+OK\r\n-LOADING".length()), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    /** Returns the address in the form of the setting {@code REDIS_URL}. */
    public String url() {
        return "redis://:" + password + "@" + Loopback.NAME + ":" + port;
    }

    public int port() {
        return port;
    }

    /** Lets Redis save its data and stops it. */
    @Override
    public void close() {
        process.stop("TERM");
    }
}
