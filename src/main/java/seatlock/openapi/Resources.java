package seatlock.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads files in the jar. */
public final class Resources {

    private Resources() {}

    /** @throws IllegalStateException if the file does not exist */
    public static byte[] bytes(String path) {
        try (var stream = Resources.class.getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalStateException("Missing from the jar: " + path);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
