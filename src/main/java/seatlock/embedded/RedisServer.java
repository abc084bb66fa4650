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
 * Redis 7, from a binary in the jar, with its data in the home directory.
 *
 * <p>The library is asked for the binary only: it would read its settings from a file for everybody to see, print what
 * it logs, and leave it running when the JVM is killed.
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
     * Starts it, with the data it had; stops one that a killed JVM left behind.
     *
     * @param progress is told what takes long
     */
    public static RedisServer start(Home home, Consumer<String> progress) {
        var directory = home.resolve("redis");
        var log = directory.resolve("redis.log");
        var pidFile = directory.resolve("redis.pid");
        var password = home.secret("redis-password", "");
        var port = Ports.free();
        try {
            Files.createDirectories(directory);
            if (Orphan.stop(pidFile, directory)) {
                progress.accept("stopped the Redis of a Seatlock that was killed");
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
            throw new UncheckedIOException("Redis did not start; its log is " + log, e);
        }
    }

    /** Unpacked once; the library would do it again with every start, and leave it behind when the JVM is killed. */
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
     * A process that another thread forks at this moment holds, until it runs what it is to run, all that is open here, even
     * the binary that is just being unpacked; and nobody can run a file that somebody may write to (ETXTBSY).
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
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IOException("it did not answer");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Whether it answers to our password: another server on this port would not. */
    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream()
                    .write(("AUTH " + password + "\r\nPING\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.startsWith("+OK\r\n+PONG\r\n");
        } catch (IOException e) {
            return false;
        }
    }

    /** As {@code REDIS_URL} would have it. */
    public String url() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** SIGTERM: it writes down what it has and goes. */
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
