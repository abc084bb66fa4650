package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
}
