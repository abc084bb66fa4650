package seatlock.payments;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import seatlock.embedded.Ports;
import seatlock.support.Api;
import seatlock.support.FakeStripe;
import seatlock.support.Jvm;
import seatlock.support.TestSystem;

/** A {@code seatlock serve} process where buyers pay through the fake Stripe. It can be killed, and keeps its port and its database. */
final class PayingProcess implements AutoCloseable {

    private final Path home;
    private final Map<String, String> settings;
    private final int port = Ports.free();
    private Jvm jvm;

    /** @param settings besides those of the database, the provider and the port */
    PayingProcess(Path home, TestSystem system, FakeStripe stripe, Map<String, String> settings) {
        this.home = home;
        this.settings = new HashMap<>(settings);
        this.settings.put("PORT", String.valueOf(port));
        this.settings.put("HOST", "127.0.0.1");
        this.settings.put("SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY);
        this.settings.put("DATABASE_URL", system.databaseUrl().replaceFirst("^jdbc:", ""));
        this.settings.put("PAYMENTS", "stripe");
        this.settings.put("STRIPE_API_KEY", FakeStripe.KEY);
        this.settings.put("STRIPE_NOTICE_SECRETS", FakeStripe.NOTICE_SECRET);
        this.settings.put("STRIPE_API_BASE", stripe.base().toString());
        stripe.noticesTo(URI.create(url() + "/api/providers/stripe/notices"));
    }

    /** Repeats a request as a good client does: with the same key, while there is no server, or it asks to. */
    static Api.Response patiently(Supplier<Api.Response> request) {
        while (true) {
            try {
                var response = request.get();
                if (response.status() != 503) {
                    return response;
                }
            } catch (UncheckedIOException e) {
                // the process is down
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    Api api() {
        return new Api(url(), TestSystem.ADMIN_KEY);
    }

    synchronized PayingProcess start() {
        jvm = Jvm.start(home, settings, "serve").awaitReady();
        return this;
    }

    /** Kills the process (SIGKILL), if it is running. */
    synchronized void kill() {
        if (jvm != null) {
            jvm.kill();
            jvm = null;
        }
    }

    @Override
    public synchronized void close() {
        kill();
    }
}
