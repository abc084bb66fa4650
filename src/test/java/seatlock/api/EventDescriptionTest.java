package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** The description of an event is the one text that has paragraphs. */
class EventDescriptionTest {

    private final Api api = TestSystem.shared().api;

    private Api.Response create(String description) {
        return api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "description":"DESCRIPTION","sections":[{"name":"S","price":1,"rows":[{"name":"A","seats":1}]}]}
                """.replace("DESCRIPTION", description));
    }

    private Api.Response patch(String event, String description) {
        return api.send(Api.patch(
                api.asAdmin(api.request("/api/events/" + event)), "{\"description\":\"" + description + "\"}"));
    }

    @Test
    void lines_of_a_description_end_with_a_line_feed() {
        var created = create("By Verdi.\\r\\n\\r\\nWith ballet.\\nIn Italian.");
        assertThat(created.outcome()).isEqualTo("201");
        assertThat(created.json().get("description").asText()).isEqualTo("By Verdi.\n\nWith ballet.\nIn Italian.");
        var id = created.json().get("id").asText();

        var same = patch(id, "By Verdi.\\n\\nWith ballet.\\r\\nIn Italian.");
        assertThat(same.outcome()).isEqualTo("200");
        assertThat(same.header("ETag")).as("nothing has changed").isEqualTo("\"1\"");
        assertThat(patch(id, "By Verdi.\\r\\n").outcome()).isEqualTo("422 invalid-request");
        assertThat(patch(id, "Cast:\\r\\nAida").outcome()).isEqualTo("200");

        assertThat(api.get("/api/events/" + id).json().get("description").asText())
                .isEqualTo("Cast:\nAida");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\\n",
                " \\n ",
                "Last line\\n",
                "First\\rsecond",
                "First\\tsecond",
                "First\\u2028second",
                "\\u0000"
            })
    void a_description_without_text_or_with_other_control_characters_is_refused(String description) {
        var refused = create(description);

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().at("/errors/0/field").asText()).isEqualTo("description");
    }
}
