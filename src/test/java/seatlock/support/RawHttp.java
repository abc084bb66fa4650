package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends bytes over a socket, for requests that an HTTP client would refuse to send. */
public final class RawHttp {

    private RawHttp() {}

    /** @param headers each with its line end */
    public static String post(int port, String path, String headers, String json) {
        return exchange(
                port,
                "POST " + path
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + headers + "Content-Length: " + json.length() + "\r\n\r\n" + json);
    }

    /** Sends a request, closes the output, and returns the whole response. */
    public static String exchange(int port, String request) {
        return exchange(port, request, true);
    }

    /** Sends a request, and returns everything until the server closes the connection by itself. */
    public static String untilClosed(int port, String request) {
        return exchange(port, request, false);
    }

    private static String exchange(int port, String request, boolean closeOutput) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            if (closeOutput) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
