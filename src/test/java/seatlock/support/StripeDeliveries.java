package seatlock.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import seatlock.support.FakeStripe.Delivery;
import seatlock.support.FakeStripe.Notice;

/** Delivers the notices of the {@link FakeStripe} over HTTP, on threads of its own, and again until they get a 200. */
final class StripeDeliveries implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int MAX_ATTEMPTS = 300;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS, run -> {
        var thread = new Thread(run, "fake-stripe-notices");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger pending = new AtomicInteger();
    private final List<Notice> told = new CopyOnWriteArrayList<>();
    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private volatile URI target;
    private volatile List<String> secrets;
    private volatile Function<Notice, Delivery> deliveries = notice -> Delivery.NOW;
    private List<Notice> held; // null unless notices are held back

    StripeDeliveries(String secret) {
        secrets = List.of(secret);
    }

    void to(URI url) {
        target = url;
    }

    void signWith(List<String> signingSecrets) {
        secrets = List.copyOf(signingSecrets);
    }

    void deliver(Function<Notice, Delivery> how) {
        deliveries = how;
    }

    /** Tells an event. */
    void tell(String type, Map<String, Object> object) {
        var event = new LinkedHashMap<String, Object>();
        var id = "evt_fake_" + ids.incrementAndGet();
        event.put("id", id);
        event.put("object", "event");
        event.put("api_version", com.stripe.Stripe.API_VERSION);
        event.put("created", Instant.now().getEpochSecond());
        event.put("livemode", false);
        event.put("pending_webhooks", 1);
        event.put("type", type);
        event.put("data", Map.of("object", object));
        try {
            var notice = new Notice(id, type, String.valueOf(object.get("id")), mapper.writeValueAsString(event));
            told.add(notice);
            if (!hold(notice)) {
                send(notice);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized boolean hold(Notice notice) {
        if (held != null) {
            held.add(notice);
        }
        return held != null;
    }

    synchronized void hold() {
        held = held == null ? new ArrayList<>() : held;
    }

    /** Sends what was held back: one after the other, if the first was delivered. */
    void release(boolean isReversed) {
        List<Notice> waiting;
        synchronized (this) {
            waiting = held == null ? List.of() : held;
            held = null;
        }
        if (isReversed) {
            Collections.reverse(waiting);
        }
        for (var notice : waiting) {
            var before = pending();
            send(notice);
            Wait.until("the notice " + notice.type() + " is delivered", () -> pending() <= before);
        }
    }

    private void send(Notice notice) {
        var delivery = deliveries.apply(notice);
        for (var i = 0; i < delivery.copies(); i++) {
            pending.incrementAndGet();
            schedule(notice, delivery, delivery.delay(), 1);
        }
    }

    private void schedule(Notice notice, Delivery delivery, Duration delay, int attempt) {
        try {
            threads.schedule(() -> attempt(notice, delivery, attempt), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            pending.decrementAndGet(); // it is closed
        }
    }

    private void attempt(Notice notice, Delivery delivery, int attempt) {
        var isDone = false;
        try {
            // A notice with a wrong signature is delivered once: a real provider signs right.
            var status = post(notice, delivery);
            statuses.add(status);
            isDone = status == 200 || delivery.signing() != FakeStripe.Signing.RIGHT;
        } catch (IOException e) {
            statuses.add(0); // the server is down
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isDone = true;
        } finally {
            if (isDone || attempt == MAX_ATTEMPTS) {
                pending.decrementAndGet();
            } else {
                schedule(notice, delivery, Duration.ofMillis(Math.min(1000, 100L * attempt)), attempt + 1);
            }
        }
    }

    /** @return the status; 0 if there is no server yet */
    private int post(Notice notice, Delivery delivery) throws IOException, InterruptedException {
        var url = target;
        if (url == null) {
            return 0;
        }
        var body = notice.json();
        var request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Stripe-Signature", signature(body, delivery.signing()))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    String signature(String body, FakeStripe.Signing signing) {
        var now = Instant.now().getEpochSecond();
        return switch (signing) {
            case RIGHT -> signature(body, now, secrets);
            case OLD -> signature(body, now - 6 * 60, secrets);
            case FORGED -> signature(body, now, List.of("whsec_of_somebody_else"));
        };
    }

    private static String signature(String body, long time, List<String> secrets) {
        var header = new StringBuilder("t=" + time);
        for (var secret : secrets) {
            header.append(",v1=").append(HexFormat.of().formatHex(hmac(secret, time + "." + body)));
        }
        return header.append(",v0=").append("0".repeat(64)).toString();
    }

    private static byte[] hmac(String secret, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    int pending() {
        return pending.get();
    }

    List<Notice> told() {
        return List.copyOf(told);
    }

    List<Integer> statuses() {
        return List.copyOf(statuses);
    }

    /** Sends a notice that was told before once more. */
    void again(Notice notice) {
        send(notice);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
