package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.crypto.Sha256;

class ReservationTokenTest {

    private static final String EMAIL = "ada@example.org";
    private static final ReservationToken TOKEN = new ReservationToken("rsv_mine");
    private static final byte[] HASH = TOKEN.hash();

    /** The value is in mails that were sent, so it must never change. */
    @Test
    void the_token_of_links_is_derived_from_the_hash_and_the_address() {
        assertThat(ReservationToken.forLinks(Sha256.of("rsv_mine"), EMAIL).value())
                .isEqualTo("rsl_1aWSXs5ZnIlOPc28MVJHd5EpepCITzLKc5HmBq_zaX4");
        assertThat(ReservationToken.forLinks(ReservationToken.random().hash(), EMAIL)
                        .value())
                .matches("rsl_[A-Za-z0-9_-]{43}");
    }

    @Test
    void both_tokens_open_their_reservation() {
        assertThat(TOKEN.opens(HASH, EMAIL)).isTrue();
        assertThat(ReservationToken.forLinks(HASH, EMAIL).opens(HASH, EMAIL)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "rsl_", "rsv_", "rsl_mine", "rsv_other", "RSL_1aWSXs5ZnIlOPc28MVJHd5EpepCITzLKc5HmBq_zaX4"})
    void other_values_do_not(String value) {
        assertThat(new ReservationToken(value).opens(HASH, EMAIL)).isFalse();
    }

    @Test
    void a_link_opens_neither_another_reservation_nor_its_own_under_another_address() {
        var link = ReservationToken.forLinks(HASH, EMAIL);

        assertThat(link.opens(new ReservationToken("rsv_other").hash(), EMAIL)).isFalse();
        assertThat(link.opens(HASH, "Ada@example.org")).isFalse();
        assertThat(link.opens(HASH, Reservation.Buyer.ERASED_EMAIL)).isFalse();
        assertThat(TOKEN.opens(HASH, Reservation.Buyer.ERASED_EMAIL)).isTrue();
    }

    @Test
    void a_token_in_a_log_shows_only_its_kind() {
        assertThat(TOKEN).hasToString("rsv_…");
        assertThat(ReservationToken.forLinks(HASH, EMAIL)).hasToString("rsl_…");
    }
}
