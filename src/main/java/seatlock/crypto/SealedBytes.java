package seatlock.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts bytes with a secret that only the client keeps, so that they are useless to a reader of the database.
 *
 * <p>The cipher is AES-256-GCM (NIST SP 800-38D). Its key is HMAC-SHA-256 of the secret under a random salt, the extraction step
 * of HKDF (RFC 5869 section 2.2). Each salt is used once, so each key encrypts one message, and the nonce may be constant. The
 * encryption is as strong as the secret is hard to guess.
 */
public final class SealedBytes {

    /** Length of a salt. */
    public static final int SALT_BYTES = 16;

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final GCMParameterSpec NONCE = new GCMParameterSpec(128, new byte[12]);
    private static final SecureRandom RANDOM = new SecureRandom();

    private SealedBytes() {}

    /** Returns {@value #SALT_BYTES} random bytes: one salt for one message. */
    public static byte[] newSalt() {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return salt;
    }

    /** Encrypts bytes. The result is 16 bytes longer. */
    public static byte[] seal(byte[] bytes, String secret, byte[] salt) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, secret, salt).doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks " + CIPHER, e);
        }
    }

    /**
     * Decrypts what {@link #seal} returned.
     *
     * @throws IllegalStateException if the secret or the salt is another one, or the bytes were changed
     */
    public static byte[] open(byte[] sealed, String secret, byte[] salt) {
        try {
            return cipher(Cipher.DECRYPT_MODE, secret, salt).doFinal(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The bytes were not sealed with this secret", e);
        }
    }

    private static Cipher cipher(int mode, String secret, byte[] salt) throws GeneralSecurityException {
        var key = HmacSha256.of(salt, secret.getBytes(StandardCharsets.UTF_8));
        var cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(key, "AES"), NONCE);
        return cipher;
    }
}
