package seatlock.mail;

import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.net.Conversation;
import seatlock.net.Tls;

/** The mail server of the settings. This class connects to it: with TLS, a login and this machine's name, as the settings say. */
final class SmtpServer {

    private static final Logger log = LoggerFactory.getLogger(SmtpServer.class);

    private static final int CONNECT_TIMEOUT_MS = 10_000;

    /** For each response of the server. RFC 5321 recommends minutes, but other mails wait for this one. */
    private static final int TIMEOUT_MS = 30_000;

    private final Mailer.Settings settings;
    private final SSLSocketFactory tls;
    private final HeloName helo;

    /** @throws IllegalArgumentException if the file of certificates is invalid */
    SmtpServer(Mailer.Settings settings) {
        this.settings = settings;
        this.tls = settings.isTlsOptional() ? Tls.opportunistic() : Tls.verifying(settings.caFile());
        this.helo = new HeloName(settings.helo());
    }

    /**
     * Connects within the limits of a conversation, and logs in. If TLS is optional and fails, the connection has none.
     *
     * @throws IOException if there is no connection
     * @throws MessagingException if the server refuses it, or speaks no SMTP
     */
    SmtpTransport connect(Conversation conversation) throws MessagingException, IOException {
        var transport = new SmtpTransport(session(true));
        try {
            open(transport, conversation);
            return transport;
        } catch (MessagingException e) {
            if (!settings.isTlsOptional() || !transport.supportsExtension("STARTTLS")) {
                throw e;
            }
            log.debug("TLS failed, so mail is sent without", e);
        }
        transport = new SmtpTransport(session(false));
        open(transport, conversation);
        return transport;
    }

    private Session session(boolean withTls) {
        return Session.getInstance(properties(withTls), new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                var address = settings.address();
                return new PasswordAuthentication(address.user(), address.password());
            }
        });
    }

    private Properties properties(boolean withTls) {
        var properties = new Properties();
        var user = settings.address().user();
        properties.put("mail.smtp.quitwait", "false"); // as Postfix: nobody needs the response to QUIT
        properties.put("mail.smtp.ssl.socketFactory", tls);
        properties.put("mail.smtp.ssl.checkserveridentity", String.valueOf(!settings.isTlsOptional()));
        properties.put("mail.smtp.auth", String.valueOf(user != null));
        if (user != null) {
            properties.put("mail.smtp.user", user);
        }
        if (!settings.isTlsFromTheStart()) {
            properties.put("mail.smtp.starttls.enable", String.valueOf(withTls));
            properties.put("mail.smtp.starttls.required", String.valueOf(!settings.isTlsOptional()));
        }
        return properties;
    }

    /** The name of this machine may depend on the connection's address. */
    private void open(SmtpTransport transport, Conversation conversation) throws MessagingException, IOException {
        var host = settings.address().host();
        // TLS verifies this name. An address has none, and must not be given one by a reverse look-up.
        var address = InetAddress.getByAddress(host, InetAddress.getByName(host).getAddress());
        var socket = conversation.sockets().createSocket();
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(
                true); // else the end of a mail waits until the server's machine confirms the part before it
        socket.connect(new InetSocketAddress(address, settings.port()), CONNECT_TIMEOUT_MS);
        transport.setLocalHost(helo.from(socket.getLocalAddress()));
        try {
            transport.connect(settings.isTlsFromTheStart() ? Tls.begin(tls, socket, host, settings.port()) : socket);
        } catch (MessagingException e) {
            // Angus omits the server's reason if the greeting is a refusal.
            var isGreeting = String.valueOf(e.getMessage()).startsWith("Got bad greeting");
            throw isGreeting ? new MessagingException("Refused: " + transport.getLastServerResponse()) : e;
        }
    }
}
