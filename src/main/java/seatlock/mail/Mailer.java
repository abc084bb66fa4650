package seatlock.mail;

import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.net.Conversation;

/** Sends mail over SMTP (RFC 5321). Each conversation with the mail server is limited in time and size. */
public final class Mailer {

    private static final Logger log = LoggerFactory.getLogger(Mailer.class);

    private static final String CONNECT_TIMEOUT_MS = "10000";

    private static final Pattern ADDRESS = Pattern.compile("\\S*@\\S*");

    /** For each response of the server. RFC 5321 recommends minutes, but other mails wait for this one. */
    private static final String TIMEOUT_MS = "30000";

    /** From the look-up of the server's name to the response to QUIT: enough for a mail of 10 MB at 1 Mbit/s. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** All responses to a mail together take a few kilobytes, and the certificates of TLS some more. */
    private static final long MAX_BYTES = 1_000_000;

    /**
     * A mail.
     *
     * @param messageId the same each time the mail is sent, so that a second copy can be recognized
     */
    public record Mail(
            String to, String subject, String text, String html, String messageId, List<Attachment> attachments) {}

    /** A PDF in a mail. */
    public record Attachment(String name, byte[] pdf) {}

    /** A retry is useless: the server rejected the mail permanently (RFC 5321: a 5yz reply), or an address is invalid. */
    public static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        private Rejected(String message) {
            super(message);
        }
    }

    /** The mail was not sent. A retry may succeed. */
    public static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private Failed(String reason) {
            super("The mail was not sent: " + reason);
        }
    }

    /** More than this of a server's response helps nobody, and takes long to search. */
    private static final int MAX_REASON = 1_000;

    private static final Pattern CLASS_NAME = Pattern.compile("(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error):? *");

    /**
     * Returns why a mail was not sent, in one line and without the buyer's address, which servers often repeat: the reason is
     * logged and stored with the job. For the same reason neither exception has a cause.
     */
    private static String reason(MessagingException e, String to) {
        if (e instanceof MailConnectException failure) {
            var cause = failure.getNextException();
            return String.format(
                    Locale.ROOT,
                    "Cannot connect to %s:%d: %s",
                    failure.getHost(),
                    failure.getPort(),
                    cause instanceof UnknownHostException ? "unknown host" : cause.getMessage());
        }
        var messages = new StringJoiner("; ");
        for (Exception next = e; next != null; ) {
            messages.add(String.valueOf(next.getMessage()).strip());
            next = next instanceof MessagingException chained ? chained.getNextException() : null;
        }
        var text = CLASS_NAME.matcher(shortened(messages.toString())).replaceAll("");
        var name = to.substring(0, Math.max(0, to.lastIndexOf('@')));
        var named = Pattern.compile("(?<!\\w)" + Pattern.quote(name) + "(?!\\w)", Pattern.CASE_INSENSITIVE);
        return named.matcher(ADDRESS.matcher(text).replaceAll("…")).replaceAll("…");
    }

    /** Cuts a text after a whole word, so that no part of an address remains, and makes it one line. */
    private static String shortened(String text) {
        if (text.length() <= MAX_REASON) {
            return text.replaceAll("\\s+", " ");
        }
        var line = text.substring(0, MAX_REASON).replaceAll("\\s+", " ");
        return line.substring(0, line.lastIndexOf(' ') + 1) + "…";
    }

    private final URI smtp;
    private final InternetAddress from;
    private final Duration longest;

    /**
     * Creates a mailer, without connecting to the server.
     *
     * @param smtp {@code smtp://[user:password@]host[:port]}, which switches to TLS if the server offers it and requires it if
     *     there is a password; or {@code smtps://…}, which uses TLS from the start
     * @param from sender as in RFC 5322, such as {@code Seatlock <tickets@example.org>}
     * @throws IllegalArgumentException if the sender is not a valid address
     */
    public Mailer(URI smtp, String from) {
        this(smtp, from, LONGEST);
    }

    /** @param longest time that the conversation about one mail may take */
    public Mailer(URI smtp, String from, Duration longest) {
        this.smtp = smtp;
        this.from = parse(from).orElseThrow(() -> new IllegalArgumentException("Invalid e-mail address"));
        this.longest = longest;
    }

    /**
     * Checks that a text is a valid sender.
     *
     * @return the text
     * @throws IllegalArgumentException if the text is not a valid address
     */
    public static String checkSender(String from) {
        parse(from).orElseThrow(() -> new IllegalArgumentException("Invalid e-mail address"));
        return from;
    }

    /** Returns an address; empty if it is invalid. */
    private static Optional<InternetAddress> parse(String text) {
        try {
            var address = new InternetAddress(text, true);
            if (address.getPersonal() != null) {
                address.setPersonal(address.getPersonal(), "UTF-8"); // encodes it for the header
            }
            return Optional.of(address);
        } catch (AddressException | UnsupportedEncodingException e) {
            return Optional.empty();
        }
    }

    private static Properties properties(URI smtp, Conversation conversation) {
        var protocol = smtp.getScheme().toLowerCase(Locale.ROOT);
        var properties = new Properties();
        var prefix = "mail." + protocol + ".";
        properties.put("mail.transport.protocol", protocol);
        properties.put(prefix + "connectiontimeout", CONNECT_TIMEOUT_MS);
        properties.put(prefix + "timeout", TIMEOUT_MS);
        properties.put(prefix + "socketFactory", conversation.sockets()); // TLS is layered over its sockets
        properties.put(prefix + "socketFactory.fallback", "false"); // never a socket without limits
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(prefix + "auth", String.valueOf(smtp.getRawUserInfo() != null));
        if (protocol.equals("smtp")) {
            properties.put(prefix + "starttls.enable", "true");
            properties.put(prefix + "starttls.required", String.valueOf(smtp.getRawUserInfo() != null));
        }
        return properties;
    }

    /**
     * Sends a mail. Returns when the server has accepted it.
     *
     * @throws Rejected if the server rejected the mail permanently, or the recipient's address is invalid
     * @throws Failed if the mail was not sent and a retry may succeed
     */
    public void send(Mail mail) throws Rejected, Failed {
        var to = parse(mail.to()).orElseThrow(() -> new Rejected("The buyer's e-mail address is invalid"));
        var accepted = new AtomicBoolean();
        try (var conversation = new Conversation("The mail server", longest, MAX_BYTES)) {
            try {
                conversation.call(() -> transmit(conversation, mail, to, accepted));
            } catch (Exception e) {
                if (!accepted.get()) { // later failures change nothing: the server has the mail
                    throw failure(e, mail.to());
                }
            }
        }
    }

    private static Failed failure(Exception e, String to) throws Rejected {
        if (e instanceof Conversation.LimitExceeded) {
            return new Failed(e.getMessage());
        } else if (e instanceof MessagingException refusal) {
            var reason = reason(refusal, to);
            if (e instanceof SendFailedException && isPermanent(refusal)) {
                throw new Rejected("The mail server rejected the mail: " + reason);
            }
            return new Failed(reason);
        } else if (e instanceof RuntimeException bug) {
            throw bug;
        }
        return new Failed("The worker was interrupted");
    }

    private Void transmit(Conversation conversation, Mail mail, InternetAddress to, AtomicBoolean accepted)
            throws MessagingException {
        var session = Session.getInstance(properties(smtp, conversation));
        var login = smtp.getRawUserInfo() == null
                ? new String[2]
                : smtp.getRawUserInfo().split(":", 2);
        var message = compose(session, mail, to);
        var transport = session.getTransport();
        try {
            transport.connect(smtp.getHost(), smtp.getPort(), decode(login, 0), decode(login, 1));
            transport.sendMessage(message, message.getAllRecipients());
            accepted.set(true);
        } finally {
            close(transport);
        }
        return null;
    }

    /** A failure to close changes nothing: by now the mail was sent, or sending it has failed. */
    private static void close(Transport transport) {
        try {
            transport.close();
        } catch (MessagingException e) {
            log.debug("The connection to the mail server was not closed cleanly", e);
        }
    }

    private static String decode(String[] login, int part) {
        return login.length <= part || login[part] == null
                ? null
                : URLDecoder.decode(login[part].replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Returns whether the chain of exceptions has a 5yz reply and no 4yz reply. */
    private static boolean isPermanent(MessagingException e) {
        boolean permanent = false;
        for (Exception cause = e; cause instanceof MessagingException next; cause = next.getNextException()) {
            var code = replyCode(cause);
            if (code >= 400 && code < 500) {
                return false;
            }
            permanent |= code >= 500;
        }
        return permanent;
    }

    private static int replyCode(Exception e) {
        if (e instanceof SMTPSendFailedException failed) {
            return failed.getReturnCode();
        } else if (e instanceof SMTPAddressFailedException failed) {
            return failed.getReturnCode();
        } else if (e instanceof SMTPSenderFailedException failed) {
            return failed.getReturnCode();
        }
        return 0;
    }

    /** Jakarta Mail folds and encodes headers. The API refuses control characters, which could inject one. */
    private MimeMessage compose(Session session, Mail mail, InternetAddress to) throws MessagingException {
        var message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + mail.messageId() + ">"); // by default, each copy gets a new one
            }
        };
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, to);
        message.setSubject(mail.subject(), "UTF-8");
        message.setSentDate(Date.from(Instant.now()));
        message.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: suppresses vacation notices

        var alternatives = new MimeMultipart("alternative");
        alternatives.addBodyPart(text(mail.text(), "plain"));
        alternatives.addBodyPart(text(mail.html(), "html"));
        var body = new MimeBodyPart();
        body.setContent(alternatives);
        var parts = new MimeMultipart("mixed");
        parts.addBodyPart(body);
        for (var attachment : mail.attachments()) {
            var part = new MimeBodyPart();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment.pdf(), "application/pdf")));
            part.setFileName(attachment.name());
            parts.addBodyPart(part);
        }
        message.setContent(parts);
        message.saveChanges();
        return message;
    }

    private static MimeBodyPart text(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, "UTF-8", subtype);
        return part;
    }
}
