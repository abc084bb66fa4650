package seatlock.support;

import java.net.URI;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/**
 * One of the numbered databases of a Redis that others use at the same time, perhaps even another run of the tests: it was
 * empty when it was taken, nobody else takes it meanwhile, and it is emptied when it is given back. Whatever touches more
 * than one's own database (FLUSHALL, SCRIPT FLUSH, CLIENT KILL, REPLICAOF) wants a Redis of its own.
 */
public final class RedisDatabase implements AutoCloseable {

    /** As many as Redis has unless it is told otherwise. */
    private static final int DATABASES = 16;

    /** Longer than any run of the tests; one that was killed gives nothing back. */
    private static final long CLAIM_SECONDS = 3_600;

    private final URI server;
    private final int number;

    private RedisDatabase(URI server, int number) {
        this.server = server;
        this.number = number;
    }

    /** @param server who has what is written down in the database that its address names, which is taken by nobody */
    static RedisDatabase take(URI server) {
        var claim = SetParams.setParams().nx().ex(CLAIM_SECONDS);
        try (var jedis = new Jedis(server)) {
            for (int number = 0; number < DATABASES; number++) {
                var database = new RedisDatabase(server, number);
                if (number != jedis.getDB() && jedis.set(database.claim(), "taken", claim) != null) {
                    if (database.isEmpty()) {
                        return database;
                    }
                    jedis.del(database.claim()); // somebody keeps something there
                }
            }
        }
        throw new IllegalStateException("Each database of the tests' Redis has something in it or is taken");
    }

    private String claim() {
        return "seatlock-test:database:" + number;
    }

    private boolean isEmpty() {
        try (var jedis = connect()) {
            return jedis.dbSize() == 0;
        }
    }

    /** As {@code REDIS_URL} would have it. */
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
