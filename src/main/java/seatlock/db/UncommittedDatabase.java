package seatlock.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import seatlock.metrics.TransactionObserver;

/**
 * A database for a rehearsal: its transactions are all parts of a single one that is never committed. So they see each other's
 * changes, nobody else does, and nothing remains of them. They run one at a time.
 *
 * <p>There are no savepoints, because more than 64 of them would slow down the transactions of other sessions. So the first
 * transaction that fails ends the rehearsal.
 */
public final class UncommittedDatabase extends Database {

    private final Connection connection;
    private final ReentrantLock turn = new ReentrantLock(true);
    private boolean hasEnded; // guarded by turn

    /**
     * Connects, as a pool of one connection.
     *
     * @throws SQLException if the database is unavailable
     */
    public UncommittedDatabase(DatabaseUrl url, Duration statementTimeout, Plans plans) throws SQLException {
        super(url, 1, statementTimeout, plans, TransactionObserver.NONE, CONNECTION_WAIT);
        try {
            connection = super.connect();
        } catch (SQLException e) {
            super.close();
            throw e;
        }
    }

    @Override
    Connection connect() throws SQLException {
        turn.lock();
        if (hasEnded) {
            turn.unlock();
            throw new SQLTransientConnectionException("The rehearsal has ended");
        }
        return connection;
    }

    @Override
    void commit(Connection ours) {}

    @Override
    void rollBack(Connection ours) throws SQLException {
        hasEnded = true;
        ours.rollback();
    }

    @Override
    void release(Connection ours) {
        turn.unlock();
    }

    /** Rolls everything back. */
    @Override
    public void close() {
        turn.lock();
        try {
            hasEnded = true;
            connection.close();
        } catch (SQLException e) {
            // the server rolls back when it notices
        } finally {
            turn.unlock();
            super.close();
        }
    }
}
