package seatlock.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 (FIPS 180-4). Every value that Seatlock hashes is hashed here. */
public final class Sha256 {

    /** Length of a hash. */
    public static final int BYTES = 32;

    private Sha256() {}

    /**
     * Hashes the concatenation of some byte arrays.
     *
     * @return {@value #BYTES} bytes
     */
    public static byte[] of(byte[]... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256", e);
        }
    }

    /** Hashes a text in UTF-8. */
    public static byte[] of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Hashes a text in UTF-8 and returns the hash as 64 lower-case hexadecimal digits. */
    public static String hex(String text) {
        return HexFormat.of().formatHex(of(text));
    }

    /** Compares two hashes in a time that does not depend on where they differ. */
    public static boolean isEqual(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }
}
