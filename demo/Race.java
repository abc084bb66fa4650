package demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The race: many buyers want one seat at the same instant, over HTTP, from a real server.
 *
 * <p>`make demo` runs it: it starts the jar with a home of its own on free ports, and stops it at the end. With URL set,
 * it asks a server that runs already (and SEATLOCK_ADMIN_KEY says with which key; DATABASE_URL, if you like, where to
 * count in SQL). N is the number of buyers.
 *
 * <p>The exit status is 0 if everything was as it has to be.
 */
public final class Race {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String adminKey;
    private final String databaseUrl; // null if we cannot look into the database
    private final Path mails; // null if the mail goes where we cannot look
    private boolean passed = true;

    private Race(String url, String adminKey, String databaseUrl, Path mails) {
        this.url = url;
        this.adminKey = adminKey;
        this.databaseUrl = databaseUrl;
        this.mails = mails;
    }

    public static void main(String[] args) throws Exception {
        System.exit(run(System.getenv()) ? 0 : 1);
    }

    /** Whether everything was as it has to be. */
    static boolean run(Map<String, String> environment) throws Exception {
        int buyers = Integer.parseInt(environment.getOrDefault("N", "10"));
        var url = environment.getOrDefault("URL", "");
        if (!url.isEmpty()) {
            var key = environment.getOrDefault("SEATLOCK_ADMIN_KEY", "");
            return new Race(url, key, environment.get("DATABASE_URL"), null).all(buyers);
        }
        try (var server = Server.start()) {
            return new Race(
                            server.address("URL"),
                            server.address("SEATLOCK_ADMIN_KEY"),
                            server.address("DATABASE_URL"),
                            server.home.resolve("data/mail"))
                    .all(buyers);
        }
    }

    private boolean all(int buyers) throws Exception {
        warmUp();
        oneSeat(buyers);
        oneKey();
        oppositeBaskets();
        lapse();
        say("");
        say(passed ? "PASS" : "FAIL");
        return passed;
    }

    // ---------------------------------------------------------------------------------------------- the four races

    /** Many buyers, one seat: one of them gets it, and the others get a clean no. */
    private void oneSeat(int buyers) throws Exception {
        title(buyers + " buyers, one seat");
        var event = createEvent(1, "PT10M");
        var answers = atOnce(buyers, i -> reserve(event, UUID.randomUUID().toString(), "S-A-1"));

        var winners = count(answers, "201");
        var refusals = count(answers, "409 seats-taken");
        var doubleSold = doubleSold(event, answers);
        var latencies =
                answers.stream().mapToDouble(Answer::milliseconds).sorted().toArray();
        row("concurrent requests", buyers);
        row("inventory", 1);
        row("winners (201)", winners);
        row("refusals (409 seats-taken)", refusals);
        row("other answers", buyers - winners - refusals);
        row(databaseUrl == null ? "double-sold (by the answers)" : "double-sold (counted in SQL)", doubleSold);
        row(
                "average",
                "%.1f ms"
                        .formatted(IntStream.range(0, buyers)
                                .mapToDouble(i -> latencies[i])
                                .average()
                                .orElse(0)));
        row("p50", "%.1f ms".formatted(percentile(latencies, 50)));
        row("p99", "%.1f ms".formatted(percentile(latencies, 99)));
        check(winners == 1 && refusals == buyers - 1 && doubleSold == 0, "one winner, everybody else refused");
        for (var answer : answers) {
            if (answer.status() == 201) {
                purchase(event, answer);
            }
        }
    }

    /** The winner pays; a worker makes his ticket and mails it; the gate lets him in, once. */
    private void purchase(String event, Answer winner) throws Exception {
        title("The winner pays, gets his ticket, and is let in");
        var reservation = winner.json().get("id").asText();
        var began = System.nanoTime();
        var confirmed = confirm(event, reservation, 4500);
        var ticket = get("/api/events/" + event + "/reservations/" + reservation + "/tickets", adminKey)
                .json()
                .at("/tickets/0");
        Answer pdf;
        do {
            TimeUnit.MILLISECONDS.sleep(20);
            pdf = get(ticket.path("pdf").asText(), adminKey);
        } while (pdf.outcome().equals("409 not-ready") && secondsSince(began) < 30);
        var pdfAfter = secondsSince(began);
        row("confirmed", confirmed.outcome());
        row(
                "PDF",
                "%s, %,d bytes, after %.1f s"
                        .formatted(pdf.outcome(), pdf.body().length(), pdfAfter));
        var mailed = mails == null || awaitMail(reservation, began);
        row(
                "mail",
                mails == null
                        ? "not looked for: this server has a mail server of its own"
                        : mailed ? "in the sink" : "none");
        var code = ticket.path("code").asText();
        var first = scan(event, code, "North");
        var second = scan(event, code, "South");
        row("first scan, at gate North", first.outcome());
        row(
                "second scan, at gate South",
                second.outcome() + ", used at gate "
                        + second.json().path("gate").asText());
        check(
                confirmed.status() == 200
                        && pdf.body().startsWith("%PDF-")
                        && mailed
                        && first.status() == 200
                        && second.outcome().equals("409 already-checked-in"),
                "paid, ticketed, mailed, and let in once");
    }

