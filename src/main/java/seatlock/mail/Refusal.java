package seatlock.mail;

import java.util.regex.Pattern;

/**
 * The subject of a refusal by a mail server. It is judged by the enhanced status code (RFC 3463); where
 * there is none, by the reply code (RFC 5321) and the command.
 */
enum Refusal {
    /** The address, for good: there is no such mailbox, or it is disabled. A retry is useless. */
    ADDRESS,
    /** This mailbox, for now: it is full or busy. A retry may succeed, and other mails are not affected. */
    MAILBOX,
    /** The sender, the server, its policy or the network. Other mails will be refused, too, until somebody changes something. */
    SYSTEM;

    /**
     * At the beginning of a line, after the reply code; qmail writes {@code (#5.1.1)} at the end of the line. The groups are
     * class, subject and detail.
     */
    private static final Pattern STATUS =
            Pattern.compile("(?m)(?:^[45]\\d\\d[ -]|#)([45])\\.(\\d{1,3})\\.(\\d{1,3})(?!\\S*\\d)");

    /** Exim sends no enhanced status code, and refuses a foreign domain with "550 relay not permitted". */
    private static final Pattern RELAY = Pattern.compile("(?i)\\brelay");

    /**
     * Judges a refusal.
     *
     * @param isRecipient whether it is the reply to RCPT, and not to the mail itself
     * @param code reply code, 4yz or 5yz
     * @param reply all lines of the reply
     */
    static Refusal of(boolean isRecipient, int code, String reply) {
        var status = STATUS.matcher(reply);
        if (!status.find()) {
            return isRecipient ? ofRecipient(code, reply) : SYSTEM;
        }
        var isPermanent = code >= 500 && status.group(1).equals("5");
        return switch (status.group(2) + "." + status.group(3)) {
            case "1.7", "1.8" -> SYSTEM; // the sender's address
            case "2.2" -> MAILBOX; // full, which passes, although the reply is permanent
            default ->
                switch (status.group(2)) {
                    case "1", "2" -> isPermanent ? ADDRESS : MAILBOX;
                    default -> SYSTEM;
                };
        };
    }

    private static Refusal ofRecipient(int code, String reply) {
        return switch (code) {
            case 501, 550, 551, 553 -> RELAY.matcher(reply).find() ? SYSTEM : ADDRESS;
            case 450, 552 -> MAILBOX; // RFC 5321 section 4.5.3.1.10: a 552 is treated as temporary
            default -> SYSTEM;
        };
    }
}
