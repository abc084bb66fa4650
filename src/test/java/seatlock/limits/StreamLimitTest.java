package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The number of streams that a node has by default. */
class StreamLimitTest {

    @ParameterizedTest
    @CsvSource({"16, 500", "128, 500", "160, 1310", "372, 9994", "400, 10000", "4096, 10000"})
    void a_node_has_as_many_streams_as_its_heap_holds(long megabytes, int streams) {
        assertThat(Limits.streams(megabytes << 20)).isEqualTo(streams);
    }
}
