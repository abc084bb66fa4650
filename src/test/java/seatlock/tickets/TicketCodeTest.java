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
    void a_code_identifies_its_ticket_and_is_deterministic() throws TicketCode.Invalid {
        assertThat(TicketCode.verify(code, published)).isEqualTo(ticket);
        assertThat(ticket.sign(7, KEYS.getPrivate())).isEqualTo(code);
        assertThat(code).hasSize(160).matches("SL1[A-Z2-7]+");
    }

    /** Replaces every character of the code by every other one of the alphabet. */
    @Test
    void a_code_with_any_character_changed_is_invalid() {
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
    void truncated_extended_and_lower_case_codes_are_malformed() {
        for (int length = 0; length < code.length(); length++) {
            assertFlaw(code.substring(0, length), TicketCode.Flaw.MALFORMED);
        }
        assertFlaw(code + "A", TicketCode.Flaw.MALFORMED);
        assertFlaw(code.toLowerCase(Locale.ROOT), TicketCode.Flaw.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SL1", "SL2AAAA", "https://example.org", "SL1!!!!", "\u0000", "ÄÖÜ", "SL1\uD83C\uDFAD"})
    void other_texts_are_malformed(String text) {
        assertFlaw(text, TicketCode.Flaw.MALFORMED);
    }

    @Test
    void an_unknown_key_and_a_wrong_signature_are_distinguished() {
        assertFlaw(ticket.sign(8, KEYS.getPrivate()), TicketCode.Flaw.UNKNOWN_KEY);
        assertFlaw(ticket.sign(7, keys().getPrivate()), TicketCode.Flaw.FORGED);
        assertFlaw(ticket.sign(65535, KEYS.getPrivate()), TicketCode.Flaw.UNKNOWN_KEY);
    }
}
