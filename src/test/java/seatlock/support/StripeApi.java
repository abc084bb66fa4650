package seatlock.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import seatlock.support.FakeStripe.Call;
import seatlock.support.FakeStripe.Fault;
import seatlock.support.FakeStripe.Operation;

/** The API of the {@link FakeStripe}: forms in, JSON out, with keys that repeat a response, and with faults. */
final class StripeApi implements AutoCloseable {

    private static final Duration SLOW = Duration.ofSeconds(2);

    private record Reply(int status, byte[] body) {}

    private record Used(String request, CompletableFuture<Reply> reply) {}

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(run -> {
        var thread = new Thread(run, "fake-stripe");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Used> keys = new ConcurrentHashMap<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Function<Call, Fault> faults = call -> Fault.NONE;
    private volatile Consumer<Call> onEffect = call -> {};
    private volatile CountDownLatch recovered = new CountDownLatch(1);
    private StripeBooks books;

    StripeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void start(StripeBooks of) {
        books = of;
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    void fail(Function<Call, Fault> decide) {
        faults = decide;
    }

    void recover() {
        faults = call -> Fault.NONE;
        var before = recovered;
        recovered = new CountDownLatch(1);
        before.countDown();
    }

    void onEffect(Consumer<Call> task) {
        onEffect = task;
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var parameters = new LinkedHashMap<String, String>();
            read(exchange.getRequestURI().getRawQuery(), parameters);
            read(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8), parameters);
            var operation = operation(exchange.getRequestMethod(), path);
            if (operation == null) {
                send(exchange, error(StripeBooks.Refusal.missing("endpoint " + path)));
                return;
            }
            var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            var call = new Call(operation, path, parameters, key);
            calls.add(call);
            if (!("Bearer " + FakeStripe.KEY)
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                send(
                        exchange,
                        error(new StripeBooks.Refusal(
                                401,
                                "invalid_request_error",
                                null,
                                null,
                                "Invalid API Key provided: sk_test_wrong",
                                false)));
                return;
            }
            handle(exchange, call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpExchange exchange, Call call) throws IOException, InterruptedException {
        var latch = recovered;
        var fault = faults.apply(call);
        switch (fault) {
            case CONFLICT -> send(exchange, broken(409, "idempotency_error", "idempotency_key_in_use"));
            case TOO_MANY -> send(exchange, broken(429, "invalid_request_error", "rate_limit"));
            case SERVER_ERROR -> send(exchange, broken(500, "api_error", null));
            case HANGS -> latch.await();
            case NONE, SLOW, LOST_ANSWER -> {
                var reply = reply(call);
                onEffect.accept(call);
                if (fault == Fault.SLOW) {
                    latch.await(SLOW.toMillis(), TimeUnit.MILLISECONDS);
                }
                if (fault != Fault.LOST_ANSWER) {
                    send(exchange, reply);
                }
            }
        }
    }

    private Reply broken(int status, String type, String code) throws IOException {
        return error(new StripeBooks.Refusal(status, type, code, null, "A fault of the test", false));
    }

    /** Repeats the response to a call with the same key, if there was one. */
    private Reply reply(Call call) throws IOException {
        if (call.key() == null || call.operation().name().startsWith("GET")) {
            try {
                return ok(run(call));
            } catch (StripeBooks.Refusal e) {
                return error(e);
            }
        }
        var mine = new Used(call.path() + new TreeMap<>(call.parameters()), new CompletableFuture<>());
        var used = keys.putIfAbsent(call.key(), mine);
        if (used != null && !used.request.equals(mine.request)) {
            return broken(400, "idempotency_error", null);
        }
        if (used != null) {
            return used.reply.isDone() ? used.reply.join() : broken(409, "idempotency_error", "idempotency_key_in_use");
        }
        Reply reply;
        try {
            reply = ok(run(call));
        } catch (StripeBooks.Refusal e) {
            reply = error(e);
            if (!e.isRepeated) {
                keys.remove(call.key());
            }
        }
        mine.reply.complete(reply);
        return reply;
    }

    private static Operation operation(String method, String path) {
        var route =
                method + " " + path.replaceFirst("^/v1/(checkout/sessions|payment_intents|refunds)/[^/]+", "/v1/$1/*");
        return switch (route) {
            case "POST /v1/checkout/sessions" -> Operation.CREATE_PAGE;
            case "GET /v1/checkout/sessions/*" -> Operation.GET_PAGE;
            case "POST /v1/checkout/sessions/*/expire" -> Operation.EXPIRE_PAGE;
            case "GET /v1/payment_intents/*" -> Operation.GET_PAYMENT;
            case "POST /v1/payment_intents/*/capture" -> Operation.CAPTURE;
            case "POST /v1/payment_intents/*/cancel" -> Operation.CANCEL;
            case "POST /v1/refunds" -> Operation.REFUND;
            case "GET /v1/refunds", "GET /v1/refunds/*" -> Operation.GET_REFUNDS;
            default -> null;
        };
    }

    private Map<String, Object> run(Call call) {
        var parts = call.path().split("/");
        var id = parts.length > 3 ? parts[parts[2].equals("checkout") && parts.length > 4 ? 4 : 3] : null;
        var isExpanded = call.parameters().keySet().stream().anyMatch(name -> name.startsWith("expand"));
        return switch (call.operation()) {
            case CREATE_PAGE -> books.createSession(call.parameters());
            case GET_PAGE -> books.session(id, isExpanded);
            case EXPIRE_PAGE -> books.expire(id);
            case GET_PAYMENT -> books.intent(id, isExpanded);
            case CAPTURE -> books.capture(id);
            case CANCEL -> books.cancel(id);
            case REFUND -> books.createRefund(call.parameters());
            case GET_REFUNDS -> id == null ? books.refunds(call.parameters()) : books.refund(id);
        };
    }

    private static void read(String form, Map<String, String> parameters) {
        if (form == null || form.isEmpty()) {
            return;
        }
        for (var field : form.split("&")) {
            var parts = field.split("=", 2);
            parameters.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
    }

    private Reply ok(Map<String, Object> body) throws IOException {
        return new Reply(200, mapper.writeValueAsBytes(body));
    }

    private Reply error(StripeBooks.Refusal refusal) throws IOException {
        var error = new LinkedHashMap<String, Object>();
        error.put("type", refusal.type);
        error.put("code", refusal.code);
        error.put("param", refusal.param);
        error.put("message", refusal.getMessage());
        return new Reply(refusal.status, mapper.writeValueAsBytes(Map.of("error", error)));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Request-Id", "req_fake");
        exchange.sendResponseHeaders(reply.status, reply.body.length);
        exchange.getResponseBody().write(reply.body);
    }

    @Override
    public void close() {
        recover();
        server.stop(0);
        threads.shutdownNow();
    }
}
