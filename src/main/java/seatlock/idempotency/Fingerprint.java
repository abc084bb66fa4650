package seatlock.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The hash of what was asked, to tell a repeated request from another one that reuses its key. */
public final class Fingerprint {

    private final byte[] sha256;

    Fingerprint(byte[] sha256) {
        this.sha256 = sha256;
    }

    /**
     * @param operation what is asked, and of what: the method and the path
     * @param body the request's content in one form, so that white space and the order of fields do not count
     */
    public static Fingerprint of(String operation, byte[] body) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(operation.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) '\n');
            return new Fingerprint(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    byte[] bytes() {
        return sha256;
    }

    /** Whether the same was asked. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && MessageDigest.isEqual(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }
}
