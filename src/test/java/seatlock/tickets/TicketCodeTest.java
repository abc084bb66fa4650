package seatlock.tickets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Locale;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;

class TicketCodeTest {

    private static final KeyPair KEYS = keys();

    private final TicketCode ticket = new TicketCode(new EventId(UUID.randomUUID()), new TicketId(UUID.randomUUID()));
    private final IntFunction<PublicKey> published = id -> id == 7 ? KEYS.getPublic() : null;
    private final String code = ticket.sign(7, KEYS.getPrivate());

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertFlaw(String bad, TicketCode.Flaw flaw) {
        assertThatThrownBy(() -> TicketCode.verify(bad, published))
                .as(bad)
                .isInstanceOfSatisfying(
                        TicketCode.Invalid.class, e -> assertThat(e.flaw()).isEqualTo(flaw));
    }

    @Test
    void a_code_tells_which_ticket_it_is_and_is_always_the_same() throws TicketCode.Invalid {
        assertThat(TicketCode.verify(code, published)).isEqualTo(ticket);
        assertThat(ticket.sign(7, KEYS.getPrivate())).isEqualTo(code);
        assertThat(code).hasSize(160).matches("SL1[A-Z2-7]+");
    }

    /** Every character of the code, changed into every other one of the alphabet. */
    @Test
    void no_character_can_be_changed() {
        for (int i = 3; i < code.length(); i++) {
            for (var other : "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray()) {
                if (other != code.charAt(i)) {
                    var changed = code.substring(0, i) + other + code.substring(i + 1);
                    assertThatThrownBy(() -> TicketCode.verify(changed, published))
                            .as("character " + i + " changed to " + other)
                            .isInstanceOf(TicketCode.Invalid.class);
                }
            }
        }
    }

    @Test
    void no_part_of_a_code_is_a_code() {
        for (int length = 0; length < code.length(); length++) {
            assertFlaw(code.substring(0, length), TicketCode.Flaw.MALFORMED);
        }
        assertFlaw(code + "A", TicketCode.Flaw.MALFORMED);
        assertFlaw(code.toLowerCase(Locale.ROOT), TicketCode.Flaw.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SL1", "SL2AAAA", "https://example.org", "SL1!!!!", "\u0000", "ÄÖÜ", "SL1\uD83C\uDFAD"})
    void what_is_something_else_is_malformed(String text) {
        assertFlaw(text, TicketCode.Flaw.MALFORMED);
    }

    @Test
    void a_code_of_another_key_is_told_apart() {
        assertFlaw(ticket.sign(8, KEYS.getPrivate()), TicketCode.Flaw.UNKNOWN_KEY);
        assertFlaw(ticket.sign(7, keys().getPrivate()), TicketCode.Flaw.FORGED);
        assertFlaw(ticket.sign(65535, KEYS.getPrivate()), TicketCode.Flaw.UNKNOWN_KEY);
    }
}
