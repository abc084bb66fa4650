package seatlock.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.metrics.TransactionObserver;

/**
 * The connection pool, and the only place where a transaction begins and ends.
 *
 * <p>Autocommit is off from the start and never toggled, because turning it on in the middle of a transaction commits it.
 * Isolation is READ COMMITTED; row locks serialize what must not run concurrently.
 */
public class Database implements AutoCloseable {

    /**
     * Time limit for acquiring one lock: longer than any healthy transaction. PostgreSQL waits first for its place in the
     * row's queue and then for the holder, with this limit for each, so a statement may wait twice as long.
     *
     * <p>It is not longer than PostgreSQL's {@code deadlock_timeout}, so a deadlock usually ends as a lock timeout. Seatlock's
     * own transactions cannot deadlock. For one with another program's transaction, a longer limit would replace that refusal
     * by a retry, but delay every other request that meets a lock.
     */
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

    /** Limits how long a node that hangs in the middle of a transaction holds its locks. */
    private static final Duration IDLE_IN_TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    /** Added to the statement timeout, so that the socket timeout fires only if the server or the network is down. */
    private static final Duration SOCKET_GRACE = Duration.ofSeconds(5);

    /** Time limit for getting a connection; beyond it, an immediate refusal serves a client better than more waiting. */
    static final Duration CONNECTION_WAIT = Duration.ofSeconds(2);

    /** The same for commands and tests: a JVM that has just started on a busy machine may need seconds. */
    public static final Duration PATIENT_CONNECTION_WAIT = Duration.ofSeconds(20);

