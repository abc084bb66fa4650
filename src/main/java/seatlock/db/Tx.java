package seatlock.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
 * {@code byte[]}, {@code null}, or an array of the first seven (an SQL array).
 */
public final class Tx {

    private static final String CLOCK = "SELECT clock_timestamp() AS now";

    /** Converts a row to a value. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    /**
     * Another transaction inserted a row first, so what this one has read is out of date. {@link Database#inTransaction} rolls
     * back and retries.
     */
    static final class Superseded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Superseded() {
            super("another transaction inserted the same row first", null, false, false);
        }
    }

    /**
     * A change that has not been sent yet.
     *
     * @param contested whether other transactions may insert the same rows
     */
    private record Change(int rows, boolean contested, String sql, Object[] parameters) {

        void check(int changed) {
            if (changed == rows) {
                return;
            }
            if (contested) {
                throw new Superseded();
            }
            throw new IllegalStateException(changed + " rows were changed instead of " + rows + ": " + sql);
        }
    }

    private final Connection connection;
    private final TransactionObserver observer;
    private final List<Change> pending = new ArrayList<>();

    Tx(Connection connection, TransactionObserver observer) {
        this.connection = connection;
        this.observer = observer;
    }

    /** Returns all rows, in the order of the statement. */
    public <T> List<T> query(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        flush();
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, 1, parameters);
            try (var resultSet = statement.executeQuery()) {
                return read(resultSet, reader);
            }
        }
    }

    private static <T> List<T> read(ResultSet resultSet, Reader<T> reader) throws SQLException {
        var row = new Row(resultSet);
        var values = new ArrayList<T>();
        while (resultSet.next()) {
            values.add(reader.read(row));
        }
        return values;
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
     * The rows that a statement locked, and the database's clock, read while holding the locks.
     *
     * @param now see {@link #readClock()}
     */
    public record Locked<T>(List<T> rows, Instant now) {}

    /** Locks rows, then reads the clock with a statement of its own ({@link #readClock()}), in one round trip. */
    public <T> Locked<T> lockThenReadClock(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        flush();
        var began = System.nanoTime();
        try {
            return queryThenReadClock(sql, reader, parameters);
        } finally {
            observer.locked(System.nanoTime() - began);
        }
    }

    private <T> Locked<T> queryThenReadClock(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql + ";\n" + CLOCK)) {
            bind(statement, 1, parameters);
            statement.execute();
            List<T> rows;
            try (var resultSet = statement.getResultSet()) {
                rows = read(resultSet, reader);
            }
            statement.getMoreResults();
            try (var resultSet = statement.getResultSet()) {
                return new Locked<>(
                        rows, read(resultSet, row -> row.instant("now")).get(0));
            }
        }
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
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, 1, parameters);
            return statement.executeUpdate();
        }
    }

    /**
     * Queues a statement that must change an exact number of rows. Queued statements are sent together in one round trip,
     * before the next query, {@link #update} or {@link #flush}, at the latest before the commit. Errors are thrown there: an
     * {@link SQLException}, or an {@link IllegalStateException} if the number of rows differs, which is a bug. Either rolls
     * the transaction back.
     */
    public void updateExactly(int rows, String sql, Object... parameters) {
        pending.add(new Change(rows, false, sql.strip(), parameters));
    }

    /**
     * Queues an insert in the same way, for a statement that skips existing rows ({@code ON CONFLICT DO NOTHING}). If
     * another transaction inserted any of the rows first, what this one has read is out of date: it is rolled back and
     * retried.
     */
    public void insertNew(int rows, String sql, Object... parameters) {
        pending.add(new Change(rows, true, sql.strip(), parameters));
    }

    /** Sends the queued statements and checks how many rows each changed. Call it to learn here which statement fails. */
    public void flush() throws SQLException {
        if (pending.isEmpty()) {
            return;
        }
        var changes = List.copyOf(pending);
        pending.clear();
        var sql = changes.stream().map(Change::sql).collect(Collectors.joining(";\n"));
        try (var statement = connection.prepareStatement(sql)) {
            int index = 1;
            for (var change : changes) {
                index = bind(statement, index, change.parameters());
            }
            statement.execute();
            for (var change : changes) {
                change.check(statement.getUpdateCount());
                statement.getMoreResults();
            }
        }
    }

    /**
     * Reads the database's clock. Call this after locking: PostgreSQL's {@code now()} is the start of the transaction, and
     * {@code clock_timestamp()} in a statement that waits for a lock is read before the wait.
     */
    public Instant readClock() throws SQLException {
        return query(CLOCK, row -> row.instant("now")).get(0);
    }

    /** Limits the wait for each lock during the rest of this transaction. */
    public void limitLockWait(Duration wait) throws SQLException {
        query("SELECT set_config('lock_timeout', ?, true) AS set", row -> row.text("set"), wait.toMillis() + "ms");
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
