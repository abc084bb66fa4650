package seatlock.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests the list of events: what it leaves out, who sees drafts, and its pages. */
class EventListTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena di Verona","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]},
                         {"name":"T","price":3000,"rows":[{"name":"A","seats":2}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId create(String json) {
        return new EventId(
                UUID.fromString(api.createEvent(json).json().get("id").asText()));
    }

    private String key(Role role, EventId event) {
        return system.database
                .inTransaction(tx -> new ApiKeys().create(tx, role, "life", Set.of(event), null))
                .secret()
                .reveal();
    }

    private static Api.Response patch(Api api, EventId event, String json, String ifMatch) {
        var request = Api.patch(api.asAdmin(api.request(path(event))), json);
        return api.send(ifMatch == null ? request : request.header("If-Match", ifMatch));
    }

    private static String path(EventId event) {
        return "/api/events/" + event;
    }

    private static List<String> names(Api api, String query, String bearer) {
        var names = new ArrayList<String>();
        api.get("/api/events" + query, bearer)
                .json()
                .get("events")
                .forEach(event -> names.add(event.get("name").asText()));
        return names;
    }

    private static String event(String name, String venue, Instant startsAt, String more) {
        return EVENT.replace("Aida", name)
                .replace("Arena di Verona", venue)
                .replace("2099-06-18T19:00:00Z", startsAt.toString())
                .replace("\"sections\"", more + "\"sections\"");
    }

    /** The tests' databases have the locale C, which has no letters but those of ASCII. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            münchen    | Gärtnerplatz MÜNCHEN
            MÜNCHEN    | Gärtnerplatz MÜNCHEN
            GÄRTNER    | Gärtnerplatz MÜNCHEN
            munchen    | Gärtnerplatz MÜNCHEN
            ÉTÉ        | Fin d’été
            ete        | Fin d’été
            łódź       | ŁÓDŹ
            lodz       | ŁÓDŹ
            ωδείο      | ΩΔΕΊΟ
            СОЛОВЕЙ    | Соловей
            istanbul   | İstanbul
            straße     | Straße
            東京         | 東京
            """)
    void events_are_found_in_any_case_whatever_the_locale_of_the_database(String text, String name) {
        try (var own = new TestSystem()) {
            var later = Instant.now().plus(24, ChronoUnit.HOURS);
            own.api.createEvent(event(name, "Scala", later, ""));
            own.api.createEvent(event("Aida", "Haus " + name, later, ""));
            own.api.createEvent(event("Nabucco", "Arena", later, ""));

            assertThat(names(own.api, "?q=" + URLEncoder.encode(text, UTF_8), "x"))
                    .containsExactlyInAnyOrder(name, "Aida");
        }
    }

    @Test
    void the_list_of_events_leaves_out_those_that_are_over_unless_they_are_asked_for() {
        try (var own = new TestSystem()) {
            var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
            var hour = ChronoUnit.HOURS;
            own.api.createEvent(event("last year", "Scala", now.minus(8_760, hour), ""));
            own.api.createEvent(event("yesterday", "Scala", now.minus(24, hour), ""));
            own.api.createEvent(
                    event("festival", "Park", now.minus(48, hour), "\"endsAt\":\"" + now.plus(24, hour) + "\","));
            own.api.createEvent(
                    event("matinee", "Scala", now.minus(3, hour), "\"endsAt\":\"" + now.minus(1, hour) + "\","));
            own.api.createEvent(event("tonight", "Scala", now.minus(2, hour), ""));
            own.api.createEvent(event("Tomorrow 100%", "Arena", now.plus(24, hour), ""));
            own.api.createEvent(event("draft", "Arena", now.plus(48, hour), "\"status\":\"DRAFT\","));

            assertThat(names(own.api, "", "x")).containsExactly("festival", "tonight", "Tomorrow 100%");
            assertThat(names(own.api, "?from=" + now.minus(9_000, hour), "x"))
                    .containsExactly("last year", "festival", "yesterday", "matinee", "tonight", "Tomorrow 100%");
            assertThat(names(own.api, "?from=" + now.minus(24, hour) + "&to=" + now.minus(2, hour), "x"))
                    .containsExactly("yesterday", "matinee");
            assertThat(names(own.api, "?to=" + now, "x")).containsExactly("festival", "tonight");
            assertThat(names(own.api, "?q=tom", "x")).containsExactly("Tomorrow 100%");
            assertThat(names(own.api, "?q=SCALA", "x")).containsExactly("tonight");
            assertThat(names(own.api, "?q=0%25", "x")).containsExactly("Tomorrow 100%");
            assertThat(names(own.api, "?q=_", "x")).isEmpty();
            assertThat(names(own.api, "?status=PUBLISHED&q=arena", TestSystem.ADMIN_KEY))
                    .containsExactly("Tomorrow 100%");
            assertThat(names(own.api, "?status=DRAFT", "x")).isEmpty();
            assertThat(names(own.api, "?status=DRAFT", TestSystem.ADMIN_KEY)).containsExactly("draft");
            assertThat(names(own.api, "?status=CANCELLED", TestSystem.ADMIN_KEY))
                    .isEmpty();
        }
    }

    @Test
    void a_draft_is_listed_for_those_who_may_sell_it_only() {
        var draft = create(EVENT.replace("\"sections\"", "\"status\":\"DRAFT\",\"sections\"")
                .replace("Aida", "Listed draft"));
        var other = system.event(1).id();
        var query = "?q=listed%20draft";

        for (var seller : List.of(TestSystem.ADMIN_KEY, key(Role.SALES, draft), key(Role.ADMIN, draft))) {
            assertThat(names(api, query, seller)).containsExactly("Listed draft");
        }
        for (var stranger : List.of("nothing", key(Role.SALES, other), key(Role.ADMIN, other), key(Role.GATE, draft))) {
            assertThat(names(api, query, stranger)).isEmpty();
        }
    }

    @Test
    void a_page_of_events_goes_on_where_the_last_one_ended_when_its_last_event_was_moved() {
        try (var own = new TestSystem()) {
            var start = Instant.parse("2099-06-18T19:00:00Z");
            for (int i = 0; i < 6; i++) { // three pairs that start at the same time
                own.api.createEvent(event("event " + i, "Scala", start.plus(i / 2, ChronoUnit.DAYS), ""));
            }
            var expected = names(own.api, "", "x");
            var first = own.api.get("/api/events?limit=3").json();
            var last = first.at("/events/2/id").asText();

            patch(own.api, new EventId(UUID.fromString(last)), "{\"startsAt\":\"2099-12-01T00:00:00Z\"}", null);

            var second = names(own.api, "?limit=2&after=" + first.get("next").asText(), "x");
            assertThat(second).isEqualTo(expected.subList(3, 5));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "after=x",
                "after=01900000-0000-7000-8000-00000000ffff",
                "after=ffffffff-ffff-8fff-bfff-ffffffffffff",
                "after=01900000-0000-8000-c000-00000000ffff",
                "after=%00",
                "from=2027",
                "from=2027-06-18",
                "from=",
                "to=tomorrow",
                "to=99999-01-01T00:00:00Z",
                "status=published",
                "status=",
                "q=",
                "q=%20",
                "q=%00",
                "q=a%0Ab"
            })
    void an_invalid_query_of_the_events_is_refused(String query) {
        assertThat(api.get("/api/events?" + query).outcome()).isEqualTo("422 invalid-request");
    }
}
