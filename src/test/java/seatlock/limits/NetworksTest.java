package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the parsing of addresses and networks. */
class NetworksTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.0.1,true",
        "10.0.0.0/8,11.0.0.1,false",
        "'192.0.2.7, fd00::/8',192.0.2.7,true",
        "'192.0.2.7, fd00::/8',192.0.2.8,false",
        "'192.0.2.7, fd00::/8',fd12::1,true",
        "'192.0.2.7, fd00::/8',2001:db8::1,false",
        "192.0.2.128/25,192.0.2.127,false",
        "192.0.2.128/25,192.0.2.129,true",
        "0.0.0.0/0,203.0.113.9,true",
        "0.0.0.0/0,2001:db8::1,false",
        "10.0.0.0/8,::ffff:10.0.0.1,true"
    })
    void networks_contain_the_addresses_with_one_of_their_prefixes(String networks, String address, boolean expected) {
        assertThat(Networks.parse(networks).contains(Networks.address(address).orElseThrow()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::1/129", "1.2.3.4,,", "a:b"
            })
    void invalid_addresses_and_prefixes_are_rejected(String text) {
        assertThatThrownBy(() -> Networks.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Each of these would cause a DNS query if it were treated as a host name. */
    @ParameterizedTest
    @ValueSource(
            strings = {"example.org", "1.2.3.4.example.org", "256.1.1.1", "", "unknown", "_hidden", "999.1.1.1", "1.2.3"
            })
    void host_names_are_never_looked_up(String text) {
        assertThat(Networks.address(text)).isEmpty();
    }

    @Test
    void all_addresses_of_an_ipv6_64_network_are_one_subscriber() {
        var first = Networks.subscriber(Networks.address("2001:db8:1:2:3:4:5:6").orElseThrow());
        var second =
                Networks.subscriber(Networks.address("2001:db8:1:2:ffff::1").orElseThrow());
        var neighbour = Networks.subscriber(Networks.address("2001:db8:1:3::1").orElseThrow());

        assertThat(first).isEqualTo(second).isNotEqualTo(neighbour);
        assertThat(Networks.subscriber(Networks.address("::ffff:192.0.2.7").orElseThrow()))
                .isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "fd00::/129", "10.0.0.0/1234"})
    void an_invalid_prefix_length_is_named(String text) {
        assertThatThrownBy(() -> Networks.parse(text)).hasMessage("Invalid prefix length: " + text);
    }
}
