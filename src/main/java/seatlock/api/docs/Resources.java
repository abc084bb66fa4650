package seatlock.api.docs;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Files inside the jar. */
public final class Resources {

    private Resources() {}

    /** @throws IllegalStateException if there is no such file */
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
