package seatlock.cli;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seatlock.Config;
import seatlock.catalog.Cancellations;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.catalog.EventId;
import seatlock.catalog.EventQuery;
import seatlock.changes.Actor;
import seatlock.changes.Changes;
import seatlock.db.Database;
import seatlock.inventory.InventoryReader;
import seatlock.sales.EventCancellation;
import seatlock.sales.EventRevision;
import seatlock.sales.IdempotencyKeys;

@Command(
        name = "events",
        description = "List events; publish one, pause or resume its sale, or cancel it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(cancel | list | pause | publish | resume)")
final class EventsCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Config.Invalid {
        return list(false);
    }

    @Command(mixinStandardHelpOptions = true, description = "List the events that are not over, with the drafts.")
    int list(@Option(names = "--all", description = "List those that are over, too.") boolean all)
            throws Config.Invalid {
        return Execution.withDatabase(database -> list(database, all));
    }

    @Command(mixinStandardHelpOptions = true, description = "Publish a draft.")
    int publish(@Parameters(paramLabel = "ID", description = "Id of the event.") UUID id) throws Config.Invalid {
        return Execution.withDatabase(
                database -> revise(database, id, "Published", event -> event.withStatus(Status.PUBLISHED)));
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Pause the sale of an event. Pending reservations can still be confirmed.")
    int pause(@Parameters(paramLabel = "ID", description = "Id of the event.") UUID id) throws Config.Invalid {
        return Execution.withDatabase(database -> revise(
                database, id, "Paused", event -> event.withTerms(event.terms().withPaused(true))));
    }

    @Command(mixinStandardHelpOptions = true, description = "Resume the sale of an event.")
    int resume(@Parameters(paramLabel = "ID", description = "Id of the event.") UUID id) throws Config.Invalid {
        return Execution.withDatabase(database -> revise(
                database, id, "Resumed", event -> event.withTerms(event.terms().withPaused(false))));
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Cancel an event. The running servers cancel its reservations and void its tickets.")
    int cancel(
            @Parameters(paramLabel = "ID", description = "Id of the event.") UUID id,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Reason that buyers read in the mail.")
                    String reason,
            @Option(names = "--no-refund", description = "Leave confirmed reservations as they are.") boolean noRefund,
            @Option(names = "--no-mail", description = "Do not tell the holders of tickets.") boolean noMail)
            throws Config.Invalid {
        return Execution.withDatabase(database ->
                cancel(database, id, new EventCancellation.Request(Optional.ofNullable(reason), !noRefund, !noMail)));
    }

    /** @throws IllegalArgumentException if the event does not exist */
    static int cancel(Database database, UUID id, EventCancellation.Request request) {
        var cancellation =
                new EventCancellation(new Catalog(), new Changes(), new Cancellations(), new InventoryReader());
        var event = database.inTransaction(tx -> cancellation.cancel(tx, new EventId(id), request, Actor.OPERATOR));
        report("Cancelled", id, event);
        return 0;
    }

    static int list(Database database, boolean all) {
        var query = new EventQuery(
                all ? Optional.of(Instant.EPOCH) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new EventQuery.Hidden(true, Set.of()),
                Optional.empty());
        database.inTransaction(tx -> new Catalog().list(tx, query, Integer.MAX_VALUE))
                .forEach(event -> Execution.OUTPUT.accept(line(event)));
        return 0;
    }

    static String line(Event event) {
        return String.format(
                Locale.ROOT,
                "%s %-9s %s; %s, %s, %,d seats%s",
                event.id(),
                event.status(),
                event.startsAt(),
                event.name(),
                event.venue(),
                event.capacity(),
                event.terms().isPaused() ? ", paused" : "");
    }

    /** @throws IllegalArgumentException if the event does not exist */
    static int revise(Database database, UUID id, String done, UnaryOperator<Event> change) {
        var revision = new EventRevision(new Catalog(), new Changes(), new IdempotencyKeys());
        var event = database.inTransaction(tx -> revision.revise(
                tx, new EventId(id), Actor.OPERATOR, current -> new EventRevision.Next(change.apply(current.event()))));
        report(done, id, event);
        return 0;
    }

    private static void report(String done, UUID id, Optional<Event> event) {
        Execution.OUTPUT.accept(String.format(
                Locale.ROOT,
                "%-11s %s",
                done,
                line(event.orElseThrow(() -> new IllegalArgumentException("No such event: " + id)))));
    }
}