    /** While the database is down, one thread probes it this often, and all others fail at once. */
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(250);

    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);

    /** Seatlock's own transactions cannot deadlock, because they lock in one order; other programs' transactions may. */
    private static final int MAX_ATTEMPTS = 3;

    private static final Logger log = LoggerFactory.getLogger(Database.class);

    /** Work to do in a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx) throws SQLException;
    }

    /**
     * A snapshot of a pool.
     *
     * @param open number of connections, idle ones included
     * @param active number of connections in use
     * @param waiting number of threads waiting for a connection
     */
    public record Connections(int open, int active, int waiting) {}

    /** How PostgreSQL plans the statements of a pool. */
    public enum Plans {
        /** PostgreSQL's defaults. */
        DEFAULT(Map.of()),
        /**
         * Plans each statement once, without sequential scans: for statements that identify their rows by key. Such a
         * statement must look up each key ({@code LATERAL … OFFSET 0}). While the statistics are older than the sale,
         * PostgreSQL plans a join or {@code = ANY (…)} as a scan of all rows of the event.
         */
        BY_KEY(Map.of("plan_cache_mode", "force_generic_plan", "enable_seqscan", "off"));

        private final Map<String, String> settings;

        Plans(Map<String, String> settings) {
            this.settings = settings;
        }
    }

    private final HikariDataSource pool;
    private final Settings settings;
    private final TransactionObserver observer;
    private final AtomicLong probedAt = new AtomicLong();
    private volatile boolean down;

    Database(
            DatabaseUrl url,
            int connections,
            Duration statementTimeout,
            Plans plans,
            TransactionObserver observer,
            Duration connectionWait) {
        this.pool = new HikariDataSource(pool(url, connections, statementTimeout, connectionWait));
        this.settings = new Settings(LOCK_TIMEOUT, statementTimeout, IDLE_IN_TRANSACTION_TIMEOUT, plans.settings);
        this.observer = observer;
    }

    /** Evicts a connection to a server that has become read-only: after a failover, the former primary is a standby. */
    public static final class ReadOnlyEviction implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException e) {
            return SqlState.isReadOnly(e) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }

    /** Opens a pool for a command or a test: without metrics, and with {@link #PATIENT_CONNECTION_WAIT}. */
    public static Database open(DatabaseUrl url, int connections, Duration statementTimeout) {
        return open(
                url, connections, statementTimeout, Plans.DEFAULT, TransactionObserver.NONE, PATIENT_CONNECTION_WAIT);
    }

    /**
     * Opens a pool for a server, which must refuse requests early when no connection is free.
     *
     * @param connections maximum number of connections
     * @param statementTimeout time limit for each statement; a statement that takes longer is stuck and holds locks
     * @param plans how PostgreSQL plans the statements
     */
    public static Database open(
            DatabaseUrl url, int connections, Duration statementTimeout, Plans plans, TransactionObserver observer) {
        return open(url, connections, statementTimeout, plans, observer, CONNECTION_WAIT);
    }

    /**
     * Opens a pool.
     *
     * @param connectionWait time limit for getting a connection, after which the database counts as unavailable
     */
    public static Database open(
            DatabaseUrl url,
            int connections,
            Duration statementTimeout,
            Plans plans,
            TransactionObserver observer,
            Duration connectionWait) {
        return new Database(url, connections, statementTimeout, plans, observer, connectionWait);
    }

    /** Returns the settings of a pool. */
    private static HikariConfig pool(
            DatabaseUrl url, int connections, Duration statementTimeout, Duration connectionWait) {
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
        // As text, because the driver ignores properties that are numbers.
        config.addDataSourceProperty(
                "socketTimeout",
                String.valueOf(statementTimeout.plus(SOCKET_GRACE).toSeconds()));
        config.addDataSourceProperty("connectTimeout", String.valueOf(connectionWait.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // With several hosts: how long the driver remembers which one is the primary. Its default is ten seconds.
        config.addDataSourceProperty("hostRecheckSeconds", "1");
        DatabaseUrl.NO_ROW_VALUES.forEach(config::addDataSourceProperty);
        config.setValidationTimeout(VALIDATION_TIMEOUT.toMillis());
        config.setExceptionOverrideClassName(ReadOnlyEviction.class.getName());
        // The pool grows on demand and never shrinks. With a minimum of idle connections, it would retry at ever longer
        // intervals while the server is down, and be late to notice when it is back.
        config.setMinimumIdle(0);
        config.setIdleTimeout(0);
        return config;
    }

    /**
     * Runs work in one transaction and commits it. Rolls back if the work throws anything. The work may run more than once
     * (after a deadlock or a serialization failure, or if another transaction has inserted a row with the same key), so it must
     * have no effect outside the transaction.
     *
     * @return the result of the work, after the commit
     * @throws DatabaseException if the database was unavailable, or a lock could not be acquired
     * @throws IllegalStateException if the database rejected a statement: a violated constraint, an error in the SQL
     */
    public <T> T inTransaction(Work<T> work) {
        return inTransaction(work, () -> {});
    }

    /** Like {@link #inTransaction(Work)}. @param committing runs before each attempt to commit, when all statements have run */
    public <T> T inTransaction(Work<T> work, Runnable committing) {
        for (int attempt = 1; ; attempt++) {
            Exception reason;
            try {
                return attempt(work, committing);
            } catch (Tx.Superseded e) {
                reason = e;
            } catch (SQLException e) {
                if (!SqlState.isRetryable(e) && !(SqlState.isDuplicate(e) && attempt < MAX_ATTEMPTS)) {
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
            log.info("Retrying a transaction: {}", reason.getMessage());
            pause(attempt);
        }
    }

    private <T> T attempt(Work<T> work, Runnable committing) throws SQLException {
        var connection = connect();
        try {
            var began = System.nanoTime();
            try {
                return attempt(work, committing, connection);
            } finally {
                observer.ended(System.nanoTime() - began);
            }
        } finally {
            release(connection);
        }
    }

    private <T> T attempt(Work<T> work, Runnable committing, Connection connection) throws SQLException {
        T result;
        try {
            var tx = new Tx(connection, observer, settings);
            result = work.in(tx);
            tx.flush();
            committing.run();
        } catch (Throwable workFailure) {
            rollBackAfter(workFailure, connection);
            throw workFailure;
        }
        try {
            commit(connection);
        } catch (SQLException commitFailure) {
            rollBackAfter(commitFailure, connection);
            if (SqlState.isConnectionLost(commitFailure)) {
                throw new DatabaseException.OutcomeUnknown(commitFailure);
            }
            throw commitFailure;
        }
        return result;
    }

    /** Returns a connection for one transaction. */
    Connection connect() throws SQLException {
        if (down && !probe()) {
            throw new SQLTransientConnectionException("The database is down");
        }
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException e) {
            down = connections().open < pool.getMaximumPoolSize(); // otherwise all connections are in use
            throw e;
        }
    }

    /**
     * Tries to connect, bypassing the pool, at most once per {@link #PROBE_INTERVAL}.
     *
     * @return whether this call connected; {@code false} at once if another call probed recently
     */
    private boolean probe() {
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
            down = false;
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** Commits the transaction of a connection. */
    void commit(Connection connection) throws SQLException {
        connection.commit();
    }

    /** Rolls the transaction of a connection back. */
    void rollBack(Connection connection) throws SQLException {
        connection.rollback();
    }

    /** Gives a connection back. */
    void release(Connection connection) throws SQLException {
        connection.close();
    }

    private void rollBackAfter(Throwable reason, Connection connection) {
        try {
            rollBack(connection);
        } catch (SQLException rollbackFailure) {
            reason.addSuppressed(rollbackFailure); // the pool closes the connection, so the server rolls back
        }
    }

    private static RuntimeException translate(SQLException e) {
        if (SqlState.isLockTimeout(e)) {
            return new DatabaseException.LockTimeout(e);
        }
        if (SqlState.isUnavailable(e) || SqlState.isSessionMixedUp(e)) {
            return new DatabaseException.Unavailable("The database is unavailable: " + e.getMessage(), e);
        }
        return new IllegalStateException("The database rejected a statement: " + e.getMessage(), e);
    }

    private static void pause(int attempt) {
        try {
            // Random, so that two transactions that collided do not collide again.
            Thread.sleep(ThreadLocalRandom.current().nextLong(5, 20L * attempt + 5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseException.Unavailable("Interrupted before a retry", e);
        }
    }

    /**
     * Reads the settings of a transaction back: time limits for locks and statements, and how statements are planned.
     *
     * @return a phrase for each that is not in force; none unless something between here and PostgreSQL runs the statements
     *     of one transaction in different sessions
     * @throws DatabaseException if the database is unavailable
     */
    public List<String> settingsNotInForce() {
        return inTransaction(Tx::settingsNotInForce);
    }

    /** Returns a snapshot of the pool, without blocking. */
    public Connections connections() {
        var state = pool.getHikariPoolMXBean(); // null before the first connection is requested
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
