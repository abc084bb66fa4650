package seatlock.cli;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import seatlock.Config;
import seatlock.catalog.Catalog;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.db.Tx;
import seatlock.maintenance.Invariant;

@Command(
        name = "verify",
        description =
                "Check the database for integrity violations, such as a seat sold twice or a ticket without its seat."
                        + " The exit status is 0 if there are none.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    /** Time to read whole tables, with a million seats or more. */
    private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(10);

    @Option(names = "--event", paramLabel = "ID", description = "Check only this event. Default: all events.")
    private UUID event;

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runOnce(backends -> {
            var violations =
                    verify(backends.database(), Optional.ofNullable(event).map(EventId::new), Execution.OUTPUT);
            return violations == 0 ? 0 : 1;
        });
    }

    /**
     * Counts and prints the violations of each invariant.
     *
     * @param event the event to check; empty for the whole database
     * @return the number of all violations
     */
    static long verify(DatabaseUrl url, Optional<EventId> event, Consumer<String> output) {
        if (new Migrations(url).pending() > 0) {
            throw new IllegalStateException("The schema is not up to date. Run `seatlock migrate` first.");
        }
        try (var database = Database.open(url, 1, STATEMENT_TIMEOUT)) {
            event.filter(id -> database.inTransaction(tx -> new Catalog().find(tx, id))
                            .isEmpty())
                    .ifPresent(id -> {
                        throw new IllegalArgumentException("No such event: " + id);
                    });
            output.accept("Database " + database.inTransaction(VerifyCommand::name));
            long violations = 0;
            for (var invariant : Invariant.values()) {
                long count = database.inTransaction(
                        tx -> event.isPresent() ? invariant.count(tx, event.get()) : invariant.count(tx));
                output.accept(String.format(Locale.ROOT, "%,9d  %s", count, invariant));
                violations += count;
            }
            output.accept(
                    violations == 0
                            ? "No violations."
                            : violations == 1
                                    ? "1 violation"
                                    : String.format(Locale.ROOT, "%,d violations", violations));
            return violations;
        }
    }

    /** Names the database without its password, so that nobody takes the result for that of another one. */
    private static String name(Tx tx) throws SQLException {
        return tx.query(
                        "SELECT current_database() || coalesce(' on ' || host(inet_server_addr()) || ':'"
                                + " || inet_server_port(), '') AS name",
                        row -> row.text("name"))
                .get(0);
    }
}
