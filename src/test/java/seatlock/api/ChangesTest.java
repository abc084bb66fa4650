package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.changes.Feed;
import seatlock.concurrent.Overload;
import seatlock.db.TransactionPool;
import seatlock.metrics.Metrics;
import seatlock.support.Api;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests the history of a reservation and the feed of an event. */
class ChangesTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private Api.Response feed(EventId event, String query) {
        return api.get("/api/events/" + event + "/changes?" + query, TestSystem.ADMIN_KEY);
    }

    private JsonNode history(EventId event, String reservation, String bearer) {
        return api.get(Api.path(event, reservation) + "/changes", bearer).json().get("changes");
    }

    private static List<String> texts(JsonNode changes, String field) {
        return StreamSupport.stream(changes.spliterator(), false)
                .map(change -> change.path(field).asText())
                .toList();
    }

    private String key(Role role) {
        return system.database
                .inTransaction(tx -> new ApiKeys().create(tx, role, "history", Set.of(), null))
                .secret()
                .reveal();
    }

    private static String actor(String key) {
        return "key "
                + UUID.fromString(
                        key.substring(9, 41).replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"));
    }

    @Test
    void the_history_of_a_reservation_names_each_change_and_its_actor() {
        var event = system.event(1).id();
        var sales = key(Role.SALES);
        var gate = key(Role.GATE);
        var reserved = api.reserve(event, "S-A-1").json();
        var id = reserved.get("id").asText();
        var token = reserved.get("token").asText();
        assertThat(history(event, id, token)).isEmpty();

        api.confirm(event, id, 4500);
        var code = api.code(event, id);
        var scan = Api.object().put("code", code).put("gate", "North").toString();
        for (int i = 0; i < 2; i++) { // the second one is refused
            api.send(Api.post(
                    api.request("/api/events/" + event + "/check-ins").header("Authorization", "Bearer " + gate),
                    scan));
        }
        api.send(Api.post(
                api.request(Api.path(event, id) + "/cancel").header("Authorization", "Bearer " + sales),
                "{\"force\":true}"));

        var changes = history(event, id, sales);
        assertThat(texts(changes, "type"))
                .containsExactly("reservation.confirmed", "ticket.checked-in", "reservation.refunded");
        assertThat(texts(changes, "version")).containsExactly("2", "3", "4");
        assertThat(texts(changes, "actor")).containsExactly("key " + new UUID(0, 0), actor(gate), actor(sales));
        assertThat(changes.get(1).get("ticketId").asText())
                .isEqualTo(api.tickets(event, id).get(0).get("id").asText());
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void the_holder_sees_neither_keys_nor_positions() {
        var event = system.event(1).id();
        var reserved = api.reserve(event, "S-A-1").json();
        var id = reserved.get("id").asText();
        api.confirm(event, id, 4500);
        feed(event, "");

        var changes = history(event, id, reserved.get("token").asText());

        assertThat(texts(changes, "actor")).containsExactly("seller");
        assertThat(changes.get(0).has("position")).isFalse();
    }

    @Test
    void a_change_by_the_holder_or_the_sweeper_names_its_actor() {
        var event = system.event(2).id();
        var cancelled = api.reserve(event, "S-A-1").json();
        api.cancel(event, cancelled.get("id").asText(), cancelled.get("token").asText());
        api.reserve(event, "S-A-2");
        system.lapse(event);
        system.sweeper().runOnce();

        var changes = feed(event, "").json().get("changes");

        assertThat(texts(changes, "type")).containsExactly("reservation.cancelled", "reservation.expired");
        assertThat(texts(changes, "actor")).containsExactly("holder", "sweeper");
    }

    @Test
    void a_long_history_has_pages() {
        var event = system.event(1).id();
        var id = api.buyOne(event, "S-A-1");
        api.cancel(event, id, TestSystem.ADMIN_KEY);
        var path = Api.path(event, id) + "/changes?limit=1";

        var first = api.get(path, TestSystem.ADMIN_KEY).json();
        var second = api.get(path + "&after=" + first.get("next").asText(), TestSystem.ADMIN_KEY)
                .json();

        assertThat(texts(first.get("changes"), "version")).containsExactly("2");
        assertThat(texts(second.get("changes"), "version")).containsExactly("3");
        assertThat(second.get("next").isNull()).isTrue();
    }

    @Test
    void a_feed_has_each_change_and_no_plain_reservation() {
        var event = system.event(3).id();
        assertThat(feed(event, "").text()).isEqualTo("{\"changes\":[],\"next\":0}");
        api.reserve(event, "S-A-1");
        var sold = api.buyOne(event, "S-A-2");
        var refunded = api.buyOne(event, "S-A-3");
        api.cancel(event, refunded, TestSystem.ADMIN_KEY);

        var all = feed(event, "").json();
        var last = feed(event, "after=2&limit=1").json();

        assertThat(texts(all.get("changes"), "position")).containsExactly("1", "2", "3");
        assertThat(texts(all.get("changes"), "reservationId")).containsExactly(sold, refunded, refunded);
        assertThat(all.get("next").asLong()).isEqualTo(3);
        assertThat(last.get("changes")).containsExactly(all.get("changes").get(2));
        assertThat(feed(event, "after=3").text()).isEqualTo("{\"changes\":[],\"next\":3}");
        assertThat(system.violations(event)).isEmpty();
    }

    /** Its client would otherwise wait until as many changes are made again, and miss them. */
    @Test
    void a_position_that_no_change_has_yet_is_refused() {
        var event = system.event(1).id();
        api.buyOne(event, "S-A-1");

        assertThat(feed(event, "after=2").outcome()).isEqualTo("422 invalid-request");
        assertThat(feed(event, "after=2&wait=25").outcome()).isEqualTo("422 invalid-request");
    }

    @Test
    void a_change_of_another_node_ends_a_wait() {
        var event = system.event(1).id();
        try (var other = system.anotherNode()) {
            var elsewhere = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var waiting = CompletableFuture.supplyAsync(() -> {
                Api.Response response;
                do {
                    response = elsewhere.get("/api/events/" + event + "/changes?wait=25", TestSystem.ADMIN_KEY);
                } while (response.json().get("changes").isEmpty());
                return response;
            });
            api.buyOne(event, "S-A-1");

            assertThat(texts(waiting.join().json().get("changes"), "type")).containsExactly("reservation.confirmed");
        }
    }

    @Test
    void a_wait_without_a_change_ends_with_none() {
        var event = system.event(1).id();
        var began = System.nanoTime();

        assertThat(feed(event, "wait=1").text()).isEqualTo("{\"changes\":[],\"next\":0}");
        assertThat(System.nanoTime() - began)
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void a_node_that_stops_ends_the_waits() {
        var event = system.event(1).id();
        var other = system.anotherNode();
        var elsewhere = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
        var waits = List.of(1, 2, 3).stream()
                .map(i -> CompletableFuture.supplyAsync(
                        () -> elsewhere.get("/api/events/" + event + "/changes?wait=25", TestSystem.ADMIN_KEY)))
                .toList();
        Wait.until("they wait", () -> other.waitingReaders() == 3);

        other.close();

        assertThat(waits).allSatisfy(wait -> assertThat(wait.join().text()).isEqualTo("{\"changes\":[],\"next\":0}"));
    }

    @Test
    void more_readers_than_may_wait_are_refused() {
        var event = system.event(1).id();
        var metrics = new Metrics();
        try (var pool = new TransactionPool("test", system.database, 2, 2, Runnable::run, metrics);
                var readers = new FeedReaders(new Feed(), pool, pool, Runnable::run, 1)) {
            var query = new FeedReaders.Query(event, 0, 10);
            var first = readers.read(query, Duration.ofMinutes(5));
            Wait.until("it waits", () -> readers.waiting() == 1);

            assertThatThrownBy(() -> readers.read(query, Duration.ofMinutes(5)).join())
                    .hasRootCauseInstanceOf(Overload.class);
            assertThat(readers.read(query, Duration.ZERO).join()).isEmpty();

            api.buyOne(event, "S-A-1");
            assertThat(first.join()).hasSize(1);
            assertThat(readers.waiting()).isZero();
        }
    }

    /** The row of the late transaction has a lower id and an earlier time than one that was read before it was committed. */
    @Test
    void a_transaction_that_commits_late_is_not_missed() throws SQLException {
        var event = system.event(3).id();
        var late = api.reserve(event, "S-A-1").json().get("id").asText();
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute(
                        "UPDATE reservations SET version = version + 1 WHERE reservation_id = '" + late + "'");
                statement.execute(
                        "INSERT INTO changes (event_id, change_id, type, reservation_id, version, actor, changed_at)"
                                + " VALUES ('" + event
                                + "', '00000000-0000-7000-8000-000000000001', 'reservation.corrected', '"
                                + late + "', 2, 'job', now() - interval '1 minute')");
            }
            api.buyOne(event, "S-A-2");
            assertThat(feed(event, "").json().get("next").asLong()).isEqualTo(1);
            connection.commit();
        }
        api.buyOne(event, "S-A-3");

        var changes = feed(event, "after=1").json().get("changes");

        assertThat(texts(changes, "position")).containsExactly("2", "3");
        assertThat(texts(changes, "type")).containsExactly("reservation.corrected", "reservation.confirmed");
        assertThat(system.violations(event)).isEmpty();
    }

    /** The clock of the database was set back in between, and the ids come from nodes with different clocks. */
    @Test
    void the_changes_of_a_reservation_are_in_order_of_their_versions() {
        var event = system.event(2).id();
        var id = UUID.fromString(api.reserve(event, "S-A-1").json().get("id").asText());
        system.update(
                "UPDATE reservations SET version = 4 WHERE event_id = ? AND reservation_id = ?", event.value(), id);
        for (int version = 2; version <= 4; version++) {
            system.update(
                    "INSERT INTO changes (event_id, change_id, type, reservation_id, version, actor, changed_at)"
                            + " VALUES (?, ?, 'reservation.corrected', ?, ?, 'job', now() - make_interval(secs => ?))",
                    event.value(),
                    new UUID(9 - version, 1L << 63),
                    id,
                    version,
                    version);
        }

        assertThat(texts(feed(event, "").json().get("changes"), "version")).containsExactly("2", "3", "4");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_sequencer_that_another_one_holds_up_waits_for_nothing() throws SQLException {
        var event = system.event(2).id();
        api.buyOne(event, "S-A-1");
        feed(event, "");
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("SELECT FROM feeds WHERE event_id = '" + event + "' FOR UPDATE");
            }
            api.buyOne(event, "S-A-2");
            assertThat(feed(event, "after=1").text()).isEqualTo("{\"changes\":[],\"next\":1}");
            connection.rollback();
        }
        assertThat(texts(feed(event, "after=1").json().get("changes"), "position"))
                .containsExactly("2");
    }

    @Test
    void the_feed_of_a_draft_is_for_sellers_and_of_no_event_for_nobody() {
        var event = system.event(1).id();
        system.update("UPDATE events SET status = 'DRAFT', is_public = false WHERE event_id = ?", event.value());

        assertThat(feed(event, "").outcome()).isEqualTo("200");
        assertThat(feed(new EventId(UUID.randomUUID()), "").outcome()).isEqualTo("404 not-found");
        assertThat(api.send(api.asAdmin(api.request("/api/events/" + event + "/changes?wait=1"))
                                .method("HEAD", BodyPublishers.noBody()))
                        .status())
                .isEqualTo(200);
    }
}
