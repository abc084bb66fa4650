package demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import seatlock.support.Backstage;
import seatlock.support.Shop;

/** The demo, against a server that runs already. `make demo` runs it with one of its own. */
class DemoTest {

    @Test
    void the_race_passes() throws Exception {
        try (var shop = new Shop();
                var backstage = new Backstage(shop).start()) {
            var url = "http://localhost:" + shop.server.port();

            assertThat(Race.run(Map.of("URL", url, "SEATLOCK_ADMIN_KEY", Shop.ADMIN_KEY, "N", "50")))
                    .isTrue();
            assertThat(backstage.mails()).isNotEmpty();
        }
    }
}
