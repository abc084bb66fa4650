package seatlock.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.net.Conversation;

/**
 * A connection to the mail server for one message after the other. It is opened with the first message, and again whenever
 * the server has closed it before a later one. After a failure it sends nothing more, because its state is then unknown.
 *
 * <p>Each message has limits of its own in time and size, and connecting for it counts.
 */
final class SmtpConnection implements AutoCloseable {

    /** Servers refuse more after some number, often 100. */
    private static final int MAX_MESSAGES = 100;

    private static final Logger log = LoggerFactory.getLogger(SmtpConnection.class);

    /** All responses to a mail together take a few kilobytes, and the certificates of TLS some more. */
    private static final long MAX_BYTES = 1_000_000;

    private final SmtpServer server;
    private final Conversation conversation;
    private SmtpTransport transport; // null before the first message
    private int messages; // sent over the transport
    private boolean isReusable;

    /** @param longest time that one message may take */
    SmtpConnection(SmtpServer server, Duration longest) {
        this.server = server;
        this.conversation = new Conversation("The mail server", longest, MAX_BYTES);
    }

    /**
     * Sends a message. Returns when the server has accepted it.
     *
     * @throws IOException if there is no connection, or a limit was exceeded
     * @throws MessagingException if the server does not accept the message
     * @throws InterruptedException if this thread is interrupted
     */
    void send(MimeMessage message) throws Exception {
        var accepted = new AtomicBoolean();
        isReusable = false;
        try {
            isReusable = conversation.call(() -> transmit(message, accepted));
        } catch (Exception e) {
            if (!accepted.get()) { // later failures change nothing: the server has the mail
                throw e;
            }
        }
    }

    /** Returns whether the connection can send another message. */
    boolean isReusable() {
        return isReusable && !conversation.isClosed(); // the deadline may have come just after the message
    }

    /** Returns whether the server expects another message. If not, QUIT has been sent. */
    private boolean transmit(MimeMessage message, AtomicBoolean accepted) throws MessagingException, IOException {
        var isKept = false;
        try {
            if (!sendOverCurrent(message)) {
                transport = server.connect(conversation);
                messages = 0;
                transport.send(message);
            }
            accepted.set(true);
            messages++;
            isKept = messages < MAX_MESSAGES;
            return isKept;
        } finally {
            if (!isKept) {
                quit();
            }
        }
    }

    /**
     * Sends a message if there is a connection already and it still works.
     *
     * @return false if the message is to be sent over a new connection
     * @throws MessagingException if the server may have the message, or refused its recipient
     */
    private boolean sendOverCurrent(MimeMessage message) throws MessagingException {
        if (transport == null) {
            return false;
        }
        try {
            transport.send(message);
            return true;
        } catch (MessagingException e) {
            if (transport.mayBeAccepted() || isAboutRecipient(e)) {
                throw e;
            }
            log.debug("The server ended the connection, so the mail is sent over a new one"); // the reason may name the
            // buyer
            quit();
            return false;
        }
    }

    /** A new connection would change nothing about the recipient. 421 is about the connection: the server closes it. */
    private static boolean isAboutRecipient(MessagingException e) {
        for (Exception cause = e; cause instanceof MessagingException next; cause = next.getNextException()) {
            if (cause instanceof SMTPAddressFailedException refused) {
                return refused.getReturnCode() >= 400 && refused.getReturnCode() != 421; // -1: no response
            }
        }
        return false;
    }

    /** A failure changes nothing: by now the mail was sent, or sending it has failed. */
    private void quit() {
        if (transport != null) {
            try {
                transport.close();
            } catch (MessagingException e) {
                log.debug("The connection to the mail server was not closed cleanly", e);
            }
        }
    }

    /** Sends QUIT if the server expects another message. This does not wait for the response. */
    @Override
    public void close() {
        if (isReusable()) {
            conversation.begin(); // even this can hang
            quit();
        }
        conversation.close();
    }
}
