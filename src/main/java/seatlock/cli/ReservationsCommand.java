package seatlock.cli;

import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import seatlock.Config;
import seatlock.catalog.Catalog;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationSearch;

@Command(
        name = "reservations",
        description = "Find reservations.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(find)")
final class ReservationsCommand {

    private static final int MAX_RESERVATIONS = 1_000;

    private static final String LINE = "%-36s  %-9s  %-9s  %-20s  %s";

    @Command(
            mixinStandardHelpOptions = true,
            description = "List the reservations of an e-mail address in all events, the newest first.")
    int find(@Parameters(paramLabel = "EMAIL", description = "E-mail address, in any case.") String email)
            throws Config.Invalid {
        return Execution.withDatabase(database -> {
            database.inTransaction(tx -> table(tx, email)).forEach(Execution.OUTPUT);
            return 0;
        });
    }

    /** Returns the lines to print. */
    static List<String> table(Tx tx, String email) throws SQLException {
        var page = new ReservationSearch().findByEmail(tx, email, Set.of(), Optional.empty(), MAX_RESERVATIONS);
        if (page.found().isEmpty()) {
            return List.of("No reservations");
        }
        var names = new HashMap<EventId, String>();
        var lines = new ArrayList<String>();
        lines.add(line("EVENT", "REFERENCE", "STATUS", "WHEN", "SEATS"));
        for (var found : page.found()) {
            if (!names.containsKey(found.event())) {
                names.put(
                        found.event(),
                        new Catalog().find(tx, found.event()).orElseThrow().name());
            }
            var reservation = found.reservation();
            lines.add(line(
                    names.get(found.event()),
                    reservation.reference().value(),
                    reservation.status().name(),
                    reservation.createdAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                    reservation.seats().stream()
                            .map(Reservation.ReservedSeat::label)
                            .collect(Collectors.joining(" "))));
        }
        page.next().ifPresent(next -> lines.add("There are more than " + MAX_RESERVATIONS + "."));
        return lines;
    }

    private static String line(String event, String reference, String status, String when, String seats) {
        return String.format(Locale.ROOT, LINE, event, reference, status, when, seats);
    }
}
