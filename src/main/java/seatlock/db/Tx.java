package seatlock.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import seatlock.metrics.TransactionObserver;

/**
 * An open transaction. {@link Database#inTransaction} begins and ends it; code that receives a {@code Tx} can neither
 * commit nor roll back.
 *
 * <p>Parameters may be {@link UUID}, {@link String}, {@link Integer}, {@link Long}, {@link Boolean}, {@link Instant},
 * {@code byte[]}, {@code null}, or an array of these or of {@link Double} (an SQL array).
 */
public final class Tx {

    private static final String NOW = "clock_timestamp() AS now";
    private static final String CLOCK = "SELECT " + NOW;

    /** Converts a row to a value. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    /** A fact that the transaction relies on is out of date. {@link Database#inTransaction} rolls back and retries. */
    static final class Superseded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Superseded(String reason) {
            super(reason, null, false, false);
        }
    }

    /** A change that has not been sent yet. */
    private record Change(int rows, String sql, Object[] parameters) {

        void check(int changed) {
            if (changed != rows) {
                throw new IllegalStateException(changed + " rows were changed instead of " + rows + ": " + sql);
            }
        }
    }

    /** Reads the results of statements that were executed. The first result is the current one. */
    @FunctionalInterface
    private interface Results<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    private final Connection connection;
    private final TransactionObserver observer;
    private final Settings settings;
    private final List<Change> pending = new ArrayList<>();
    private String lockTimeout;
    private String unsent; // the statement for settings that travels with the next one; null if there is none

    /** @param settings are in force from the first statement to the end of the transaction */
    Tx(Connection connection, TransactionObserver observer, Settings settings) {
        this.connection = connection;
        this.observer = observer;
        this.settings = settings;
        this.lockTimeout = settings.values().get(Settings.LOCK_TIMEOUT);
        this.unsent = settings.sql();
    }

    /** Executes statements, separated by semicolons, in one round trip; settings that are unsent precede them. */
    private <T> T execute(String sql, List<Object[]> parameters, Results<T> results) throws SQLException {
        var first = unsent;
        try (var statement = connection.prepareStatement(first == null ? sql : first + ";\n" + sql)) {
            int index = 1;
            if (first != null) {
                statement.setString(index++, lockTimeout);
            }
            for (var values : parameters) {
                index = bind(statement, index, values);
            }
            statement.execute();
            if (first != null) {
                unsent = null;
                statement.getMoreResults();
            }
            return results.of(statement);
        }
    }

    private <T> T execute(String sql, Object[] parameters, Results<T> results) throws SQLException {
        return execute(sql, List.<Object[]>of(parameters), results);
    }

    /** Returns all rows, in the order of the statement. */
    public <T> List<T> query(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        flush();
        return execute(sql, parameters, statement -> read(statement, reader));
    }

    private static <T> List<T> read(PreparedStatement statement, Reader<T> reader) throws SQLException {
        try (var resultSet = statement.getResultSet()) {
            var row = new Row(resultSet);
            var values = new ArrayList<T>();
            while (resultSet.next()) {
                values.add(reader.read(row));
            }
            return values;
        }
    }

    /** Like {@link #query}, for a statement that locks rows; its duration is recorded as lock wait. */
    public <T> List<T> lock(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        flush(); // not part of the lock wait
        var began = System.nanoTime();
        try {
            return query(sql, reader, parameters);
        } finally {
            observer.locked(System.nanoTime() - began);
        }
    }

    /**
     * The rows that a statement locked, and what was read while holding the locks.
     *
     * @param now the database's clock: see {@link #readClock()}
     * @param version the value of the second expression; 0 for NULL
     */
    public record Locked<T>(List<T> rows, Instant now, int version) {}

    /**
     * Locks rows, then reads the clock and the value of an expression with a statement of its own, in one round trip.
     *
     * @param version SQL expression of an integer, which may have parameters, too: the last ones
     */
    public <T> Locked<T> lockThenReadClock(String sql, Reader<T> reader, String version, Object... parameters)
            throws SQLException {
        flush();
        var began = System.nanoTime();
        try {
            return execute(sql + ";\nSELECT " + NOW + ", " + version + " AS version", parameters, statement -> {
                var rows = read(statement, reader);
                statement.getMoreResults();
                return read(statement, row -> new Locked<>(rows, row.instant("now"), row.integer("version")))
                        .get(0);
            });
        } finally {
            observer.locked(System.nanoTime() - began);
        }
    }

    /**
     * Gives up because something that the caller knew before this transaction is out of date. The transaction is rolled back and
     * retried.
     *
     * @param reason for the log
     */
    public void restart(String reason) {
        throw new Superseded(reason);
    }

    /**
     * Returns the only row, if there is one.
     *
     * @throws IllegalStateException if there are several rows
     */
    public <T> Optional<T> find(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        var values = query(sql, reader, parameters);
        if (values.size() > 1) {
            throw new IllegalStateException(values.size() + " rows where one was expected: " + sql);
        }
        return values.stream().findFirst();
    }

    /** Executes a statement at once. Returns the number of rows changed. */
    public int update(String sql, Object... parameters) throws SQLException {
        flush();
        return execute(sql, parameters, PreparedStatement::getUpdateCount);
    }

    /**
     * Queues a statement that must change an exact number of rows. Queued statements are sent together in one round trip,
     * before the next query, {@link #update} or {@link #flush}, at the latest before the commit. Errors are thrown there: an
     * {@link SQLException}, or an {@link IllegalStateException} if the number of rows differs, which is a bug. Either rolls
     * the transaction back.
     */
    public void updateExactly(int rows, String sql, Object... parameters) {
        pending.add(new Change(rows, sql.strip(), parameters));
    }

    /** Sends the queued statements and checks how many rows each changed. Call it to learn here which statement fails. */
    public void flush() throws SQLException {
        if (pending.isEmpty()) {
            return;
        }
        var changes = List.copyOf(pending);
        pending.clear();
        var sql = changes.stream().map(Change::sql).collect(Collectors.joining(";\n"));
        execute(sql, changes.stream().map(Change::parameters).toList(), statement -> {
            for (var change : changes) {
                change.check(statement.getUpdateCount());
                statement.getMoreResults();
            }
            return null;
        });
    }

    /**
     * Reads the database's clock. Call this after locking: PostgreSQL's {@code now()} is the start of the transaction, and
     * {@code clock_timestamp()} in a statement that waits for a lock is read before the wait.
     */
    public Instant readClock() throws SQLException {
        return query(CLOCK, row -> row.instant("now")).get(0);
    }

    /** Limits the wait for each lock during the rest of this transaction. Takes effect with the next statement. */
    public void limitLockWait(Duration wait) throws SQLException {
        flush();
        lockTimeout = Settings.millis(wait);
        if (unsent == null) {
            unsent = Settings.lockTimeoutSql();
        }
    }

    /**
     * Compares the settings of this transaction with the values that they should have.
     *
     * @return a phrase for each that differs; none as long as all statements run in the same session and transaction
     */
    List<String> settingsNotInForce() throws SQLException {
        readClock(); // so that the settings were sent with an earlier statement
        return query(
                        "SELECT name, setting FROM pg_settings WHERE name = ANY (?)",
                        row -> {
                            var name = row.text("name");
                            var wanted = settings.values().get(name);
                            var actual = row.text("setting");
                            return actual.equals(wanted) ? "" : name + " is " + actual + " instead of " + wanted;
                        },
                        (Object) settings.values().keySet().toArray(String[]::new))
                .stream()
                .filter(phrase -> !phrase.isEmpty())
                .toList();
    }

    /** @return the index after the last parameter */
    private int bind(PreparedStatement statement, int first, Object[] parameters) throws SQLException {
        int index = first;
        for (var parameter : parameters) {
            bindOne(statement, index++, parameter);
        }
        return index;
    }

    private void bindOne(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof Instant instant) {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC)); // the driver refuses an Instant
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (value instanceof Object[] array) {
            statement.setArray(index, connection.createArrayOf(typeOf(array), asText(array)));
        } else {
            statement.setObject(index, value);
        }
    }

    private static String typeOf(Object[] array) {
        var type = array.getClass().getComponentType();
        if (type == UUID.class) {
            return "uuid";
        } else if (type == String.class) {
            return "text";
        } else if (type == Integer.class) {
            return "int4";
        } else if (type == Long.class) {
            return "int8";
        } else if (type == Double.class) {
            return "float8";
        } else if (type == Boolean.class) {
            return "bool";
        } else if (type == Instant.class) {
            return "timestamptz";
        } else if (type == byte[].class) {
            return "bytea";
        }
        throw new IllegalArgumentException("No SQL array type for " + type);
    }

    private static Object[] asText(Object[] array) {
        if (!(array instanceof Instant[] instants)) {
            return array;
        }
        var texts = new String[instants.length]; // PostgreSQL reads ISO 8601, which is what toString writes
        for (int i = 0; i < texts.length; i++) {
            texts[i] = instants[i] == null ? null : instants[i].toString();
        }
        return texts;
    }
}
