package seatlock.nodes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import seatlock.nodes.Asker.Answer;
import seatlock.nodes.Asker.Question;

/**
 * One client, who reserves, pays, has second thoughts, comes to the gate, looks around and asks for the same again; who
 * writes down what he was told, and knows what he may be told.
 */
final class Shopper {

    /** Of what he has asked with a key he remembers so much, to ask it again. */
    private static final int REMEMBERED = 40;

    /** The seats that everybody wants are at the front. */
    private static final int POPULAR_SEATS = 40;

    private record Told(Question question, Answer answer) {}

    private final List<String> events;
    private final int seats;
    private final Asker asker;
    private final Tally tally;
    private final Random random;
    private final Deque<Told> past = new ArrayDeque<>();
    final List<Purchase> ledger = new ArrayList<>();

    /** @param seats of each event, which are S-A-1, S-A-2, … */
    Shopper(List<String> events, int seats, Asker asker, Tally tally, long seed) {
        this.events = events;
        this.seats = seats;
        this.asker = asker;
        this.tally = tally;
        this.random = new Random(seed);
    }

    /** Does one thing after the other, as a buyer does, and takes each to its end. */
    void goShopping() {
        try {
            var event = events.get(random.nextInt(events.size()));
            if (chance(5)) {
                look(event);
            }
            if (chance(10)) {
                askAgain();
            }
            var purchase = reserve(event);
            if (purchase == null || chance(15)) {
                return; // it was taken; or he forgets about it, and it lapses
            }
            if (chance(15)) {
                cancel(purchase, purchase.token);
                return;
            }
            if (confirm(purchase)) {
                if (chance(30)) {
                    cancel(purchase, Cluster.ADMIN_KEY);
                } else if (chance(30)) {
                    comeToTheGate(purchase);
                }
            }
            if (chance(20)) {
                read(purchase);
            }
        } catch (Asker.Unsettled e) {
            tally.wrong(e.getMessage());
        } catch (RuntimeException e) {
            tally.wrong("An answer that cannot be understood: " + e);
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private void look(String event) {
        var answer = asker.settle(Question.get("/api/events/" + event + "/seats", null));
        expect("look", answer, "200");
    }

    private Purchase reserve(String event) {
        var wanted = wanted();
        var body = JsonNodeFactory.instance.objectNode();
        wanted.forEach(body.putArray("seats")::add);
        var email = UUID.randomUUID() + "@example.org";
        body.put("email", email);
        var question = Question.post("/api/events/" + event + "/reservations", newKey(), null, body.toString());
        var answer = asker.settle(question);
        remember(question, answer);
        if (!expect("reserve", answer, "201", "409 seats-taken") || answer.status() != 201) {
            return null;
        }
        var json = answer.json();
        var purchase = new Purchase(
                event,
                json.get("id").asText(),
                json.get("token").asText(),
                wanted,
                json.at("/total/amount").asLong(),
                Instant.parse(json.get("expiresAt").asText()));
        ledger.add(purchase);
        tally.ordered();
        if (!new HashSet<>(json.get("seats").findValuesAsText("label")).equals(new HashSet<>(wanted))
                || !json.get("email").asText().equals(email)) {
            tally.wrong("Asked for " + body + ", got " + json);
        }
        return purchase;
    }

    /** One seat or two; now and then those that everybody wants. */
    private List<String> wanted() {
        var among = chance(20) ? POPULAR_SEATS : seats - 1;
        var first = 1 + random.nextInt(among);
        return chance(50) ? List.of("S-A-" + first) : List.of("S-A-" + (first + 1), "S-A-" + first);
    }

    private boolean confirm(Purchase purchase) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("paymentReference", "pi_" + purchase.id)
                .put("amount", purchase.total);
        var question = Question.post(path(purchase) + "/confirm", newKey(), Cluster.ADMIN_KEY, body.toString());
        var answer = asker.settle(question);
        remember(question, answer);
        if (answer.status() == 410) {
            expect("confirm", answer, "410 reservation-expired");
            expectLapsed(purchase, answer);
            return false;
        }
        if (!expect("confirm", answer, "200")) {
            return false;
        }
        purchase.confirmed();
        tally.ordered();
        expectStatus(purchase, answer, "CONFIRMED");
        return true;
    }

    /** @param bearer the token of who has it, or the key of the seller, who gives the money back */
    private void cancel(Purchase purchase, String bearer) {
        purchase.asksToCancel();
        var answer = asker.settle(Question.post(path(purchase) + "/cancel", null, bearer, null));
        if (answer.status() == 409) {
            expect("cancel", answer, "409 reservation-not-pending");
            expectLapsed(purchase, answer);
        } else if (expect(bearer.equals(purchase.token) ? "cancel" : "refund", answer, "200")) {
            purchase.cancelled();
            tally.ordered();
            expectStatus(purchase, answer, "CANCELLED");
        }
    }

    /** Each of his tickets is scanned, and one of them once more. */
    private void comeToTheGate(Purchase purchase) {
        var answer = asker.settle(Question.get(path(purchase) + "/tickets", purchase.token));
        if (!expect("tickets", answer, "200")) {
            return;
        }
        var tickets = answer.json().get("tickets");
        if (tickets.size() != purchase.seats.size()) {
            tally.wrong(purchase + " has " + tickets.size() + " tickets");
        }
        for (var ticket : tickets) {
            var admitted = scan(purchase, ticket.get("code").asText());
            if (expect("check-in", admitted, "200")) {
                purchase.checkedIn.add(ticket.get("id").asText());
                tally.ordered();
            }
        }
        if (chance(50)) {
            var code = tickets.get(0).get("code").asText();
            expect("second check-in", scan(purchase, code), "409 already-checked-in");
        }
    }

    /** The nonce makes a scan that had no answer safe to repeat. */
    private Answer scan(Purchase purchase, String code) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("code", code)
                .put("gate", "North")
                .put("nonce", newKey());
        var path = "/api/events/" + purchase.event + "/check-ins";
        return asker.settle(Question.post(path, null, Cluster.ADMIN_KEY, body.toString()));
    }

