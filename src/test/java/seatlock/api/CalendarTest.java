package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import biweekly.Biweekly;
import biweekly.component.VEvent;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** {@code GET …/event.ics}. */
class CalendarTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private static String path(EventId event, String reservation) {
        return "/api/events/" + event + "/reservations/" + reservation + "/event.ics";
    }

    private VEvent entry(Event event, String reservation) {
        var file = api.get(path(event.id(), reservation), TestSystem.ADMIN_KEY);
        assertThat(file.status()).isEqualTo(200);
        return Biweekly.parse(file.text()).first().getEvents().get(0);
    }

    @Test
    void a_holder_gets_an_entry_that_follows_the_life_of_the_reservation() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var id = reserved.get("id").asText();

        var file = api.get(path(event.id(), id), reserved.get("token").asText());

        assertThat(file.status()).isEqualTo(200);
        assertThat(file.header("Content-Type")).isEqualTo("text/calendar; charset=utf-8; method=PUBLISH");
        assertThat(file.header("Content-Disposition")).isEqualTo("attachment; filename=\"event.ics\"");
        assertThat(file.header("Cache-Control")).isEqualTo("private, no-cache");
        var pending = Biweekly.parse(file.text()).first().getEvents().get(0);
        var reference = system.query(
                        "SELECT reference FROM reservations WHERE event_id = ?",
                        row -> row.text("reference"),
                        event.id().value())
                .get(0);
        assertThat(pending.getStatus().isTentative()).isTrue();
        assertThat(pending.getDateStart().getValue().toInstant())
                .isEqualTo(event.startsAt().truncatedTo(ChronoUnit.SECONDS));
        assertThat(pending.getDescription().getValue()).contains("S-A-1").contains(reference);

        api.confirm(event.id(), id, 4500);
        var confirmed = entry(event, id);
        api.cancel(event.id(), id, TestSystem.ADMIN_KEY);
        var cancelled = entry(event, id);

        assertThat(confirmed.getStatus().isConfirmed()).isTrue();
        assertThat(cancelled.getStatus().isCancelled()).isTrue();
        assertThat(confirmed.getUid()).isEqualTo(pending.getUid());
        assertThat(cancelled.getUid()).isEqualTo(pending.getUid());
        assertThat(confirmed.getSequence().getValue())
                .isGreaterThan(pending.getSequence().getValue());
        assertThat(cancelled.getSequence().getValue())
                .isGreaterThan(confirmed.getSequence().getValue());
    }

    @Test
    void a_moved_event_moves_the_entry() {
        var event = system.event(1);
        var id = api.buy(event.id(), "S-A-1").json().get("id").asText();
        var before = entry(event, id);
        var later = event.startsAt().plusSeconds(86_400);
        system.update("""
                WITH next AS (
                    INSERT INTO event_terms
                    SELECT (jsonb_populate_record(t, jsonb_build_object('version', 2, 'starts_at', ?::timestamptz))).*
                      FROM event_terms AS t
                     WHERE event_id = ?
                    RETURNING event_id, version, starts_at)
                UPDATE events AS e
                   SET terms_version = next.version, starts_at = next.starts_at
                  FROM next
                 WHERE e.event_id = next.event_id
                """, later, event.id().value());

        var after = entry(event, id);

        assertThat(after.getDateStart().getValue().toInstant()).isEqualTo(later.truncatedTo(ChronoUnit.SECONDS));
        assertThat(after.getUid()).isEqualTo(before.getUid());
        assertThat(after.getSequence().getValue())
                .isGreaterThan(before.getSequence().getValue());
    }

    @Test
    void nobody_else_learns_whether_there_is_a_reservation() {
        var event = system.event(1);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();

        assertThat(api.get(path(event.id(), id)).outcome()).isEqualTo("404 not-found");
        assertThat(api.get(path(event.id(), id), "wrong").outcome()).isEqualTo("404 not-found");
        assertThat(api.get(path(event.id(), UUID.randomUUID().toString()), TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(api.get(path(new EventId(UUID.randomUUID()), id), TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(api.get(path(event.id(), id) + "?lang=de", TestSystem.ADMIN_KEY)
                        .status())
                .isEqualTo(422);
    }
}
