package seatlock.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import seatlock.support.Shop;

/** The demo, against a server that runs already. `make demo` runs it with one of its own. */
class DemoTest {

    @Test
    void the_race_passes() throws Exception {
        var url = "http://localhost:" + Shop.shared().server.port();

        assertThat(Race.run(Map.of("URL", url, "SEATLOCK_ADMIN_KEY", Shop.ADMIN_KEY, "N", "50")))
                .isTrue();
    }
}
