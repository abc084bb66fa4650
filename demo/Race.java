package demo;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import seatlock.db.DatabaseUrl;

/**
 * The race: many buyers request the same seats and places at the same instant, over HTTP, from a real server.
 *
 * <p>{@code make demo} runs it. It starts the jar on free ports with a temporary home directory and stops it at the end. If
 * URL is set, it uses the server running there, with the key in SEATLOCK_ADMIN_KEY, and counts double sales in SQL if
 * DATABASE_URL is set. N is the number of buyers.
 *
 * <p>The exit status is 0 if every check passed.
 */
public final class Race {

    private static final int PLACES = 600;
    private static final int CLUBBERS = 200; // for more places than there are
    private static final int ROWS = 20;
    private static final int ROW_SIZE = 20;
    private static final int EARLY_PAIRS = 150;
    private static final int PAIRS = ROWS * ROW_SIZE / 2;

    private final Client client;
    private final String databaseUrl; // null if the database cannot be queried
    private final Path mailDirectory; // null if the server sends its mail elsewhere
    private final PrintStream out;
    private boolean passed = true;

    Race(String url, String adminKey, String databaseUrl, Path mailDirectory, PrintStream out) {
        this.client = new Client(url, adminKey);
        this.databaseUrl = databaseUrl;
        this.mailDirectory = mailDirectory;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(run(System.getenv(), System.out) ? 0 : 1);
    }

    /** Runs all races, prints what happens and returns whether every check passed. */
    static boolean run(Map<String, String> environment, PrintStream out) throws Exception {
        int buyers = Integer.parseInt(environment.getOrDefault("N", "10"));
        var url = environment.getOrDefault("URL", "");
        if (!url.isEmpty()) {
            var key = environment.getOrDefault("SEATLOCK_ADMIN_KEY", "");
            return new Race(url, key, environment.get("DATABASE_URL"), null, out).runAll(buyers);
        }
        try (var server = Server.start()) {
            var key = server.address("SEATLOCK_ADMIN_KEY");
            var mail = server.home.resolve("data/mail");
            return new Race(server.address("URL"), key, server.address("DATABASE_URL"), mail, out).runAll(buyers);
        }
    }

    boolean runAll(int buyers) throws Exception {
        warmUp();
        oneSeat(buyers);
        oneKey();
        oppositeBaskets();
        expiry();
        lateMoney();
        places();
        best();
        say(passed ? "\nPASS" : "\nFAIL");
        return passed;
    }

    // ---------------------------------------------------------------------------------------------- the races

    /** Many buyers request one seat: one gets it, and all others get a clean refusal. */
    private void oneSeat(int buyers) throws Exception {
        title(buyers + " buyers, one seat");
        var event = client.createEvent(1, "PT10M");
        var responses = atOnce(buyers, i -> client.reserve(event, Client.newKey(), "S-A-1"));

        var winners = count(responses, "201");
        var refusals = count(responses, "409 seats-taken");
        var doubleSold = doubleSold(event, responses);
        var latencies = responses.stream()
                .mapToDouble(Client.Response::milliseconds)
                .sorted()
                .toArray();
        row("concurrent requests", buyers);
        row("seats", 1);
        row("winners (201)", winners);
        row("refusals (409 seats-taken)", refusals);
        row("other responses", buyers - winners - refusals);
        row(databaseUrl == null ? "double-sold (from the responses)" : "double-sold (counted in SQL)", doubleSold);
        row("average", "%.1f ms", DoubleStream.of(latencies).average().orElse(0));
        row("p50", "%.1f ms", percentile(latencies, 50));
        row("p99", "%.1f ms", percentile(latencies, 99));
        check(winners == 1 && refusals == buyers - 1 && doubleSold == 0, "one winner, all others refused");
        for (var response : responses) {
            if (response.status() == 201) {
                purchase(event, response);
            }
        }
    }

