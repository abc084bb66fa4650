package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutionTest {

    @ParameterizedTest
    @CsvSource({"PT0.25S,0.25", "PT1S,1", "PT1.5S,1.5", "PT30S,30", "PT0S,0"})
    void a_timeout_is_printed_in_seconds_without_losing_its_fraction(Duration timeout, String printed) {
        assertThat(Execution.seconds(timeout)).isEqualTo(printed);
    }
}
