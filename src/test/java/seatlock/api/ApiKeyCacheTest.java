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

class KeysInUseTest {

    private final TestSystem system = TestSystem.shared();
    private final ApiKeys keys = new ApiKeys();
    private final TransactionPool reads =
            new TransactionPool("test", system.database, 8, 6, Runnable::run, new Metrics());
    private final AtomicLong clock = new AtomicLong();
    private final ApiKeyCache inUse = new ApiKeyCache(keys, reads, clock::get);
    private final ApiKeys.Created made =
            system.database.inTransaction(tx -> keys.create(tx, Role.GATE, "north", Set.of(), null));

    @AfterEach
    void close() {
        reads.close();
    }

    @Test
    void the_database_is_asked_once_for_all_who_come_with_a_key_and_no_more_for_a_second() throws Exception {
        var first = inUse.find(made.secret());
        assertThat(inUse.find(made.secret())).isSameAs(first);
        assertThat(first.get().orElseThrow().id()).isEqualTo(made.key().id());
        clock.addAndGet(ApiKeyCache.VALID_FOR.toNanos() - 1);
        assertThat(inUse.find(made.secret())).isSameAs(first);
        clock.incrementAndGet();
        assertThat(inUse.find(made.secret())).isNotSameAs(first);
    }

    /** What was read before it was revoked must not be remembered after that. */
    @Test
    void a_key_that_is_changed_while_it_is_being_looked_up_is_looked_up_again() {
        var before = system.database.inTransaction(tx -> {
            tx.query(
                    "SELECT 1 AS n FROM api_keys WHERE key_id = ? FOR UPDATE",
                    row -> row.integer("n"),
                    made.key().id());
            var waiting = inUse.find(made.secret());
            inUse.forget(made.key().id());
            assertThat(waiting).isNotDone();
            return waiting;
        });
        assertThat(inUse.find(made.secret())).isNotSameAs(before);
        assertThat(before.join()).isPresent();
    }

    @Test
    void what_failed_is_not_remembered_and_nobody_waits_for_it() throws Exception {
        reads.close();
        var first = inUse.find(made.secret());
        var second = inUse.find(made.secret());

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isNotSameAs(first).isCompletedExceptionally();
        assertThat(second.handle((key, failure) -> failure).get()).isInstanceOf(Overload.class);
    }

    @Test
    void that_there_is_no_such_key_is_remembered_too() throws ExecutionException, InterruptedException {
        system.update("DELETE FROM api_keys WHERE key_id = ?", made.key().id());
        var first = inUse.find(made.secret());

        assertThat(first.get()).isEmpty();
        assertThat(inUse.find(made.secret())).isSameAs(first);
    }
}
