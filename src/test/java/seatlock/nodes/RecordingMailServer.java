package seatlock.nodes;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.server.SMTPServer;

/** A mail server that stores only the recipient and the Message-ID of each mail. */
final class RecordingMailServer implements AutoCloseable {

    private static final Pattern MESSAGE_ID = Pattern.compile("(?m)^Message-ID:\\s*(<[^>]+>)");

    private final Map<String, ConcurrentLinkedQueue<String>> idsByRecipient = new ConcurrentHashMap<>();
    private final SMTPServer server = SMTPServer.port(0)
            .bindAddress(InetAddress.getLoopbackAddress())
            .messageHandlerFactory(this::handler)
            .build();

    RecordingMailServer() {
        server.start();
    }

    private MessageHandler handler(MessageContext context) {
        return new MessageHandler() {
            private String recipient;

            @Override
            public void from(String from) {}

            @Override
            public void recipient(String to) {
                recipient = to;
            }

            @Override
            public String data(InputStream data) throws IOException {
                var id = MESSAGE_ID.matcher(new String(data.readAllBytes(), StandardCharsets.ISO_8859_1));
                idsByRecipient
                        .computeIfAbsent(recipient, to -> new ConcurrentLinkedQueue<>())
                        .add(id.find() ? id.group(1) : "none");
                return null;
            }

            @Override
            public void done() {}
        };
    }

    /** Returns the Message-IDs of all mails to a recipient. Equal ones are copies of the same mail. */
    List<String> messageIds(String recipient) {
        var ids = idsByRecipient.get(recipient);
        return ids == null ? List.of() : List.copyOf(ids);
    }

    String url() {
        return "smtp://127.0.0.1:" + server.getPortAllocated();
    }

    @Override
    public void close() {
        server.stop();
    }
}
