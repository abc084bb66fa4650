package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.sales.EventCancelled;
import seatlock.support.TestSystem;

/** Tests {@code seatlock events} on a database. */
class EventsCommandTest {

    private final TestSystem system = TestSystem.shared();

    private Event read(Event event) {
        return system.database.inTransaction(
                tx -> system.catalog.find(tx, event.id()).orElseThrow());
    }

    private List<String> history(Event event) {
        return system.query(
                "SELECT type, version, actor FROM changes WHERE event_id = ? ORDER BY change_id",
                row -> row.text("type") + " " + row.integer("version") + " " + row.text("actor"),
                event.id().value());
    }

    @Test
    void an_operator_publishes_pauses_and_resumes_an_event_under_their_name() {
        var event = system.event(3);
        var id = event.id().value();
        system.update("UPDATE events SET status = 'DRAFT', is_public = false WHERE event_id = ?", id);

        EventsCommand.revise(system.database, id, "Published", each -> each.withStatus(Status.PUBLISHED));
        EventsCommand.revise(system.database, id, "Published", each -> each.withStatus(Status.PUBLISHED));
        EventsCommand.revise(
                system.database,
                id,
                "Paused",
                each -> each.withTerms(each.terms().withPaused(true)));

        assertThat(EventsCommand.line(read(event)))
                .isEqualTo(event.id() + " PUBLISHED " + event.startsAt() + "; Aida, Arena di Verona, 3 seats, paused");
        assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("409 not-on-sale");
        EventsCommand.revise(
                system.database,
                id,
                "Resumed",
                each -> each.withTerms(each.terms().withPaused(false)));
        assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        assertThat(history(event))
                .containsExactly("event.published 2 operator", "event.paused 3 operator", "event.resumed 4 operator");
    }

    @Test
    void an_event_that_is_unknown_or_cancelled_is_refused() {
        var unknown = UUID.randomUUID();
        assertThatThrownBy(() -> EventsCommand.revise(system.database, unknown, "Paused", each -> each))
                .hasMessage("No such event: " + unknown);

        var event = system.event(1);
        system.update(
                "UPDATE events SET status = 'CANCELLED', cancelled_at = now(), cancel_refund = true, cancel_notify = true"
                        + " WHERE event_id = ?",
                event.id().value());
        assertThatThrownBy(
                        () -> EventsCommand.revise(system.database, event.id().value(), "Paused", each -> each))
                .isInstanceOf(EventCancelled.class)
                .hasMessage("The event was cancelled.");
    }
}