    /** What was acknowledged by one node is to be seen on every other. */
    private void read(Purchase purchase) {
        var answer = asker.settle(Question.get(path(purchase), purchase.token));
        if (expect("read", answer, "200")) {
            var isPending = purchase.status().equals("EXPIRED") && Instant.now().isBefore(purchase.expiresAt);
            if (!isPending) {
                expectStatus(purchase, answer, purchase.status());
            }
        }
    }

    /** The same key with the same request gives the same answer, to the byte, whatever has happened since. */
    private void askAgain() {
        if (past.isEmpty()) {
            return;
        }
        var told = past.stream().skip(random.nextInt(past.size())).findFirst().orElseThrow();
        var again = asker.settle(told.question);
        tally.answered("repeated " + again.status());
        if (again.status() != told.answer.status() || !again.text().equals(told.answer.text())) {
            tally.wrong("Asked again: " + told.question + "\n  was " + told.answer.text() + "\n  is  " + again.text());
        }
    }

    private void remember(Question question, Answer answer) {
        past.add(new Told(question, answer));
        if (past.size() > REMEMBERED) {
            past.remove();
        }
    }

    private boolean expect(String what, Answer answer, String... outcomes) {
        var outcome = answer.outcome();
        tally.answered(what + " " + outcome);
        if (!List.of(outcomes).contains(outcome)) {
            tally.wrong(what + ": " + outcome + " " + answer.text());
            return false;
        }
        return true;
    }

    private void expectStatus(Purchase purchase, Answer answer, String status) {
        var told = answer.json().path("status").asText();
        if (!told.equals(status)) {
            tally.wrong(purchase + " is " + told + " instead of " + status);
        }
    }

    /** One clock for all: this is the machine of the database. */
    private void expectLapsed(Purchase purchase, Answer answer) {
        if (Instant.now().isBefore(purchase.expiresAt)) {
            tally.wrong(purchase + " has not lapsed, and was refused: " + answer.text());
        }
    }

    private static String path(Purchase purchase) {
        return "/api/events/" + purchase.event + "/reservations/" + purchase.id;
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }
}
