package seatlock.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replies of real mail servers. Postfix refuses nothing before RCPT by default, whatever it is about. */
class RefusalTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ADDRESS | 550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown in local recipient table",
                "ADDRESS | 550 5.1.1 User unknown",
                "ADDRESS | 550-5.1.1 The email account that you tried to reach does not exist.\\n550 5.1.1 Please check",
                "ADDRESS | 553 5.1.3 <a@b>: Recipient address rejected: bad syntax",
                "ADDRESS | 501 5.1.3 Bad recipient address syntax",
                "ADDRESS | 550 5.1.2 <ada@nowhere.example>: Recipient address rejected: Domain not found",
                "ADDRESS | 556 5.1.10 <ada@example.org>: Recipient address has null MX",
                "ADDRESS | 550 5.2.1 The email account that you tried to reach is disabled",
                "ADDRESS | 550 Unknown user",
                "ADDRESS | 553 mailbox name not allowed",
                "ADDRESS | 553 sorry, no mailbox here by that name (#5.1.1)",
                "MAILBOX | 552 5.2.2 mailbox full",
                "MAILBOX | 552 mailbox full",
                "MAILBOX | 452 4.2.2 The recipient's inbox is out of storage space",
                "MAILBOX | 450 4.1.1 <ada@example.org>: Recipient address rejected: unverified address",
                "MAILBOX | 450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted",
                "MAILBOX | 550 4.1.1 a reply and a status that disagree",
                "SYSTEM | 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
                "SYSTEM | 554 5.7.1 <x>: Relay access denied",
                "SYSTEM | 454 4.7.1 <x>: Relay access denied",
                "SYSTEM | 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using a list",
                "SYSTEM | 553 5.7.1 <tickets@example.org>: Sender address rejected: not owned by user",
                "SYSTEM | 550 5.1.8 <tickets@localhost>: Sender address rejected: Domain not found",
                "SYSTEM | 553 5.1.7 Bad sender address syntax",
                "SYSTEM | 530 5.7.0 Must issue a STARTTLS command first",
                "SYSTEM | 550 5.4.1 no route to the host",
                "SYSTEM | 552 5.3.4 Message size exceeds fixed limit",
                "SYSTEM | 451 4.3.0 <ada@example.org>: Temporary lookup failure",
                "SYSTEM | 550 relay not permitted",
                "SYSTEM | 553 sorry, that domain is not in my list of allowed rcpthosts (#5.7.1)",
                "SYSTEM | 554 transaction failed",
                "SYSTEM | 421 4.3.2 Service shutting down",
                "SYSTEM | 421 try again later",
                "SYSTEM | 451 local error in processing",
            })
    void a_refused_recipient_is_judged_by_status_code(Refusal expected, String reply) {
        var lines = reply.replace("\\n", "\n");
        assertThat(Refusal.of(true, Integer.parseInt(lines.substring(0, 3)), lines))
                .isEqualTo(expected);
    }

    /** Without a status code, nothing says that a mail was refused for its recipient. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ADDRESS | 550 5.1.1 User unknown",
                "MAILBOX | 552 5.2.2 Quota exceeded",
                "SYSTEM | 550 This message contains content that we do not like",
                "SYSTEM | 554 5.7.1 Spam message rejected",
                "SYSTEM | 552 5.3.4 Message too big for system",
            })
    void a_refused_mail_is_judged_by_status_code(Refusal expected, String reply) {
        assertThat(Refusal.of(false, Integer.parseInt(reply.substring(0, 3)), reply))
                .isEqualTo(expected);
    }
}
