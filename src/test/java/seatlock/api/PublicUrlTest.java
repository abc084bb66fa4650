package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.http.PublicUrl;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Follows every link of a server behind a proxy that serves it below a path and removes that path from each request. */
class PublicUrlTest {

    private static final String BASE = "https://tickets.example/box";

    private static final String NEW_EVENT = """
            {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T21:00:00+02:00","timeZone":"Europe/Rome",
             "currency":"EUR","sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":2}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final TestSystem.Node node = system.nodeAt(PublicUrl.parse(BASE));
    private final Api api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

    @AfterEach
    void close() {
        node.close();
    }

    /** Returns the response to a link in the response to a path: resolves it as a client does, and passes it on as the proxy does. */
    private Api.Response follow(String path, String link) {
        var url = URI.create(BASE + path).resolve(link).toString();
        assertThat(url).startsWith(BASE + "/");
        return api.get(url.substring(BASE.length()), TestSystem.ADMIN_KEY);
    }

    @Test
    void the_location_of_what_was_created_is_right_also_when_repeated() {
        var created = api.createEvent(NEW_EVENT);
        var event = created.json().get("id").asText();
        var id = new EventId(UUID.fromString(event));
        var key = UUID.randomUUID().toString();
        var reserved = api.reserve(id, key, new String[] {"S-A-1"});
        var repeated = system.api.reserve(id, key, new String[] {"S-A-1"});

        var reservations = "/api/events/" + event + "/reservations";
        assertThat(follow("/api/events", created.header("Location")).text()).isEqualTo(created.text());
        assertThat(follow(reservations, reserved.header("Location")).json().get("id"))
                .isEqualTo(reserved.json().get("id"));
        // A node without the setting shares the database: what is stored does not depend on the setting.
        assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(BASE + repeated.header("Location")).isEqualTo(reserved.header("Location"));
    }

    @Test
    void the_link_to_the_pdf_of_a_ticket_is_right() {
        var event = system.event(1);
        var reservation = api.buy(event.id(), "S-A-1").json().get("id").asText();
        var link = api.tickets(event.id(), reservation).get(0).get("pdf").asText();

        var document = follow(Api.path(event.id(), reservation) + "/tickets", link);

        assertThat(document.outcome()).isEqualTo("409 not-ready"); // no worker runs, but the ticket was found
    }

    @Test
    void the_openapi_document_names_the_url_as_its_server() {
        var document = api.get("/api/openapi.json").json();

        assertThat(document.get("servers").findValuesAsText("url")).isEqualTo(List.of(BASE));
        assertThat(api.get("/livez").text()).isEqualTo("alive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/docs", "/api/docs/", "/api/redoc", "/api/redoc/"})
    void the_pages_load_their_files_from_below_the_path(String path) {
        var page = api.get(path).text();

        var links =
                Pattern.compile("[\"'](/[^\"']+)[\"']").matcher(page).results().map(match -> match.group(1));

        assertThat(page).doesNotContain("{base}");
        assertThat(links.toList())
                .hasSizeGreaterThan(1)
                .allSatisfy(link -> assertThat(follow(path, link).status()).isEqualTo(200));
    }

    /** Clients compare the type with a constant, so it is the same on every server. */
    @Test
    void the_type_of_a_problem_is_the_same_and_its_explanation_is_below_the_url() {
        var type = api.get("/api/nothing").json().get("type").asText();

        assertThat(type).isEqualTo("/problems/not-found");
        assertThat(follow("/api/nothing", BASE + type).status()).isEqualTo(200);
    }
}
