package seatlock.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import redis.embedded.RedisExecProvider;

/**
 * Redis 7, run from a binary in the jar, with its data in the home directory.
 *
 * <p>Only the binary comes from the library. Its own launcher would write the settings to a world-readable file, print the
 * Redis log, and leave Redis running when the JVM is killed.
 */
public final class RedisServer implements AutoCloseable {

    private static final int START_TIMEOUT_SECONDS = 30;
    private static final int STOP_TIMEOUT_SECONDS = 10;

    private final Process process;
    private final int port;
    private final String password;

    private RedisServer(Process process, int port, String password) {
        this.process = process;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts Redis on its existing data. Stops a server that a killed JVM left running.
     *
     * @param progress receives a message before each slow step
     */
    public static RedisServer start(HomeDirectory home, Consumer<String> progress) {
        var directory = home.resolve("redis");
        var log = directory.resolve("redis.log");
        var pidFile = directory.resolve("redis.pid");
        var password = home.secret("redis-password", "");
        var port = Ports.free();
        try {
            Files.createDirectories(directory);
            if (LeftoverProcess.stop(pidFile, directory)) {
                progress.accept("stopped a Redis left running by a killed Seatlock process");
            }
            var settings = directory.resolve("redis.conf");
            home.write(settings, """
                    bind 127.0.0.1
                    port %d
                    requirepass %s
                    dir "%s"
                    pidfile "%s"
                    logfile "%s"
                    appendonly yes
                    save ""
                    """.formatted(port, password, directory, pidFile, log));
            var command = new ProcessBuilder(binary(directory).toString(), settings.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            var server = new RedisServer(run(command), port, password);
            server.awaitReady();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not start; see " + log, e);
        }
    }

    /** Unpacks the binary once. The library would unpack it at every start and leave it behind when the JVM is killed. */
    private static Path binary(Path directory) throws IOException {
        var binary = directory.resolve("redis-server-" + RedisExecProvider.redisVersion);
        if (!Files.exists(binary)) {
            var unpacked = RedisExecProvider.defaultProvider().get().toPath();
            var complete = directory.resolve("redis-server.new");
            Files.move(unpacked, complete, StandardCopyOption.REPLACE_EXISTING);
            Files.move(complete, binary, StandardCopyOption.ATOMIC_MOVE);
        }
        return binary;
    }

    /**
     * Starts the process, retrying on ETXTBSY: while another thread forks, its child briefly keeps the newly unpacked binary
     * open for writing, and such a file cannot be executed.
     */
    private static Process run(ProcessBuilder command) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (true) {
            try {
                return command.start();
            } catch (IOException e) {
                if (!e.getMessage().contains("error=26,") || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    private void awaitReady() throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (!responds()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IOException("No response on port " + port);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Returns whether it accepts our password, which any other server on this port would not. */
    private boolean responds() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream()
                    .write(("AUTH " + password + "\r\nPING\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            var expected = "+OK\r\n+PONG\r\n";
            var response = socket.getInputStream().readNBytes(expected.length()); // another server may send more
            return expected.equals(new String(response, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the address in the form of the setting {@code REDIS_URL}. */
    public String url() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Sends SIGTERM, on which Redis saves its data and exits. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
