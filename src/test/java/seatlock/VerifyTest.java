package seatlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Shop;
import seatlock.verify.Invariant;

/** `seatlock verify`: what an operator sees. */
class VerifyTest {

    private static long verify(Shop shop, EventId event, List<String> lines) throws Config.Invalid {
        var url = "%s%suser=%s&password=%s"
                .formatted(
                        shop.url.jdbc(),
                        shop.url.jdbc().contains("?") ? "&" : "?",
                        shop.url.user(),
                        shop.url.password());
        try (var app = new App(Config.from(Map.of("DATABASE_URL", url)), lines::add)) {
            return app.verify(Optional.ofNullable(event));
        }
    }

    @Test
    void each_invariant_is_told_with_its_violations_for_all_events_or_one() throws Config.Invalid {
        try (var shop = new Shop()) {
            var good = shop.event(2);
            var bad = shop.event(2);
            shop.api.buy(good.id(), "S-A-1");
            shop.update(
                    "UPDATE seats SET price = 1 WHERE event_id = ?", bad.id().value());
            var everywhere = new ArrayList<String>();
            var inGood = new ArrayList<String>();

            assertThat(verify(shop, null, everywhere)).isEqualTo(2);
            assertThat(verify(shop, good.id(), inGood)).isZero();

            assertThat(everywhere)
                    .hasSize(Invariant.values().length + 1)
                    .contains("        2  " + Invariant.A_SEAT_IS_AS_THE_PLAN_OF_ITS_EVENT_HAS_IT, "2 violations");
            assertThat(inGood).endsWith("All is well.");
            assertThat(catchThrowable(() -> verify(shop, new EventId(UUID.randomUUID()), new ArrayList<>())))
                    .hasMessageStartingWith("There is no event ");
        }
    }
}