    /** The winner pays, a worker creates and mails the ticket, and the gate admits it once. */
    private void purchase(String event, Client.Response winner) throws Exception {
        title("The winner pays, gets a ticket, and enters");
        var reservation = winner.json().get("id").asText();
        var began = System.nanoTime();
        var page = client.checkout(event, reservation);
        var isSandbox = Client.isSandbox(page);
        var presses = isSandbox // an impatient buyer presses the button twice
                ? atOnce(2, i -> client.press(page, "pay"))
                : List.of(client.confirm(event, reservation, 4500));
        var paid = client.settled(event, reservation);
        var tickets = client.get("/api/events/" + event + "/reservations/" + reservation + "/tickets");
        var ticket = tickets.json().at("/tickets/0");
        Client.Response pdf;
        do {
            TimeUnit.MILLISECONDS.sleep(20);
            pdf = client.get(ticket.path("pdf").asText());
        } while (pdf.outcome().equals("409 not-ready") && secondsSince(began) < 30);
        row(isSandbox ? "pays in the sandbox, twice at once" : "confirmed by the shop", outcomes(presses));
        row("reservation, payment", paid);
        row("PDF", "%s, %,d bytes, after %.1f s", pdf.outcome(), pdf.body().length(), secondsSince(began));
        var mail = mailDirectory == null
                ? "not checked: the server sends it elsewhere"
                : awaitMail(winner.json().get("reference").asText(), began);
        row("mail", mail);
        var code = ticket.path("code").asText();
        var first = client.scan(event, code, "North");
        var second = client.scan(event, code, "South");
        row("first scan, at gate North", first.outcome());
        row(
                "second scan, at gate South",
                "%s, used at gate %s",
                second.outcome(),
                second.json().path("gate").asText());
        check(
                presses.stream().filter(press -> press.status() < 300).count() == 1
                        && paid.equals(isSandbox ? "CONFIRMED, CAPTURED" : "CONFIRMED")
                        && pdf.body().startsWith("%PDF-")
                        && !mail.equals("missing")
                        && first.status() == 200
                        && second.outcome().equals("409 already-checked-in"),
                (isSandbox ? "paid once, captured, " : "paid, ") + "ticketed, "
                        + (mailDirectory == null ? "" : "mailed, ") + "and admitted once");
    }

