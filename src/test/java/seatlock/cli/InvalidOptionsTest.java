package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that an invalid option is refused with exit status 2, before the command does anything. */
class InvalidOptionsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import",
                "import plan.json --price VIP",
                "import plan.json --price VIP=x",
                "jobs list --state LOST",
                "jobs list --limit 0",
                "jobs list --limit -1",
                "jobs retry 1",
                "events pause",
                "events publish 1",
                "events close x",
                "keys create --role owner --name n",
                "keys create --role gate",
                "keys create --role gate --name n --event 1",
                "keys create --role gate --name n --expires-in P0D",
                "keys create --role gate --name n --expires-in -P1D",
                "keys create --role gate --name n --expires-in P36501D",
                "keys create --role gate --name n --expires-in P99999999999999D",
                "keys create --role gate --name n --expires-in P1Y",
                "keys revoke 1",
                "keys rotate 1",
                "ticket-keys",
                "nonsense"
            })
    void an_invalid_option_is_refused(String line) {
        assertThat(SeatlockCommand.run(line.split(" "))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "events publish xyz",
                "events pause xyz",
                "events resume xyz",
                "events cancel xyz",
                "jobs retry xyz",
                "keys create --role gate --name n --event xyz",
                "keys create --role gate --name n --expires-in xyz",
                "keys revoke xyz",
                "keys rotate xyz",
                "keys rotate 01997a3e-5c1d-7f00-8a4b-3d2e1f0c9b8a --overlap xyz",
                "verify --event xyz"
            })
    void an_id_or_a_duration_of_another_form_is_refused_in_plain_words(String line) {
        var captured = new StringWriter();

        var status = SeatlockCommand.commandLine()
                .setErr(new PrintWriter(captured, true))
                .execute(line.split(" "));

        assertThat(status).isEqualTo(2);
        assertThat(captured.toString()).contains("'xyz' is not ", ", such as ").doesNotContain("java.", "Exception");
    }
}
