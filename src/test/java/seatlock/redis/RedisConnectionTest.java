package seatlock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import seatlock.support.LogCapture;
import seatlock.support.RudeServer;

/** A Redis that is slow or sends too much is unavailable: it holds nobody up and exhausts no memory. */
@ResourceLock(LogCapture.LOG)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RedisConnectionTest {

    /** Sends a text after the client's first request. */
    private static RudeServer.Behaviour replies(String text) {
        return (server, client) -> {
            awaitRequest(client);
            RudeServer.send(client, text);
            awaitRequest(client); // keeps the connection open
        };
    }

    private static void awaitRequest(Socket client) throws IOException {
        while (client.getInputStream().read() >= 0 && client.getInputStream().available() > 0) {
            // reads the rest
        }
    }

    private static String logOfUse(RudeServer.Behaviour behaviour) {
        return logOfUse(behaviour, Duration.ofSeconds(1));
    }

    private static String logOfUse(RudeServer.Behaviour behaviour, Duration timeout) {
        var result = new AtomicReference<String>();
        try (var log = LogCapture.everything();
                var server = new RudeServer(behaviour);
                var redis = new RedisConnection(server.url("redis"), timeout, "this is a test")) {
            assertThat(redis.use(connection -> {
                        connection.mget("a", "b");
                        return "a reply";
                    }))
                    .as("result of a use")
                    .isEmpty();
            assertThat(redis.isUp()).isFalse();
            result.set(String.join("\n", log.lines()));
        }
        return result.get();
    }

    @Test
    void a_reply_that_drips_ends_at_the_deadline_for_the_whole_use() {
        assertThat(logOfUse((server, client) -> {
                    awaitRequest(client);
                    RudeServer.drip(client, "*2\r\n$1000\r\n");
                }))
                .contains("Redis is unavailable, so this is a test: Redis did not finish within 1 s");
    }

    @Test
    void many_small_replies_share_one_deadline() {
        try (var server = new RudeServer((rude, client) -> {
                    while (true) {
                        awaitRequest(client);
                        pause();
                        RudeServer.send(client, "+PONG\r\n");
                    }
                });
                var redis = new RedisConnection(server.url("redis"), Duration.ofSeconds(1), "this is a test")) {
            assertThat(redis.use(RedisConnectionTest::pingForEver)).isEmpty();
        }
    }

    private static String pingForEver(Jedis connection) {
        while (true) {
            connection.ping();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Jedis reserves memory for what a header announces, before any of it arrives. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1\r\n$500000000\r\n",
                "*500000000\r\n",
                "*2\r\n$3\r\nabc\r\n$2147483647\r\n",
                "*1\r\n$zzzzzz\r\n",
                "*1\r\n$-2\r\n",
                "*1\r\n$99999999999999999999\r\n",
                "+status\rwith a lone return\r\n",
            })
    void a_reply_that_announces_too_much_is_refused_before_it_is_read(String reply) {
        assertThat(logOfUse(replies(reply))).contains("Redis is unavailable, so this is a test: Redis sent ");
    }

    /** Each array takes a part of the stack. */
    @Test
    void deeply_nested_arrays_are_refused() {
        assertThat(logOfUse(
                        (server, client) -> {
                            awaitRequest(client);
                            while (true) {
                                RudeServer.send(client, "*1\r\n".repeat(1000));
                            }
                        },
                        Duration.ofSeconds(60)))
                .contains("Redis sent arrays that are nested too deeply");
    }

    /** Arrays that have ended do not count as nested. */
    @Test
    void arrays_of_arrays_are_read() {
        var reply = "*3\r\n" + "*2\r\n$1\r\na\r\n*0\r\n".repeat(2) + "*3\r\n:1\r\n$-1\r\n*1\r\n+x\r\n";
        try (var server = new RudeServer(replies("*60\r\n" + reply.repeat(60)));
                var redis = new RedisConnection(server.url("redis"), Duration.ofSeconds(10), "this is a test")) {
            assertThat(redis.use(connection -> connection.sendCommand(Protocol.Command.SCAN)))
                    .get(InstanceOfAssertFactories.LIST)
                    .hasSize(60);
        }
    }

    @Test
    void a_long_reply_is_cut_off() {
        assertThat(logOfUse(
                        (server, client) -> {
                            awaitRequest(client);
                            server.flood(client, "+", 64_000_000);
                        },
                        Duration.ofSeconds(60)))
                .contains("Redis sent more than 4,000,000 bytes");
    }

    /** The types of a reply that Jedis does not expect. */
    @ParameterizedTest
    @ValueSource(strings = {"+OK\r\n", ":1\r\n", "!what\r\n"})
    void a_reply_of_the_wrong_type_counts_as_a_failure(String reply) {
        assertThat(logOfUse(replies(reply))).contains("Redis is unavailable, so this is a test: ");
    }
}
