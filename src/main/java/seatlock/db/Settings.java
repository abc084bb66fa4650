package seatlock.db;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Settings of PostgreSQL that hold until the end of a transaction.
 *
 * <p>They are never set for the session. A connection pooler may run each transaction in another session, which has other
 * settings, and would pass on the settings of this one to other programs.
 */
final class Settings {

    /** The setting that a transaction may change: see {@link Tx#limitLockWait}. */
    static final String LOCK_TIMEOUT = "lock_timeout";

    private final Map<String, String> values = new LinkedHashMap<>();

    Settings(Duration lockTimeout, Duration statementTimeout, Duration idleTimeout, Map<String, String> others) {
        values.put(LOCK_TIMEOUT, millis(lockTimeout));
        values.put("statement_timeout", millis(statementTimeout));
        values.put("idle_in_transaction_session_timeout", millis(idleTimeout));
        values.putAll(others);
    }

    /** Returns a time in PostgreSQL's default unit for the settings of this class. */
    static String millis(Duration time) {
        return String.valueOf(time.toMillis());
    }

    /** Returns the values by name, as {@code pg_settings} has them. */
    Map<String, String> values() {
        return values;
    }

    /** Returns the statement that sets all of them. Its only parameter is the {@link #LOCK_TIMEOUT}. */
    String sql() {
        return values.entrySet().stream()
                .map(setting -> set(
                        setting.getKey(), setting.getKey().equals(LOCK_TIMEOUT) ? "?" : "'" + setting.getValue() + "'"))
                .collect(Collectors.joining(", ", "SELECT ", ""));
    }

    /** Returns the statement that sets the {@link #LOCK_TIMEOUT}, its only parameter. */
    static String lockTimeoutSql() {
        return "SELECT " + set(LOCK_TIMEOUT, "?");
    }

    private static String set(String name, String value) {
        return "set_config('" + name + "', " + value + ", true)";
    }
}
