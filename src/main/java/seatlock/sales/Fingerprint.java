package seatlock.sales;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import seatlock.crypto.Sha256;

/** The hash of a request. It distinguishes a repeated request from a different request that reuses the key. */
public final class Fingerprint {

    private final byte[] sha256;

    Fingerprint(byte[] sha256) {
        this.sha256 = sha256;
    }

    /**
     * Computes the fingerprint of a request.
     *
     * @param operation the operation and the ids in the path
     * @param body the content in a canonical form, so that white space and the order of fields do not matter
     */
    public static Fingerprint of(String operation, byte[] body) {
        return new Fingerprint(Sha256.of((operation + "\n").getBytes(StandardCharsets.UTF_8), body));
    }

    byte[] bytes() {
        return sha256;
    }

    /** Returns whether both requests are the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && Sha256.isEqual(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }
}