    private String awaitMail(String reference, long began) throws Exception {
        while (secondsSince(began) < 30) {
            try (var files = Files.list(mailDirectory)) {
                for (var mail :
                        files.filter(file -> file.toString().endsWith(".eml")).toList()) {
                    if (Files.readString(mail).contains(reference)) {
                        return "stored";
                    }
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return "missing";
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }

    /** A client that got no response retries with the same key; here it sends fifty requests at once. */
    private void oneKey() throws Exception {
        title("The same Idempotency-Key, 50 times at once");
        var event = client.createEvent(1, "PT10M");
        var key = Client.newKey();
        var responses = atOnce(50, i -> client.reserve(event, key, "S-A-1"));

        var bodies = responses.stream().map(Client.Response::body).distinct().count();
        var reservations = responses.stream()
                .map(response -> response.json().path("id").asText())
                .distinct()
                .count();
        row("responses 201", count(responses, "201"));
        row("distinct responses", bodies);
        row("reservations", reservations);
        check(
                count(responses, "201") == 50 && bodies == 1 && reservations == 1,
                "one reservation, 50 identical responses");
    }

    /** A requests seats 1 and 2, B requests 2 and 1: locking in the order of the request would be a deadlock. */
    private void oppositeBaskets() throws Exception {
        title("Two baskets with the same seats in opposite order, 25 times");
        var event = client.createEvent(50, "PT10M");
        var responses = atOnce(50, i -> {
            var first = "S-A-" + (i / 2 * 2 + 1);
            var second = "S-A-" + (i / 2 * 2 + 2);
            return i % 2 == 0
                    ? client.reserve(event, Client.newKey(), first, second)
                    : client.reserve(event, Client.newKey(), second, first);
        });

        var pairsWithOneWinner = IntStream.range(0, 25)
                .filter(pair -> count(responses.subList(2 * pair, 2 * pair + 2), "201") == 1)
                .count();
        row("whole baskets (201)", count(responses, "201"));
        row("refused (409 seats-taken)", count(responses, "409 seats-taken"));
        row("pairs with one winner", pairsWithOneWinner);
        check(
                pairsWithOneWinner == 25 && count(responses, "409 seats-taken") == 25,
                "no deadlock, and no buyer got half a basket");
    }

    /** An unpaid reservation expires, and from that moment the next buyer can have the seat. */
    private void expiry() throws Exception {
        title("A reservation expires after one second");
        var event = client.createEvent(1, "PT1S");
        var first = client.reserve(event, Client.newKey(), "S-A-1");
        var began = System.nanoTime();
        Client.Response next;
        int refusals = 0;
        do {
            next = client.reserve(event, Client.newKey(), "S-A-1");
            if (next.outcome().equals("409 seats-taken")) {
                refusals++;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        } while (next.outcome().equals("409 seats-taken") && secondsSince(began) < 10);
        var late = client.pay(event, first.json().get("id").asText());
        var paid = client.pay(event, next.json().path("id").asText());

        row("first buyer", first.outcome());
        row("second buyer, before expiry", "%d times 409 seats-taken", refusals);
        row("second buyer, after expiry", next.outcome());
        row("first buyer pays too late", late);
        row("second buyer pays", paid);
        check(
                first.status() == 201
                        && refusals > 0
                        && next.status() == 201
                        && late.equals("410 reservation-expired")
                        && paid.startsWith("CONFIRMED"),
                "available at once, and never sold to two buyers");
    }

    /** Two buyers pay on their pages after their holds have lapsed. A rival has the seat of the first; the other is still free. */
    private void lateMoney() throws Exception {
        title("Money that arrives after the hold has lapsed");
        var event = client.createEvent(2, "PT1S");
        var first = client.hold(event, "S-A-1");
        var second = client.hold(event, "S-A-2");
        var pages = List.of(client.checkout(event, first), client.checkout(event, second));
        if (!pages.stream().allMatch(Client::isSandbox)) {
            row("not tried", "the server has no sandbox: " + outcomes(pages));
            return;
        }
        client.awaitExpiry(event, second);
        var rival = client.pay(event, client.hold(event, "S-A-1"));
        pages.forEach(page -> client.press(page, "pay-late"));
        var outcomes = List.of(rival, client.settled(event, first), client.settled(event, second));
        var charged = outcomes.stream()
                .filter(each -> each.equals("CONFIRMED, CAPTURED"))
                .count();
        var returned =
                outcomes.stream().filter(each -> each.equals("EXPIRED, VOIDED")).count();

        row("rival gets the first seat, pays", outcomes.get(0));
        row("first buyer pays late", outcomes.get(1));
        row("second buyer pays late", outcomes.get(2));
        row("seats sold", client.seats(event, "SOLD").size());
        check(
                charged == client.seats(event, "SOLD").size()
                        && charged + returned == 3
                        && outcomes.get(1).startsWith("EXPIRED"),
                "each buyer has the seat and was charged, or has neither");
    }

    /** A club night: everybody asks for 1 to 8 places of a section. A refused buyer asks again, for all that are left. */
    private void places() throws Exception {
        title(String.format(Locale.ROOT, "%d buyers ask for 1 to 8 of %d places each", CLUBBERS, PLACES));
        var event = client.createEvent("PT10M", "{\"name\":\"FLOOR\",\"price\":1500,\"places\":" + PLACES + "}");
        var refusals = new ConcurrentLinkedQueue<Refusal>();
        var responses = atOnce(CLUBBERS, i -> {
            int wanted = i % 8 + 1;
            while (true) {
                int quantity = wanted;
                var response = client.reserve(
                        event,
                        Client.newKey(),
                        basket -> basket.putArray("places")
                                .addObject()
                                .put("section", "FLOOR")
                                .put("quantity", quantity));
                if (!response.outcome().equals("409 sold-out")) {
                    return response;
                }
                int available = response.json().path("available").asInt(-1);
                refusals.add(new Refusal(quantity, available));
                if (available < 1 || available >= quantity) {
                    return response;
                }
                wanted = available;
            }
        });

        var sold = responses.stream()
                .filter(response -> response.status() == 201)
                .mapToInt(response -> response.json().get("seats").size())
                .sum();
        var wrong = refusals.stream()
                .filter(each -> each.available() < 0 || each.available() >= each.quantity())
                .count();
        var left = client.get("/api/events/" + event + "/seats")
                .json()
                .at("/areas/0/available")
                .asInt(-1);
        var doubleSold = doubleSold(event, responses);
        row("places asked for", IntStream.range(0, CLUBBERS).map(i -> i % 8 + 1).sum());
        row("places sold", sold);
        row("places left on the seat map", left);
        row("refusals (409 sold-out)", refusals.size());
        row("refused although enough were free", wrong);
        row("other responses", CLUBBERS - count(responses, "201") - count(responses, "409 sold-out"));
        row("double-sold", doubleSold);
        check(
                sold == PLACES
                        && left == 0
                        && wrong == 0
                        && doubleSold == 0
                        && count(responses, "201") + count(responses, "409 sold-out") == CLUBBERS,
                "every place was sold once, and nobody was refused while enough were free");
    }

    /** A refusal of some places, with the number of places that were free. */
    private record Refusal(int quantity, int available) {}

    /** Pairs ask for the best seats available, many at the same instant. The later ones get the seats that the early ones have left. */
    private void best() throws Exception {
        title(String.format(Locale.ROOT, "%d pairs ask for the best of %d seats", PAIRS, 2 * PAIRS));
        var rows = IntStream.range(0, ROWS)
                .mapToObj(row -> String.format(Locale.ROOT, "{\"name\":\"%c\",\"seats\":%d}", 'A' + row, ROW_SIZE))
                .collect(Collectors.joining(","));
        var event = client.createEvent("PT10M", "{\"name\":\"S\",\"price\":4500,\"rows\":[" + rows + "]}");
        var responses = new ArrayList<>(pairs(event, EARLY_PAIRS));
        var alone = alone(event);
        responses.addAll(pairs(event, PAIRS - EARLY_PAIRS));
        var late = pairs(event, 1).get(0);

        var besideEachOther = responses.stream().filter(Race::isPair).count();
        var doubleSold = doubleSold(event, responses);
        row("pairs seated (201)", count(responses, "201"));
        row("beside each other", besideEachOther);
        row("seats left alone, after " + EARLY_PAIRS + " pairs", alone);
        row("one pair more", late.outcome());
        row("double-sold", doubleSold);
        check(
                count(responses, "201") == PAIRS
                        && besideEachOther == PAIRS
                        && alone == 0
                        && late.outcome().equals("409 sold-out")
                        && doubleSold == 0,
                "every pair sits together, and no seat was left alone");
    }

    private List<Client.Response> pairs(String event, int count) throws Exception {
        return atOnce(
                count,
                i -> client.reserve(
                        event,
                        Client.newKey(),
                        basket -> basket.putObject("best").put("quantity", 2).put("together", "REQUIRED")));
    }

    private static boolean isPair(Client.Response response) {
        var labels = response.json().path("seats").findValuesAsText("label");
        return labels.size() == 2 && labels.get(1).equals(neighbor(labels.get(0)));
    }

    /** Returns the label of the seat after another one in its row. */
    private static String neighbor(String label) {
        int number = label.lastIndexOf('-') + 1;
        return label.substring(0, number) + (Integer.parseInt(label.substring(number)) + 1);
    }

    /** Counts the free seats that have no free neighbor. */
    private long alone(String event) {
        var free = client.seats(event, "AVAILABLE");
        var withNeighbor = new HashSet<String>();
        for (var label : free) {
            if (free.contains(neighbor(label))) {
                withNeighbor.addAll(List.of(label, neighbor(label)));
            }
        }
        return free.size() - withNeighbor.size();
    }

    /** Runs an action on many threads, released at the same instant once all of them are ready. */
    private static <T> List<T> atOnce(int size, IntFunction<T> action) throws Exception {
        var threads = Executors.newFixedThreadPool(size);
        try {
            var start = new CyclicBarrier(size);
            var tasks = IntStream.range(0, size).mapToObj(number -> (Callable<T>) () -> {
                start.await();
                return action.apply(number);
            });
            var results = new ArrayList<T>();
            for (var future : threads.invokeAll(tasks.toList())) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Warms up both JVMs, so that the races do not measure their start. */
    private void warmUp() throws Exception {
        var event = client.createEvent(400, "PT10M");
        atOnce(8, first -> {
            for (int i = first; i < 400; i += 8) {
                client.reserve(event, Client.newKey(), "S-A-" + (i + 1));
            }
            return null;
        });
    }

    private static String outcomes(List<Client.Response> responses) {
        return responses.stream().map(Client.Response::outcome).sorted().collect(Collectors.joining(", "));
    }

    private static int count(List<Client.Response> responses, String outcome) {
        return (int) responses.stream()
                .filter(response -> response.outcome().equals(outcome))
                .count();
    }

    /** Counts how often a seat was sold more than once. */
    private long doubleSold(String event, List<Client.Response> responses) throws Exception {
        if (databaseUrl == null) {
            var seats = responses.stream()
                    .filter(response -> response.status() == 201)
                    .flatMap(response -> response.json().get("seats").findValuesAsText("label").stream())
                    .toList();
            return seats.size() - Set.copyOf(seats).size();
        }
        var sql = """
                SELECT count(*) - count(DISTINCT seat_id)
                  FROM reservation_seats JOIN reservations USING (event_id, reservation_id)
                 WHERE event_id = ? AND status IN ('PENDING', 'CONFIRMED')
                """;
        var database = DatabaseUrl.parse(databaseUrl);
        try (var connection = DriverManager.getConnection(database.jdbc(), database.user(), database.password());
                var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, UUID.fromString(event));
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    private static double percentile(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }

    private void check(boolean isCorrect, String description) {
        passed &= isCorrect;
        say("  " + (isCorrect ? "ok" : "FAILED") + ": " + description);
    }

    private void title(String title) {
        say("\n" + title);
    }

    private void row(String name, Object value) {
        say(String.format(Locale.ROOT, "  %-34s %s", name, value));
    }

    private void row(String name, String format, Object... values) {
        row(name, String.format(Locale.ROOT, format, values));
    }

    private void say(String line) {
        out.println(line);
    }
}
