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
 * An API key as its holder sends it: {@code seatlock_}, the key's id (32 digits), {@code _}, the secret (64 digits) and a CRC-32
 * of everything before it (8 digits). Digits are hexadecimal, so a double click selects the whole key.
 *
 * <p>A secret scanner finds keys with the pattern {@code seatlock_[0-9a-f]{32}_[0-9a-f]{72}} and verifies the checksum, as with
 * <a href="https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/">GitHub's
 * tokens</a>. Seatlock verifies it before it queries the database.
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

    /** Creates a random secret for the key with an id. */
    static Secret random(UUID id) {
        var bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return new Secret(id, bytes);
    }

    /** Parses a key; empty if the text does not have the form of a key or the checksum is wrong. */
    public static Optional<Secret> parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches() || !checksum(text.substring(0, text.length() - 8)).equals(parts.group(3))) {
            return Optional.empty();
        }
        var high = HexFormat.fromHexDigitsToLong(parts.group(1), 0, 16);
        var id = new UUID(high, HexFormat.fromHexDigitsToLong(parts.group(1), 16, 32));
        return Optional.of(new Secret(id, HexFormat.of().parseHex(parts.group(2))));
    }

    /** Returns the id of the key that this claims to be. */
    public UUID id() {
        return id;
    }

    /** Returns the SHA-256 of the secret. The secret is random, so it needs neither a salt nor a slow hash. */
    byte[] hash() {
        return Sha256.of(bytes);
    }

    /** Returns the whole key. It must be shown only once, to its owner. */
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

    /** Omits the secret, since the text may end up in a log. */
    @Override
    public String toString() {
        return PREFIX + id + "_…";
    }
}
