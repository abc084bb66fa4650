package seatlock.mail;

import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.net.Conversation;
import seatlock.net.ServerUrl;

/**
 * Sends mail over SMTP (RFC 5321). The conversation with the mail server about each mail is limited in time and size. Connections
 * are kept for a few seconds, in case another mail follows.
 */
public final class Mailer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Mailer.class);

    private static final Pattern ADDRESS = Pattern.compile("\\S*@\\S*");

    /** From the look-up of the server's name until the server has the mail: enough for a mail of 10 MB at 1 Mbit/s. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** Mails of one sale follow each other within this time. Servers let a client wait for minutes, but few clients at once. */
    private static final Duration MAX_IDLE = Duration.ofSeconds(5);

    /**
     * A mail.
     *
     * @param replyTo address of the organiser to which replies go; empty, or one that mail programs would not accept, for the setting
     * @param id the same each time the mail is sent: the first part of its Message-ID, by which a second copy is recognized
     */
    public record Mail(
            String to,
            Optional<String> replyTo,
            String subject,
            String text,
            String html,
            String id,
            List<Attachment> attachments) {}

    /**
     * A file in a mail.
     *
     * @param mediaType with its parameters
     */
    public record Attachment(String name, String mediaType, byte[] content) {}

    /** A retry is useless: the recipient's address is invalid, or the server refuses it permanently. */
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

    /**
     * How mail is sent.
     *
     * @param server {@code smtp://[user:password@]host[:port]}, which switches to TLS if the server offers it; or {@code
     *     smtps://…}, which uses TLS from the start
     * @param from sender as in RFC 5322, such as {@code Seatlock <tickets@example.org>}
     * @param replyTo where replies go; empty for the sender
     * @param helo name of this machine for the server; empty for its own, as in {@link HeloName}
     * @param caFile certificates in PEM that are trusted instead of Java's; TLS is then required
     */
    public record Settings(
            URI server, String from, Optional<String> replyTo, Optional<String> helo, Optional<Path> caFile) {

        public Settings(URI server, String from) {
            this(server, from, Optional.empty(), Optional.empty(), Optional.empty());
        }

        boolean isTlsFromTheStart() {
            return server.getScheme().equalsIgnoreCase("smtps");
        }

        /** Without a password and an authority to check, TLS with any certificate is better than none (RFC 7435). */
        boolean isTlsOptional() {
            return !isTlsFromTheStart() && address().user() == null && caFile.isEmpty();
        }

        ServerUrl address() {
            return ServerUrl.of(server);
        }

        int port() {
            return address().port() >= 0 ? address().port() : isTlsFromTheStart() ? 465 : 25;
        }
    }

    private final Settings settings;
    private final InternetAddress from;
    private final Optional<InternetAddress> replyTo;
    private final SmtpConnections connections;
    private volatile Boolean leaves; // null before the first mail

    /**
     * Creates a mailer, without connecting to the server.
     *
     * @throws IllegalArgumentException if an address or the file of certificates is invalid
     */
    public Mailer(Settings settings) {
        this(settings, LONGEST, MAX_IDLE);
    }

    /** Creates a mailer with the defaults for everything else. */
    public Mailer(URI server, String from) {
        this(new Settings(server, from));
    }

    /** @param longest time that the conversation about one mail may take */
    public Mailer(URI server, String from, Duration longest) {
        this(new Settings(server, from), longest, MAX_IDLE);
    }

    /** @param maxIdle time after which a connection without mails is closed */
    Mailer(Settings settings, Duration longest, Duration maxIdle) {
        this.settings = settings;
        this.from = valid(settings.from);
        this.replyTo = settings.replyTo.map(Mailer::valid);
        this.connections = new SmtpConnections(new SmtpServer(settings), longest, maxIdle);
    }

    private static InternetAddress valid(String address) {
        return parse(address).orElseThrow(() -> new IllegalArgumentException("Invalid e-mail address"));
    }

    /** Returns the address that a buyer can write to. */
    public String contact() {
        return replyTo.orElse(from).getAddress();
    }

    /**
     * Returns whether the latest mail left, or failed only because of its recipient; empty before the first. If it is false,
     * no mail leaves this process until somebody changes something, or the mail server is back.
     */
    public Optional<Boolean> leaves() {
        return Optional.ofNullable(leaves);
    }

    /** Returns why no mail leaves this process, as a sentence; empty if it does, or before the first mail. */
    public String problem() {
        return leaves().orElse(true) ? "" : "Mail cannot leave. The log of this process has the reason (ERROR).";
    }

    /** Logs each change once. */
    private synchronized void report(boolean leavesNow, String reason) {
        if (!leavesNow && !Boolean.FALSE.equals(leaves)) {
            log.error("Mail cannot leave and will be retried: {}", reason);
        } else if (leavesNow && Boolean.FALSE.equals(leaves)) {
            log.info("Mail leaves again");
        }
        leaves = leavesNow;
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

    /**
     * Checks that a text can introduce this machine to a mail server.
     *
     * @return the text
     * @throws IllegalArgumentException if it is neither a fully qualified name nor an address literal
     */
    public static String checkHelo(String name) {
        if (!HeloName.isValid(name)) {
            throw new IllegalArgumentException("Neither a fully qualified name nor an address literal");
        }
        return name;
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

    /**
     * Sends a mail. Returns when the server has accepted it.
     *
     * @throws Rejected if the server rejected the mail permanently, or the recipient's address is invalid
     * @throws Failed if the mail was not sent and a retry may succeed
     */
    public void send(Mail mail) throws Rejected, Failed {
        var to = parse(mail.to()).orElseThrow(() -> new Rejected("The buyer's e-mail address is invalid"));
        try {
            connections.send(compose(mail, to));
        } catch (Exception e) {
            throw failure(e, mail.to());
        }
        report(true, "");
    }

    private Failed failure(Exception e, String to) throws Rejected {
        if (e instanceof Conversation.LimitExceeded) {
            report(false, e.getMessage());
            return new Failed(e.getMessage());
        } else if (e instanceof IOException) {
            var reason = String.format(
                    Locale.ROOT,
                    "Cannot connect to %s:%d: %s",
                    settings.address().host(),
                    settings.port(),
                    e instanceof UnknownHostException ? "unknown host" : e.getMessage());
            report(false, reason);
            return new Failed(reason);
        } else if (e instanceof MessagingException refusal) {
            var reason = reason(refusal, to);
            var subject = subject(refusal);
            report(subject != Refusal.SYSTEM, reason);
            if (subject == Refusal.ADDRESS) {
                throw new Rejected("The mail server rejected the address: " + reason);
            }
            return new Failed(reason);
        } else if (e instanceof RuntimeException bug) {
            throw bug;
        }
        return new Failed("The worker was interrupted");
    }

    /** Returns what a failure is about. Before RCPT, that is never the recipient. */
    private static Refusal subject(MessagingException e) {
        for (Exception cause = e; cause instanceof MessagingException next; cause = next.getNextException()) {
            if (cause instanceof SMTPAddressFailedException refused) {
                return Refusal.of(true, refused.getReturnCode(), refused.getMessage());
            } else if (cause instanceof SMTPSendFailedException refused
                    && refused.getCommand().equals(".")) {
                return Refusal.of(false, refused.getReturnCode(), refused.getMessage());
            }
        }
        return Refusal.SYSTEM;
    }

    /** Jakarta Mail folds and encodes headers. The API refuses control characters, which could inject one. */
    private MimeMessage compose(Mail mail, InternetAddress to) throws MessagingException {
        var message = new MimeMessage(Session.getInstance(new Properties())) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + mail.id() + "@" + domain() + ">"); // by default, each copy gets a new one
            }
        };
        message.setFrom(from);
        var answers = mail.replyTo().flatMap(Mailer::parse).or(() -> replyTo);
        if (answers.isPresent()) {
            message.setReplyTo(new InternetAddress[] {answers.get()});
        }
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
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment.content(), attachment.mediaType())));
            part.setFileName(attachment.name());
            parts.addBodyPart(part);
        }
        message.setContent(parts);
        message.saveChanges();
        return message;
    }

    private String domain() {
        return from.getAddress().substring(from.getAddress().lastIndexOf('@') + 1);
    }

    private static MimeBodyPart text(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, "UTF-8", subtype);
        return part;
    }

    /** Closes the connections to the server. A mail that is being sent is sent nevertheless. */
    @Override
    public void close() {
        connections.close();
    }
}
