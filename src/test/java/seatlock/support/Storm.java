package seatlock.support;

/** Sizes of tests that prove the same at any size: small in {@code make test}, full in {@code make storm}. */
public final class Storm {

    private Storm() {}

    public static int size(int small, int full) {
        return Boolean.getBoolean("seatlock.storm") ? full : small;
    }
}
