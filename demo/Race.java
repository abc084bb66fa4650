package demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import seatlock.db.DatabaseUrl;

/**
 * The race: many buyers request one seat at the same instant, over HTTP, from a real server.
 *
 * <p>{@code make demo} runs it. It starts the jar on free ports with a temporary home directory and stops it at the end. If
 * URL is set, it uses the server running there, with the key in SEATLOCK_ADMIN_KEY, and counts double sales in SQL if
 * DATABASE_URL is set. N is the number of buyers.
 *
 * <p>The exit status is 0 if every check passed.
 */
public final class Race {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String adminKey;
    private final String databaseUrl; // null if the database cannot be queried
    private final Path mailDirectory; // null if the server sends its mail elsewhere
    private final PrintStream out;
    private boolean passed = true;

    Race(String url, String adminKey, String databaseUrl, Path mailDirectory, PrintStream out) {
        this.url = url;
        this.adminKey = adminKey;
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
        say(passed ? "\nPASS" : "\nFAIL");
        return passed;
    }

    // ---------------------------------------------------------------------------------------------- the races

    /** Many buyers request one seat: one gets it, and all others get a clean refusal. */
    private void oneSeat(int buyers) throws Exception {
        title(buyers + " buyers, one seat");
        var event = createEvent(1, "PT10M");
        var responses = atOnce(buyers, i -> reserve(event, newKey(), "S-A-1"));

        var winners = count(responses, "201");
        var refusals = count(responses, "409 seats-taken");
        var doubleSold = doubleSold(event, responses);
        var latencies =
                responses.stream().mapToDouble(Response::milliseconds).sorted().toArray();
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
    private void purchase(String event, Response winner) throws Exception {
        title("The winner pays, gets a ticket, and enters");
        var reservation = winner.json().get("id").asText();
        var began = System.nanoTime();
        var confirmed = confirm(event, reservation, 4500);
        var tickets = get("/api/events/" + event + "/reservations/" + reservation + "/tickets");
        var ticket = tickets.json().at("/tickets/0");
        Response pdf;
        do {
            TimeUnit.MILLISECONDS.sleep(20);
            pdf = get(ticket.path("pdf").asText());
        } while (pdf.outcome().equals("409 not-ready") && secondsSince(began) < 30);
        row("confirmed", confirmed.outcome());
        row("PDF", "%s, %,d bytes, after %.1f s", pdf.outcome(), pdf.body().length(), secondsSince(began));
        var mail = mailDirectory == null
                ? "not checked: the server sends it elsewhere"
                : awaitMail(winner.json().get("reference").asText(), began);
        row("mail", mail);
        var code = ticket.path("code").asText();
        var first = scan(event, code, "North");
        var second = scan(event, code, "South");
        row("first scan, at gate North", first.outcome());
        row(
                "second scan, at gate South",
                "%s, used at gate %s",
                second.outcome(),
                second.json().path("gate").asText());
        check(
                confirmed.status() == 200
                        && pdf.body().startsWith("%PDF-")
                        && !mail.equals("missing")
                        && first.status() == 200
                        && second.outcome().equals("409 already-checked-in"),
                "paid, ticketed, " + (mailDirectory == null ? "" : "mailed, ") + "and admitted once");
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
        var event = createEvent(1, "PT10M");
        var key = newKey();
        var responses = atOnce(50, i -> reserve(event, key, "S-A-1"));

        var bodies = responses.stream().map(Response::body).distinct().count();
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
        var event = createEvent(50, "PT10M");
        var responses = atOnce(50, i -> {
            var first = "S-A-" + (i / 2 * 2 + 1);
            var second = "S-A-" + (i / 2 * 2 + 2);
            return i % 2 == 0 ? reserve(event, newKey(), first, second) : reserve(event, newKey(), second, first);
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
        var event = createEvent(1, "PT1S");
        var first = reserve(event, newKey(), "S-A-1");
        var began = System.nanoTime();
        Response next;
        int refusals = 0;
        do {
            next = reserve(event, newKey(), "S-A-1");
            if (next.outcome().equals("409 seats-taken")) {
                refusals++;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        } while (next.outcome().equals("409 seats-taken") && secondsSince(began) < 10);
        var late = confirm(event, first.json().get("id").asText(), 4500);
        var paid = confirm(event, next.json().path("id").asText(), 4500);

        row("first buyer", first.outcome());
        row("second buyer, before expiry", "%d times 409 seats-taken", refusals);
        row("second buyer, after expiry", next.outcome());
        row("first buyer pays too late", late.outcome());
        row("second buyer pays", paid.outcome());
        check(
                first.status() == 201
                        && refusals > 0
                        && next.status() == 201
                        && late.outcome().equals("410 reservation-expired")
                        && paid.status() == 200,
                "available at once, and never sold to two buyers");
    }

    // ------------------------------------------------------------------------------------------------- the requests

    private record Response(int status, String body, double milliseconds) {

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Names the result: the status and, for an error, the slug of its type. */
        String outcome() {
            return status < 400
                    ? "" + status
                    : status + " " + json().path("type").asText().replace("/problems/", "");
        }
    }

    private String createEvent(int seats, String reservationTtl) throws Exception {
        var body = String.format(Locale.ROOT, """
                {"name":"The race","venue":"Localhost","startsAt":"2099-06-18T21:00:00+02:00",
                 "timeZone":"Europe/Rome","currency":"EUR","reservationTtl":"%s",
                 "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":%d}]}]}
                """, reservationTtl, seats);
        var response = send(request("/api/events"), body);
        if (response.status() != 201) {
            throw new IllegalStateException("Cannot create an event on " + url + " (check SEATLOCK_ADMIN_KEY): "
                    + response.status() + " " + response.body());
        }
        return response.json().get("id").asText();
    }

    /**
     * Reserves seats as one shop with an API key does for its buyers, each of whom has another e-mail address. The server's
     * limits would refuse so many requests from one address or for one e-mail address.
     */
    private Response reserve(String event, String key, String... seats) {
        var body = JSON.createObjectNode().put("email", key + "@example.org");
        List.of(seats).forEach(body.putArray("seats")::add);
        var request = request("/api/events/" + event + "/reservations").header("Idempotency-Key", key);
        return send(request, body.toString());
    }

    private Response confirm(String event, String reservation, long amount) {
        var body = JSON.createObjectNode().put("paymentReference", reservation).put("amount", amount);
        var request = request("/api/events/" + event + "/reservations/" + reservation + "/confirm")
                .header("Idempotency-Key", newKey());
        return send(request, body.toString());
    }

    private Response scan(String event, String code, String gate) {
        var body = JSON.createObjectNode().put("code", code).put("gate", gate);
        return send(request("/api/events/" + event + "/check-ins"), body.toString());
    }

    private Response get(String path) {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(path.startsWith("/") ? url + path : path)) // whole with a PUBLIC_URL
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + adminKey)
                .header("Content-Type", "application/json");
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    private Response send(HttpRequest.Builder request, String body) {
        return send(request.POST(BodyPublishers.ofString(body)));
    }

    private Response send(HttpRequest.Builder request) {
        try {
            var built = request.build();
            var began = System.nanoTime();
            var response = client.send(built, BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
            return new Response(response.statusCode(), response.body(), (System.nanoTime() - began) / 1e6);
        } catch (IOException e) {
            throw new IllegalStateException("No response from " + url, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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
        var event = createEvent(400, "PT10M");
        atOnce(8, client -> {
            for (int i = client; i < 400; i += 8) {
                reserve(event, newKey(), "S-A-" + (i + 1));
            }
            return null;
        });
    }

    // ------------------------------------------------------------------------------------------------ the results

    private static int count(List<Response> responses, String outcome) {
        return (int) responses.stream()
                .filter(response -> response.outcome().equals(outcome))
                .count();
    }

    /** Counts how often a seat was sold more than once. */
    private long doubleSold(String event, List<Response> responses) throws Exception {
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

    // ---------------------------------------------------------------------------------------------------- the server

    /** The jar in its own process, with a temporary home directory. */
    private static final class Server implements AutoCloseable {

        private final Process process;
        private final Path home;
        private final Thread onInterrupt = new Thread(this::stop);
        private final Map<String, String> addresses = new HashMap<>();

        private Server(Process process, Path home) {
            this.process = process;
            this.home = home;
        }

        static Server start() throws IOException {
            var home = Files.createTempDirectory("seatlock-demo-");
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var classPath = System.getProperty("java.class.path");
            var builder = new ProcessBuilder(java, "-cp", classPath, "seatlock.Main", "all").redirectErrorStream(true);
            List.of("DATABASE_URL", "REDIS_URL", "SMTP_URL", "SEATLOCK_ADMIN_KEY", "RESERVATION_TTL", "SWEEP_INTERVAL")
                    .forEach(builder.environment()::remove);
            builder.environment().put("SEATLOCK_HOME", home.resolve("data").toString());
            builder.environment().put("PORT", "0");
            var server = new Server(builder.start(), home);
            Runtime.getRuntime().addShutdownHook(server.onInterrupt);
            server.awaitReady();
            return server;
        }

        private void awaitReady() throws IOException {
            var lines = new BufferedReader(process.inputReader());
            String line;
            do {
                line = lines.readLine();
                if (line == null) {
                    throw new IllegalStateException("The server ended before it was ready.");
                }
                System.out.println("  | " + line);
            } while (!line.equals("Ready."));
            var reader = new Thread(() -> lines.lines().forEach(more -> System.out.println("  | " + more)));
            reader.setDaemon(true);
            reader.start();
            for (var address : Files.readAllLines(home.resolve("data/seatlock.env"))) {
                addresses.put(address.substring(0, address.indexOf('=')), address.substring(address.indexOf('=') + 1));
            }
        }

        String address(String name) {
            return addresses.get(name);
        }

        private void stop() {
            process.destroy();
            process.onExit().join();
            try (var files = Files.walk(home)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                System.out.println("Could not delete " + home);
            }
        }

        @Override
        public void close() {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
            stop();
        }
    }
}
