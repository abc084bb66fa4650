package seatlock.tickets;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import seatlock.catalog.EventId;

/**
 * The content of a ticket's QR code: the event and ticket IDs, signed, without personal data. A gate can verify it offline
 * with the public keys.
 *
 * <pre>
 *   "SL1" and, in Base32 (RFC 4648, upper case, no padding):
 *     2 bytes   key id, big endian
 *    16 bytes   event id
 *    16 bytes   ticket id
 *    64 bytes   Ed25519 signature (RFC 8032) of "seatlock ticket 1" in ASCII and the 34 bytes before
 * </pre>
 *
 * <p>It uses only upper-case letters and digits, which a QR code stores more compactly than bytes.
 */
public record TicketCode(EventId event, TicketId ticket) {

    private static final String PREFIX = "SL1";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /** Prefix of the signed bytes, so that a signature for a ticket is never valid for anything else. */
    private static final byte[] CONTEXT = "seatlock ticket 1".getBytes(StandardCharsets.US_ASCII);

    private static final int PAYLOAD_BYTES = 2 + 16 + 16;
    private static final int SIGNATURE_BYTES = 64;
    private static final int BYTES = PAYLOAD_BYTES + SIGNATURE_BYTES;

    /** Why a code is invalid. */
    public enum Flaw {
        /** It is not a ticket code, or is truncated or mistyped. */
        MALFORMED,
        /** It names an unknown key. */
        UNKNOWN_KEY,
        /** The signature does not match: the code was forged or altered. */
        FORGED
    }

    /** Thrown for an invalid code. */
    public static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;

        private final Flaw flaw;

        private Invalid(Flaw flaw) {
            super(flaw.name(), null, false, false);
            this.flaw = flaw;
        }

        public Flaw flaw() {
            return flaw;
        }
    }

    /** Signs the code. Ed25519 is deterministic, so the same ticket and key always give the same code. */
    String sign(int keyId, PrivateKey key) {
        var payload = ByteBuffer.allocate(PAYLOAD_BYTES).putShort((short) keyId);
        put(payload, event.value());
        put(payload, ticket.value());
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(CONTEXT);
            signature.update(payload.array());
            var signed = ByteBuffer.allocate(BYTES).put(payload.array()).put(signature.sign());
            return PREFIX + encode(signed.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no Ed25519; Seatlock requires Java 17", e);
        }
    }

    /**
     * Parses a code and verifies its signature.
     *
     * @param keys returns the public key for a key ID, or {@code null} if there is none
     * @throws Invalid if the code is malformed, names an unknown key, or has the wrong signature
     */
    static TicketCode verify(String code, IntFunction<PublicKey> keys) throws Invalid {
        var bytes = ByteBuffer.wrap(decode(code).orElseThrow(() -> new Invalid(Flaw.MALFORMED)));
        var key = keys.apply(Short.toUnsignedInt(bytes.getShort()));
        if (key == null) {
            throw new Invalid(Flaw.UNKNOWN_KEY);
        }
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(CONTEXT);
            signature.update(bytes.array(), 0, PAYLOAD_BYTES);
            if (!signature.verify(bytes.array(), PAYLOAD_BYTES, SIGNATURE_BYTES)) {
                throw new Invalid(Flaw.FORGED);
            }
        } catch (GeneralSecurityException e) {
            throw new Invalid(Flaw.FORGED); // not even the form of a signature
        }
        return new TicketCode(new EventId(uuid(bytes)), new TicketId(uuid(bytes)));
    }

    private static void put(ByteBuffer buffer, UUID id) {
        buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer buffer) {
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private static String encode(byte[] bytes) {
        var text = new StringBuilder();
        int bits = 0;
        int held = 0;
        for (var b : bytes) {
            held = held << 8 | b & 0xff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(ALPHABET.charAt(held >> bits & 31));
            }
            held &= (1 << bits) - 1;
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt(held << 5 - bits & 31));
        }
        return text.toString();
    }

    /** Decodes a code. Only the canonical text is accepted, not an equivalent one with other padding bits. */
    private static Optional<byte[]> decode(String code) {
        if (!code.startsWith(PREFIX)) {
            return Optional.empty();
        }
        var bytes = new ByteArrayOutputStream(BYTES);
        int bits = 0;
        int held = 0;
        for (var c : code.substring(PREFIX.length()).toCharArray()) {
            var value = ALPHABET.indexOf(c);
            if (value < 0) {
                return Optional.empty();
            }
            held = held << 5 | value;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes.write(held >> bits & 0xff);
            }
            held &= (1 << bits) - 1;
        }
        var decoded = bytes.toByteArray();
        return decoded.length == BYTES && code.equals(PREFIX + encode(decoded))
                ? Optional.of(decoded)
                : Optional.empty();
    }
}
