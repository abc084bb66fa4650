package seatlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import seatlock.db.Database;
import seatlock.db.Tx;
import seatlock.support.Crowd;
import seatlock.support.Servers;

/**
 * The control: the same race without what prevents it does sell a seat twice. Without it, the other races would prove
 * nothing: perhaps nobody ever met.
 */
class NoLockControlTest {

    private static final int BUYERS = 10;

    /** Read that the seat is free, then take it: what everybody writes first. */
    private static boolean buy(Tx tx, String forUpdate, CyclicBarrier everybodyHasLooked) throws SQLException {
        var status =
                tx.query("SELECT status FROM plain_seats WHERE seat_id = 1" + forUpdate, row -> row.text("status"));
        if (everybodyHasLooked != null) {
            await(everybodyHasLooked);
        }
        if (!status.equals(List.of("AVAILABLE"))) {
            return false;
        }
        tx.update("UPDATE plain_seats SET status = 'SOLD' WHERE seat_id = 1");
        tx.update("INSERT INTO plain_sales (seat_id) VALUES (1)");
        return true;
    }

    @Test
    void without_the_lock_the_seat_is_sold_to_everybody() {
        var barrier = new CyclicBarrier(BUYERS);
        assertThat(sales("", barrier)).isEqualTo(BUYERS);
    }

    @Test
    void with_the_lock_it_is_sold_once() {
        assertThat(sales(" FOR UPDATE", null)).isEqualTo(1);
    }

    private static long sales(String forUpdate, CyclicBarrier everybodyHasLooked) {
        try (var database = Database.open(Servers.newDatabase(), BUYERS)) {
            database.inTransaction(tx -> tx.update("CREATE TABLE plain_seats (seat_id integer, status text)"));
            database.inTransaction(tx -> tx.update("CREATE TABLE plain_sales (seat_id integer)"));
            database.inTransaction(tx -> tx.update("INSERT INTO plain_seats VALUES (1, 'AVAILABLE')"));

            var won = Crowd.of(BUYERS, i -> database.inTransaction(tx -> buy(tx, forUpdate, everybodyHasLooked)));

            var sales = database.inTransaction(
                    tx -> tx.query("SELECT count(*) AS n FROM plain_sales", row -> row.bigint("n"))
                            .get(0));
            assertThat(won.stream().filter(w -> w)).hasSize(sales.intValue());
            return sales;
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
