package seatlock.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.metrics.TransactionObserver;

/**
 * The pool of connections, and the only place where a transaction begins and ends.
 *
 * <p>Connections have autocommit off from the start and it is never toggled: turned back on in the middle of a
 * transaction it would commit it. Isolation is READ COMMITTED; what has to be serial is made so by row locks.
 */
public final class Database implements AutoCloseable {

    /**
     * How long a statement waits for one lock: longer than any healthy transaction. PostgreSQL counts anew when it first
     * waits in line for a row and then for its holder, so a statement may wait twice as long.
     */
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

    /** A node that stops in the middle of a transaction must not keep its locks for longer than this. */
    private static final Duration IDLE_IN_TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    /** Added to the statement timeout, so that it only fires when the server or the network is gone. */
    private static final Duration SOCKET_GRACE = Duration.ofSeconds(5);

    /** How long work waits for a connection; whoever waits longer is better told to come back. */
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(2);

    /** The same where nobody else waits meanwhile: a JVM that has just started on a busy machine may need seconds. */
    public static final Duration PATIENT_CONNECTION_WAIT = Duration.ofSeconds(20);

    /** While the database is away, one tries so often whether it is back, and all others are refused at once. */
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(250);

    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);

    /** Deadlocks cannot happen between our own transactions (they lock in one order), so this is for strangers. */
    private static final int MAX_ATTEMPTS = 3;

    private static final Logger log = LoggerFactory.getLogger(Database.class);

    /** What is done in a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx) throws SQLException;
    }

    /**
     * The connections of a pool at a moment.
     *
     * @param open all there are
     * @param active those in use
     * @param waiting threads that wait for one
     */
    public record Connections(int open, int active, int waiting) {}

    /** How PostgreSQL plans the statements of a pool. */
    public enum Plans {
        /** As it thinks best. */
        FREE(""),
        /**
         * Once, and never by reading a whole table: for statements that name their rows by key. They look each key up
         * ({@code LATERAL … OFFSET 0}): of a join, or of {@code = ANY (…)}, PostgreSQL makes a search through all rows of
         * the event where its statistics are from before the sale and know of hardly any.
         */
        BY_KEY("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; ");

        private final String settings;

        Plans(String settings) {
            this.settings = settings;
        }
    }

    private final HikariDataSource pool;
    private final TransactionObserver observer;
    private final AtomicLong probedAt = new AtomicLong();
    private volatile boolean away;

    private Database(HikariDataSource pool, TransactionObserver observer) {
        this.pool = pool;
        this.observer = observer;
    }

    /** A connection to a server that can only be read: it was the primary, and is a standby now. */
    public static final class ReadOnlyIsGone implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException e) {
            return SqlState.isReadOnly(e) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }

    /** Opens a pool for a command or a test: nobody observes it, and who wants a connection has time. */
    public static Database open(DatabaseUrl url, int connections, Duration statementTimeout) {
        return open(url, connections, statementTimeout, Plans.FREE, TransactionObserver.NONE, PATIENT_CONNECTION_WAIT);
    }

    /**
     * Opens a pool for a server, which turns away who would wait long for a connection.
     *
     * @param connections at most this many
     * @param statementTimeout no statement runs longer: one that does is stuck, and holds locks meanwhile
     * @param plans how its statements are planned
     */
    public static Database open(
            DatabaseUrl url, int connections, Duration statementTimeout, Plans plans, TransactionObserver observer) {
        return open(url, connections, statementTimeout, plans, observer, CONNECTION_WAIT);
    }

    /**
     * Opens a pool.
     *
     * @param connectionWait how long work waits for a connection before it is unavailable
     */
    public static Database open(
            DatabaseUrl url,
            int connections,
            Duration statementTimeout,
            Plans plans,
            TransactionObserver observer,
            Duration connectionWait) {
        var config = new HikariConfig();
        config.setPoolName("seatlock");
        config.setJdbcUrl(url.jdbc());
        config.setUsername(url.user());
        config.setPassword(url.password());
        config.setAutoCommit(false);
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(connectionWait.toMillis());
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("ApplicationName", "seatlock");
        // As text: the driver does not see a number.
        config.addDataSourceProperty(
                "socketTimeout",
                String.valueOf(statementTimeout.plus(SOCKET_GRACE).toSeconds()));
        config.addDataSourceProperty("connectTimeout", String.valueOf(connectionWait.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // Of several hosts: how long the driver believes which of them is the primary. Its own default is ten seconds.
        config.addDataSourceProperty("hostRecheckSeconds", "1");
        config.setValidationTimeout(VALIDATION_TIMEOUT.toMillis());
        config.setExceptionOverrideClassName(ReadOnlyIsGone.class.getName());
        // The pool fills as it is needed, and stays full. If it had to keep connections ready, it would try to get them
        // back from a server that is away at ever longer intervals, and be late when that returns.
        config.setMinimumIdle(0);
        config.setIdleTimeout(0);
        DatabaseUrl.DISCREET.forEach(config::addDataSourceProperty);
        // Not as "options" of the connection: those in DATABASE_URL would take their place. Committed, since with
        // autocommit off the first rollback would take them back.
        config.setConnectionInitSql("SET lock_timeout = %d; SET statement_timeout = %d; SET %s = %d; %sCOMMIT"
                .formatted(
                        LOCK_TIMEOUT.toMillis(),
                        statementTimeout.toMillis(),
                        "idle_in_transaction_session_timeout",
                        IDLE_IN_TRANSACTION_TIMEOUT.toMillis(),
                        plans.settings));
        return new Database(new HikariDataSource(config), observer);
    }

    /**
     * Runs work in one transaction and commits it. Whatever it throws rolls back. It may run more than once (after a
     * deadlock or a serialization failure), so it must not do anything outside the transaction.
     *
     * @return what the work returned, after the commit
     * @throws DatabaseException if the database could not do it
     * @throws IllegalStateException if it refused it: a constraint, an error in the SQL
     */
    public <T> T inTransaction(Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            Exception reason;
            try {
                return attempt(work);
            } catch (Tx.Superseded e) {
                reason = e;
            } catch (SQLException e) {
                if (!SqlState.isRetryable(e)) {
                    if (SqlState.isLockTimeout(e)) {
                        observer.lockTimedOut();
                    }
                    throw translate(e);
                }
                reason = e;
            }
            if (attempt == MAX_ATTEMPTS) {
                throw new DatabaseException.Contended("Gave up after " + attempt + " attempts", reason);
            }
            observer.retried();
            log.info("A transaction starts over: {}", reason.getMessage());
            pause(attempt);
        }
    }

    private <T> T attempt(Work<T> work) throws SQLException {
        try (var connection = connect()) {
            var began = System.nanoTime();
            try {
                return attempt(work, connection);
            } finally {
                observer.ended(System.nanoTime() - began);
            }
        }
    }

    private <T> T attempt(Work<T> work, Connection connection) throws SQLException {
        T result;
        try {
            var tx = new Tx(connection, observer);
            result = work.in(tx);
            tx.flush();
        } catch (Throwable workFailure) {
            rollBack(connection, workFailure);
            throw workFailure;
        }
        commit(connection);
        return result;
    }

    private Connection connect() throws SQLException {
        if (away && !isBack()) {
            throw new SQLTransientConnectionException("The database is away");
        }
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException e) {
            away = connections().open < pool.getMaximumPoolSize(); // or all of them are in use
            throw e;
        }
    }

    /** Asked by one at a time, past the pool; the others are told no. */
    private boolean isBack() {
        var last = probedAt.get();
        var now = System.nanoTime();
        if (now - last < PROBE_INTERVAL.toNanos() || !probedAt.compareAndSet(last, now)) {
            return false;
        }
        var properties = new Properties();
        properties.putAll(pool.getDataSourceProperties());
        if (pool.getUsername() != null) {
            properties.put("user", pool.getUsername());
        }
        if (pool.getPassword() != null) {
            properties.put("password", pool.getPassword());
        }
        try {
            DriverManager.getConnection(pool.getJdbcUrl(), properties).close();
            away = false;
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException commitFailure) {
            rollBack(connection, commitFailure);
            if (SqlState.isConnectionLost(commitFailure)) {
                throw new DatabaseException.OutcomeUnknown(commitFailure);
            }
            throw commitFailure;
        }
    }

    private static void rollBack(Connection connection, Throwable reason) {
        try {
            connection.rollback();
        } catch (SQLException rollbackFailure) {
            reason.addSuppressed(rollbackFailure); // the pool drops the connection, and the server rolls back
        }
    }

    private static RuntimeException translate(SQLException e) {
        if (SqlState.isLockTimeout(e)) {
            return new DatabaseException.LockTimeout(e);
        }
        if (SqlState.isUnavailable(e)) {
            return new DatabaseException.Unavailable("The database cannot do it now: " + e.getMessage(), e);
        }
        return new IllegalStateException("The database refused: " + e.getMessage(), e);
    }

    private static void pause(int attempt) {
        try {
            // Two that collided must not collide again.
            Thread.sleep(ThreadLocalRandom.current().nextLong(5, 20L * attempt + 5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseException.Unavailable("Interrupted between two attempts", e);
        }
    }

    /** The connections of the pool, now; asks nobody and waits for nobody. */
    public Connections connections() {
        var state = pool.getHikariPoolMXBean(); // there is none before the first connection was asked for
        return state == null
                ? new Connections(0, 0, 0)
                : new Connections(
                        state.getTotalConnections(),
                        state.getActiveConnections(),
                        state.getThreadsAwaitingConnection());
    }

    @Override
    public void close() {
        pool.close();
    }
}
