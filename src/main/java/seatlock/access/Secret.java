package seatlock.access;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import seatlock.crypto.Sha256;

/**
 * A key as its owner has it: {@code seatlock_}, 32 digits for the key's id, {@code _}, 64 for its secret, 8 for a checksum
 * (CRC-32) of all that. Digits are hexadecimal, so a double click selects it whole.
 *
 * <p>A secret scanner finds it with {@code seatlock_[0-9a-f]{32}_[0-9a-f]{72}} and can tell by the checksum that it is one,
 * as it does with <a
 * href="https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/">GitHub's</a>;
 * so do we, before we ask the database.
 */
public final class Secret {

    static final String PREFIX = "seatlock_";

    private static final int SECRET_BYTES = 32;

    private static final Pattern FORM = Pattern.compile(PREFIX + "([0-9a-f]{32})_([0-9a-f]{64})([0-9a-f]{8})");

    private static final SecureRandom RANDOM = new SecureRandom();

    private final UUID id;
    private final byte[] bytes;

    private Secret(UUID id, byte[] bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    static Secret random(UUID id) {
        var bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return new Secret(id, bytes);
    }

    /** @return empty if the text is no key, or not all of one */
    public static Optional<Secret> parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches() || !checksum(text.substring(0, text.length() - 8)).equals(parts.group(3))) {
            return Optional.empty();
        }
        var half = HexFormat.fromHexDigitsToLong(parts.group(1), 0, 16);
        var id = new UUID(half, HexFormat.fromHexDigitsToLong(parts.group(1), 16, 32));
        return Optional.of(new Secret(id, HexFormat.of().parseHex(parts.group(2))));
    }

    /** Which key it claims to be. */
    public UUID id() {
        return id;
    }

    /** SHA-256 of the secret. No salt and no slow hash: it is random, so there is nothing to guess. */
    byte[] hash() {
        return Sha256.of(bytes);
    }

    /** The whole key. To be shown once, to its owner. */
    public String reveal() {
        var digits = HexFormat.of();
        var text = PREFIX
                + digits.toHexDigits(id.getMostSignificantBits())
                + digits.toHexDigits(id.getLeastSignificantBits())
                + "_"
                + digits.formatHex(bytes);
        return text + checksum(text);
    }

    private static String checksum(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && id.equals(that.id) && Sha256.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Not the key itself: this may end up in a log. */
    @Override
    public String toString() {
        return PREFIX + id + "_…";
    }
}
