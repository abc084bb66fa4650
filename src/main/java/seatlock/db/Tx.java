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

/**
 * One open transaction. Only {@link Database#inTransaction} makes one, and only it ends it: whoever is handed a {@code
 * Tx} can neither commit nor roll back.
 *
 * <p>Parameters may be {@link UUID}, {@link String}, {@link Integer}, {@link Long}, {@link Boolean}, {@link Instant},
 * {@code byte[]}, {@code null}, or an array of the first six (an SQL array).
 */
public final class Tx {

    /** Turns one row into a value. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    private final Connection connection;

    Tx(Connection connection) {
        this.connection = connection;
    }

    /** All rows, in the order of the statement. */
    public <T> List<T> query(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (var resultSet = statement.executeQuery()) {
                var row = new Row(resultSet);
                var values = new ArrayList<T>();
                while (resultSet.next()) {
                    values.add(reader.read(row));
                }
                return values;
            }
        }
    }

    /**
     * The row that a unique key names, if there is one.
     *
     * @throws IllegalStateException if there are several
     */
    public <T> Optional<T> find(String sql, Reader<T> reader, Object... parameters) throws SQLException {
        var values = query(sql, reader, parameters);
        if (values.size() > 1) {
            throw new IllegalStateException(values.size() + " rows where one was expected: " + sql);
        }
        return values.stream().findFirst();
    }

    /** Number of rows changed. */
    public int update(String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    /**
     * A change of which it is known how many rows it has to change.
     *
     * @throws IllegalStateException if it changed more or fewer: a bug, and the transaction is rolled back
     */
    public void updateExactly(int rows, String sql, Object... parameters) throws SQLException {
        var changed = update(sql, parameters);
        if (changed != rows) {
            throw new IllegalStateException(changed + " rows were changed instead of " + rows + ": " + sql);
        }
    }

    /**
     * The database's clock, now. PostgreSQL's {@code now()} is the start of the transaction, and {@code
     * clock_timestamp()} inside a statement that waits for a lock is read before the wait; so whoever has to know what
     * time it is once a lock is held calls this afterwards.
     */
    public Instant readClock() throws SQLException {
        return query("SELECT clock_timestamp() AS now", row -> row.instant("now"))
                .get(0);
    }

    /** Waits no longer than this for each lock from here on, in this transaction. */
    public void limitLockWait(Duration wait) throws SQLException {
        query("SELECT set_config('lock_timeout', ?, true) AS set", row -> row.text("set"), wait.toMillis() + "ms");
    }

    private void bind(PreparedStatement statement, Object[] parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            bind(statement, i + 1, parameters[i]);
        }
    }

    private void bind(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof Instant instant) {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC)); // the driver refuses an Instant
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (value instanceof Object[] array) {
            statement.setArray(index, connection.createArrayOf(typeOf(array), texts(array)));
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
        throw new IllegalArgumentException("No SQL array is made of " + type);
    }

    private static Object[] texts(Object[] array) {
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
