package seatlock.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import seatlock.support.RudeServer;

/**
 * A mail server that accepts every mail with little work, so that the cores are left to the sender. It stores only the number
 * and the size of the mails.
 */
final class CountingMailServer implements AutoCloseable {

    private static final byte[] END = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

    private final AtomicLong mails = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final RudeServer server = new RudeServer((any, client) -> converse(client));

    private void converse(Socket client) throws IOException {
        var input = new Input(client.getInputStream());
        RudeServer.send(client, "220 bench ESMTP\r\n");
        for (var line = input.line(); !line.startsWith("QUIT"); line = input.line()) {
            if (line.startsWith("DATA")) {
                RudeServer.send(client, "354 Go ahead\r\n");
                bytes.addAndGet(input.mail());
                mails.incrementAndGet();
            }
            RudeServer.send(client, "250 OK\r\n");
        }
        RudeServer.send(client, "221 Bye\r\n");
    }

    private static final class Input {
        private final InputStream stream;
        private final byte[] buffer = new byte[65_536];
        private int next;
        private int end;

        Input(InputStream stream) {
            this.stream = stream;
        }

        private byte read() throws IOException {
            if (next == end) {
                next = 0;
                end = stream.read(buffer);
                if (end < 0) {
                    throw new IOException("Disconnected");
                }
            }
            return buffer[next++];
        }

        String line() throws IOException {
            var line = new StringBuilder();
            for (var letter = (char) read(); letter != '\n'; letter = (char) read()) {
                line.append(letter);
            }
            return line.toString().strip().toUpperCase(Locale.ROOT);
        }

        /** Reads a mail up to the line with a single period, and returns its size. */
        long mail() throws IOException {
            long size = 0;
            for (int matched = 2; matched < END.length; size++) { // the mail begins with a new line
                var letter = read();
                if (letter == END[matched]) {
                    matched++;
                } else {
                    matched = letter == END[0] ? 1 : 0;
                }
            }
            return size;
        }
    }

    String url() {
        return server.url("smtp").toString();
    }

    long mails() {
        return mails.get();
    }

    /** Returns the total size of all mails. */
    long bytes() {
        return bytes.get();
    }

    @Override
    public void close() {
        server.close();
    }
}
