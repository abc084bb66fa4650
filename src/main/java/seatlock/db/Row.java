package seatlock.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;

/** The current row of a result. NULL becomes {@code null}, or 0 or {@code false} in a getter that returns a primitive. */
public final class Row {

    private final ResultSet resultSet;

    Row(ResultSet resultSet) {
        this.resultSet = resultSet;
    }

    public String text(String column) throws SQLException {
        return resultSet.getString(column);
    }

    public UUID uuid(String column) throws SQLException {
        return resultSet.getObject(column, UUID.class);
    }

    /** Returns the elements of an array; none if the column is NULL. */
    public UUID[] uuids(String column) throws SQLException {
        var array = resultSet.getArray(column);
        return array == null ? new UUID[0] : (UUID[]) array.getArray();
    }

    /** Returns the elements of an array; none if the column is NULL. */
    public String[] texts(String column) throws SQLException {
        var array = resultSet.getArray(column);
        return array == null ? new String[0] : (String[]) array.getArray();
    }

    public int integer(String column) throws SQLException {
        return resultSet.getInt(column);
    }

    public long bigint(String column) throws SQLException {
        return resultSet.getLong(column);
    }

    public Integer integerOrNull(String column) throws SQLException {
        return resultSet.getObject(column, Integer.class);
    }

    public Long bigintOrNull(String column) throws SQLException {
        return resultSet.getObject(column, Long.class);
    }

    public Double doubleOrNull(String column) throws SQLException {
        return resultSet.getObject(column, Double.class);
    }

    public boolean bool(String column) throws SQLException {
        return resultSet.getBoolean(column);
    }

    public Instant instant(String column) throws SQLException {
        var time = resultSet.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    public byte[] bytes(String column) throws SQLException {
        return resultSet.getBytes(column);
    }
}