    private boolean awaitMail(String reservation, long began) throws Exception {
        while (secondsSince(began) < 30) {
            try (var files = Files.list(mails)) {
                for (var mail :
                        files.filter(file -> file.toString().endsWith(".eml")).toList()) {
                    if (Files.readString(mail).contains(reservation)) {
                        return true;
                    }
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }

    /** A client that is not sure whether it was heard asks again; here it asks fifty times at once. */
    private void oneKey() throws Exception {
        title("The same Idempotency-Key, 50 times at once");
        var event = createEvent(1, "PT10M");
        var key = UUID.randomUUID().toString();
        var answers = atOnce(50, i -> reserve(event, key, "S-A-1"));

        var bodies =
                answers.stream().map(Answer::body).collect(Collectors.toSet()).size();
        var reservations = answers.stream()
                .map(answer -> answer.json().path("id").asText())
                .collect(Collectors.toSet())
                .size();
        row("answers of 201", count(answers, "201"));
        row("different answers", bodies);
        row("reservations", reservations);
        check(count(answers, "201") == 50 && bodies == 1 && reservations == 1, "one reservation, 50 equal answers");
    }

    /** A wants seats 1 and 2, B wants 2 and 1: who locks in the order of the request waits for the other for ever. */
    private void oppositeBaskets() throws Exception {
        title("Two baskets with the same seats in opposite order, 25 times");
        var event = createEvent(50, "PT10M");
        var answers = atOnce(50, i -> {
            var first = "S-A-" + (i / 2 * 2 + 1);
            var second = "S-A-" + (i / 2 * 2 + 2);
            return i % 2 == 0
                    ? reserve(event, UUID.randomUUID().toString(), first, second)
                    : reserve(event, UUID.randomUUID().toString(), second, first);
        });

        var pairsWithOneWinner = IntStream.range(0, 25)
                .filter(pair -> count(answers.subList(2 * pair, 2 * pair + 2), "201") == 1)
                .count();
        row("whole baskets (201)", count(answers, "201"));
        row("refused (409 seats-taken)", count(answers, "409 seats-taken"));
        row("pairs with one winner", pairsWithOneWinner);
        check(
                pairsWithOneWinner == 25 && count(answers, "409 seats-taken") == 25,
                "no deadlock, and nobody got half a basket");
    }

    /** A hold that is not paid for lapses; from that moment the seat is the next one's. */
    private void lapse() throws Exception {
        title("A reservation is left to lapse after one second");
        var event = createEvent(1, "PT1S");
        var first = reserve(event, UUID.randomUUID().toString(), "S-A-1");
        var began = System.nanoTime();
        Answer next;
        int refusals = 0;
        do {
            next = reserve(event, UUID.randomUUID().toString(), "S-A-1");
            if (next.outcome().equals("409 seats-taken")) {
                refusals++;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        } while (next.outcome().equals("409 seats-taken") && System.nanoTime() - began < TimeUnit.SECONDS.toNanos(10));
        var late = confirm(event, first.json().get("id").asText(), 4500);
        var paid = confirm(event, next.json().path("id").asText(), 4500);

        row("first buyer", first.outcome());
        row("second buyer, while it was held", refusals + " times 409 seats-taken");
        row("second buyer, once it had lapsed", next.outcome());
        row("first buyer pays too late", late.outcome());
        row("second buyer pays", paid.outcome());
        check(
                first.status() == 201
                        && refusals > 0
                        && next.status() == 201
                        && late.outcome().equals("410 reservation-expired")
                        && paid.status() == 200,
                "free at once, and never the seat of two");
    }

    // ------------------------------------------------------------------------------------------------ what they ask

    private record Answer(int status, String body, double milliseconds) {

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The status, and for a refusal its slug. */
        String outcome() {
            return status < 400
                    ? "" + status
                    : status + " " + json().path("type").asText().replace("/problems/", "");
        }
    }

    private String createEvent(int seats, String reservationTtl) throws Exception {
        var body = JSON.createObjectNode()
                .put("name", "The race")
                .put("venue", "Localhost")
                .put("startsAt", "2099-06-18T21:00:00+02:00")
                .put("timeZone", "Europe/Rome")
                .put("currency", "EUR")
                .put("reservationTtl", reservationTtl);
        var section = body.putArray("sections").addObject().put("name", "S").put("price", 4500);
        section.putArray("rows").addObject().put("name", "A").put("seats", seats);
        var answer = send(request("/api/events").header("Authorization", "Bearer " + adminKey), body.toString());
        if (answer.status() != 201) {
            throw new IllegalStateException(url + " does not let us create an event (is SEATLOCK_ADMIN_KEY right?): "
                    + answer.status() + " " + answer.body());
        }
        return answer.json().get("id").asText();
    }

    /**
     * Each key is another buyer's, and one shop asks for them all, with its own key: a crowd that comes from one address, or
     * with one e-mail address, is what the server's limits are there to refuse.
     */
    private Answer reserve(String event, String key, String... seats) {
        var body = JSON.createObjectNode().put("email", key + "@example.org");
        List.of(seats).forEach(body.putArray("seats")::add);
        var request = request("/api/events/" + event + "/reservations")
                .header("Authorization", "Bearer " + adminKey)
                .header("Idempotency-Key", key);
        return send(request, body.toString());
    }

    private Answer confirm(String event, String reservation, long amount) {
        var body = JSON.createObjectNode().put("paymentReference", "demo").put("amount", amount);
        var request = request("/api/events/" + event + "/reservations/" + reservation + "/confirm")
                .header("Authorization", "Bearer " + adminKey)
                .header("Idempotency-Key", UUID.randomUUID().toString());
        return send(request, body.toString());
    }

    private Answer scan(String event, String code, String gate) {
        var body = JSON.createObjectNode().put("code", code).put("gate", gate);
        return send(
                request("/api/events/" + event + "/check-ins").header("Authorization", "Bearer " + adminKey),
                body.toString());
    }

    private Answer get(String path, String bearer) {
        return send(request(path).header("Authorization", "Bearer " + bearer).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json");
    }

    private Answer send(HttpRequest.Builder request, String body) {
        return send(request.POST(BodyPublishers.ofString(body)));
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            var built = request.build();
            var began = System.nanoTime();
            var response = client.send(built, BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
            return new Answer(response.statusCode(), response.body(), (System.nanoTime() - began) / 1e6);
        } catch (IOException e) {
            throw new IllegalStateException(url + " does not answer", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everybody is ready, then everybody goes. */
    private static <T> List<T> atOnce(int size, IntFunction<T> action) throws Exception {
        var threads = Executors.newFixedThreadPool(size);
        try {
            var ready = new CountDownLatch(size);
            var go = new CountDownLatch(1);
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < size; i++) {
                var number = i;
                futures.add(threads.submit(() -> {
                    ready.countDown();
                    go.await();
                    return action.apply(number);
                }));
            }
            ready.await();
            go.countDown();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** A JVM that has just started is slow, ours and the server's: that is not what the race is about. */
    private void warmUp() throws Exception {
        var event = createEvent(400, "PT10M");
        atOnce(8, client -> {
            for (int i = client; i < 400; i += 8) {
                reserve(event, UUID.randomUUID().toString(), "S-A-" + (i + 1));
            }
            return null;
        });
    }

    // ------------------------------------------------------------------------------------------------ what is counted

    private static int count(List<Answer> answers, String outcome) {
        return (int) answers.stream()
                .filter(answer -> answer.outcome().equals(outcome))
                .count();
    }

    /** Claims to seats of the event beyond one for each. */
    private long doubleSold(String event, List<Answer> answers) throws Exception {
        if (databaseUrl == null) {
            var seats = answers.stream()
                    .filter(answer -> answer.status() == 201)
                    .flatMap(answer -> answer.json().get("seats").findValuesAsText("label").stream())
                    .toList();
            return seats.size() - Set.copyOf(seats).size();
        }
        var sql = """
                SELECT count(*) - count(DISTINCT seat_id)
                  FROM reservation_seats JOIN reservations USING (event_id, reservation_id)
                 WHERE event_id = ? AND status IN ('PENDING', 'CONFIRMED')
                """;
        var address = URI.create(databaseUrl.replaceFirst("^jdbc:", ""));
        var login = address.getUserInfo() == null ? new String[2] : (address.getUserInfo() + ":").split(":", -1);
        var jdbc = "jdbc:postgresql://" + address.getAuthority().replaceFirst(".*@", "") + address.getPath();
        try (var connection = DriverManager.getConnection(jdbc, login[0], login[1]);
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

    private void check(boolean asItHasToBe, String what) {
        passed &= asItHasToBe;
        say("  " + (asItHasToBe ? "ok" : "WRONG") + ": " + what);
    }

    private static void title(String title) {
        say("");
        say(title);
    }

    private static void row(String name, Object value) {
        say("  %-34s %s".formatted(name, value));
    }

    private static void say(String line) {
        System.out.println(line);
    }

    // ---------------------------------------------------------------------------------------------------- the server

    /** The jar in a process of its own, with a home that is thrown away. */
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
            var lines = new BufferedReader(new InputStreamReader(process.getInputStream()));
            String line;
            do {
                line = lines.readLine();
                if (line == null) {
                    throw new IllegalStateException("The server has ended before it was ready.");
                }
                say("  | " + line);
            } while (!line.equals("Ready."));
            var reader = new Thread(() -> lines.lines().forEach(more -> say("  | " + more)));
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
                say("Left behind: " + home);
            }
        }

        @Override
        public void close() {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
            stop();
        }
    }
}
