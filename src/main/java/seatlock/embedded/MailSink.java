package seatlock.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.server.SMTPServer;
import seatlock.net.Loopback;

/** An SMTP server that delivers nothing: it stores each mail as {@code mail/….eml} in the home directory. */
public final class MailSink implements AutoCloseable {

    private final SMTPServer server;
    private final Path directory;
    private final AtomicLong count = new AtomicLong();

    private MailSink(Path directory) {
        this.directory = directory;
        this.server = SMTPServer.port(0)
                .bindAddress(Loopback.ADDRESS)
                .messageHandlerFactory(this::handler)
                .build();
    }

    public static MailSink start(HomeDirectory home) {
        Path directory;
        try {
            directory = home.directory("mail");
        } catch (IOException e) {
            throw UnusableHome.because(home.resolve("mail"), e);
        }
        var sink = new MailSink(directory);
        sink.server.start();
        return sink;
    }

    private MessageHandler handler(MessageContext context) {
        return new MessageHandler() {
            @Override
            public void from(String sender) {}

            @Override
            public void recipient(String recipient) {}

            @Override
            public String data(InputStream mail) throws IOException {
                store(mail);
                return null;
            }

            @Override
            public void done() {}
        };
    }

    /** Stores a mail. The file appears under its name only when it is complete. */
    private void store(InputStream mail) throws IOException {
        var name = Instant.now().toString().replace(":", "") + "-" + count.incrementAndGet() + ".eml";
        var partial = directory.resolve(name + ".part");
        HomeDirectory.create(partial, mail);
        Files.move(partial, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Deletes the stored mails whose Message-ID begins with one of these ids.
     *
     * @throws UncheckedIOException if a mail cannot be read or deleted
     */
    public void delete(Collection<UUID> ids) {
        var fields = ids.stream().map(id -> "Message-ID: <" + id + "@").toList();
        if (fields.isEmpty()) {
            return;
        }
        try (var mails = Files.list(directory)) {
            for (var mail : mails.toList()) {
                if (hasOneOf(fields, mail)) {
                    Files.delete(mail);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasOneOf(List<String> fields, Path mail) throws IOException {
        try (var lines = Files.newBufferedReader(mail, StandardCharsets.ISO_8859_1)) {
            String line;
            while ((line = lines.readLine()) != null && !line.isEmpty()) { // the header ends with an empty line
                if (fields.stream().anyMatch(line::startsWith)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Returns the address in the form of the setting {@code SMTP_URL}. */
    public String url() {
        return "smtp://" + Loopback.NAME + ":" + server.getPortAllocated();
    }

    @Override
    public void close() {
        server.stop();
    }
}
