package seatlock.support;

import java.net.URI;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/**
 * One of the numbered databases of a Redis that others use at the same time, perhaps another run of the tests. It is empty at
 * first, reserved until it is closed, and then emptied. Commands that affect more than one database (FLUSHALL, SCRIPT FLUSH,
 * CLIENT KILL, REPLICAOF) need a Redis of their own ({@link TestWorkers#withOwnRedis}).
 */
public final class RedisDatabase implements AutoCloseable {

    /** The number of databases that Redis has by default. */
    private static final int DATABASES = 16;

    /** Longer than any run of the tests. The claims of a killed run expire. */
    private static final long CLAIM_SECONDS = 3_600;

    private final URI server;
    private final int number;

    private RedisDatabase(URI server, int number) {
        this.server = server;
        this.number = number;
    }

    /**
     * Claims an empty database.
     *
     * @param server the claims are stored in the database that this address names, which itself is never claimed
     */
    static RedisDatabase take(URI server) {
        var claim = SetParams.setParams().nx().ex(CLAIM_SECONDS);
        try (var jedis = new Jedis(server)) {
            for (int number = 0; number < DATABASES; number++) {
                var database = new RedisDatabase(server, number);
                if (number != jedis.getDB() && jedis.set(database.claim(), "taken", claim) != null) {
                    if (database.isEmpty()) {
                        return database;
                    }
                    jedis.del(database.claim()); // it is in use by something else
                }
            }
        }
        throw new IllegalStateException("No database of the Redis for tests is empty and unclaimed");
    }

    private String claim() {
        return "seatlock-test:database:" + number;
    }

    private boolean isEmpty() {
        try (var jedis = connect()) {
            return jedis.dbSize() == 0;
        }
    }

    /** The address, in the form of {@code REDIS_URL}. */
    public URI url() {
        return URI.create(server.toString().replaceFirst("^(rediss?://[^/?]+)(/[0-9]*)?", "$1/" + number));
    }

    public Jedis connect() {
        return new Jedis(url());
    }

    @Override
    public void close() {
        try (var jedis = connect()) {
            jedis.flushDB();
        }
        try (var jedis = new Jedis(server)) {
            jedis.del(claim());
        }
    }
}
