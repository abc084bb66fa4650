package seatlock.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.OutputStream;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * A transport that knows whether the server may have accepted the latest message. The exceptions of Angus do not tell: a
 * connection that breaks has the same one at every command.
 */
final class SmtpTransport extends SMTPTransport {

    private boolean isContentSent; // guarded by this

    SmtpTransport(Session session) {
        super(session, null);
    }

    /** Sends a message to the recipients that it names. Returns when the server has accepted it. */
    synchronized void send(MimeMessage message) throws MessagingException {
        isContentSent = false;
        sendMessage(message, message.getAllRecipients());
    }

    @Override
    protected OutputStream data() throws MessagingException {
        var content = super.data(); // throws unless the server is ready for the content
        isContentSent = true;
        return content;
    }

    /** Returns false if the server cannot have accepted the latest message, because it never got the content. */
    synchronized boolean mayBeAccepted() {
        return isContentSent;
    }
}
