package seatlock.http;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Files inside the jar. */
final class Resources {

    private Resources() {}

    static byte[] bytes(String path) {
        try (var stream = Resources.class.getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalStateException("Not in the jar: " + path);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
