package seatlock.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.RedisServer;
import seatlock.support.Servers;
import seatlock.support.Wait;

/** A Redis that can be killed, wiped and restarted at the same address. The classes of the jar create it; the test runs it. */
final class Redis implements AutoCloseable {

    private final Path directory;
    private final String url;
    private Process process;

    private Redis(Path directory, String url) {
        this.directory = directory;
        this.url = url;
    }

    /** Creates a server in a home directory, without starting it. */
    static Redis create(Path directory, HomeDirectory home) {
        try (var server = RedisServer.start(home, line -> {})) {
            return new Redis(directory.resolve("redis"), server.url());
        }
    }

    /** Starts the server and waits until it responds. */
    Redis start() {
        try (var files = Files.list(directory)) {
            var binary = files.map(Path::toString)
                    .filter(file -> file.contains("redis-server-"))
                    .findFirst()
                    .orElseThrow();
            process = Commands.start(
                    directory.resolve("redis.out"),
                    List.of(binary, directory.resolve("redis.conf").toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Wait.until("Redis responds", this::responds);
        return this;
    }

    private boolean responds() {
        try (var jedis = new Jedis(URI.create(url))) {
            return jedis.ping().equals("PONG");
        } catch (JedisException e) {
            return false;
        }
    }

    void kill() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Deletes the data, so that the next start finds none. */
    void wipe() {
        Servers.delete(directory.resolve("appendonlydir"));
    }

    String url() {
        return url;
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
