package seatlock.sales;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import seatlock.crypto.Sha256;

/** The hash of a request, which tells a repeated request from a different one that reuses its key. */
public final class Fingerprint {

    private final byte[] sha256;

    Fingerprint(byte[] sha256) {
        this.sha256 = sha256;
    }

    /**
     * @param operation what is requested, and of what: such as {@code confirm} and the ids in the path
     * @param body the content of the request in a canonical form, so that white space and the order of fields do not count
     */
    public static Fingerprint of(String operation, byte[] body) {
        return new Fingerprint(Sha256.of((operation + "\n").getBytes(StandardCharsets.UTF_8), body));
    }

    byte[] bytes() {
        return sha256;
    }

    /** Whether both requests are the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && Sha256.isEqual(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }
}
