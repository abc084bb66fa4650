package seatlock.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import seatlock.App;
import seatlock.Config;
import seatlock.catalog.Catalog;
import seatlock.catalog.SampleEvents;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;

@Command(
        name = "seed",
        description = "Add three sample events: in a hall, a theatre, and an arena with 10,000 seats.",
        mixinStandardHelpOptions = true)
final class SeedCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return Execution.runOnce(backends -> {
            backends.migrate();
            seed(backends.database());
            return 0;
        });
    }

    /** Adds the sample events that do not exist yet, and reports them. */
    static void seed(DatabaseUrl url) {
        try (var database = Database.open(url, 1, App.READ_STATEMENT_TIMEOUT)) {
            var created = database.inTransaction(tx -> SampleEvents.create(tx, new Catalog()));
            created.forEach(event -> Execution.OUTPUT.accept(String.format(
                    Locale.ROOT,
                    "Event       %s  %s, %s, %,d seats",
                    event.id(),
                    event.name(),
                    event.venue(),
                    event.capacity())));
            if (created.isEmpty()) {
                Execution.OUTPUT.accept("Events      all sample events exist already");
            }
        }
    }
}
