package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.concurrent.Overload;
import seatlock.db.TransactionPool;
import seatlock.metrics.Metrics;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests how long a looked-up API key is cached. */
class ApiKeyCacheTest {

    private final TestSystem system = TestSystem.shared();
    private final ApiKeys keys = new ApiKeys();
    private final TransactionPool reads =
            new TransactionPool("test", system.database, 8, 6, Runnable::run, new Metrics());
    private final AtomicLong clock = new AtomicLong();
    private final ApiKeyCache cache = new ApiKeyCache(keys, reads, clock::get);
    private final ApiKeys.Created created =
            system.database.inTransaction(tx -> keys.create(tx, Role.GATE, "north", Set.of(), null));

    @AfterEach
    void close() {
        reads.close();
    }

    @Test
    void a_key_is_looked_up_once_a_second_however_often_it_is_used() throws Exception {
        var first = cache.find(created.secret());
        assertThat(cache.find(created.secret())).isSameAs(first);
        assertThat(first.get().orElseThrow().id()).isEqualTo(created.key().id());
        clock.addAndGet(ApiKeyCache.VALID_FOR.toNanos() - 1);
        assertThat(cache.find(created.secret())).isSameAs(first);
        clock.incrementAndGet();
        assertThat(cache.find(created.secret())).isNotSameAs(first);
    }

    /** The look-up reads the key as valid, then waits to record the use of a row that the revocation has locked. */
    @Test
    void a_key_that_is_revoked_during_its_look_up_is_looked_up_again() throws Exception {
        var before = system.database.inTransaction(tx -> {
            keys.revoke(tx, created.key().id());
            var backend = tx.query("SELECT pg_backend_pid() AS pid", row -> row.integer("pid"))
                    .get(0);
            var waiting = cache.find(created.secret());
            Wait.until(
                    "the look-up waits for the row",
                    () -> system.count(
                                    "SELECT count(*) AS n FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))",
                                    backend)
                            == 1);
            cache.forget(created.key().id());
            return waiting;
        });

        assertThat(before.get()).isPresent();
        assertThat(cache.find(created.secret()).get()).isEmpty();
    }

    @Test
    void a_failed_look_up_is_not_cached() throws Exception {
        reads.close();
        var first = cache.find(created.secret());
        var second = cache.find(created.secret());

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isNotSameAs(first).isCompletedExceptionally();
        assertThat(second.handle((key, failure) -> failure).get()).isInstanceOf(Overload.class);
    }

    @Test
    void an_unknown_key_is_cached_as_unknown() throws ExecutionException, InterruptedException {
        system.update("DELETE FROM api_keys WHERE key_id = ?", created.key().id());
        var first = cache.find(created.secret());

        assertThat(first.get()).isEmpty();
        assertThat(cache.find(created.secret())).isSameAs(first);
    }

    /** So that guesses from the same address do not lock out the holder of a valid key. */
    @Test
    void a_key_that_was_valid_stays_known_as_such_until_a_look_up_says_otherwise() throws Exception {
        assertThat(cache.wasValid(created.secret())).isFalse();
        cache.find(created.secret()).get();
        clock.addAndGet(100 * ApiKeyCache.VALID_FOR.toNanos());
        assertThat(cache.wasValid(created.secret())).isTrue();

        system.database.inTransaction(tx -> keys.revoke(tx, created.key().id()));
        assertThat(cache.find(created.secret()).get()).isEmpty();
        assertThat(cache.wasValid(created.secret())).isFalse();
    }
}
