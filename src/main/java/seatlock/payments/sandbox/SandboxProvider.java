package seatlock.payments.sandbox;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.Tx;
import seatlock.payments.Fact;
import seatlock.payments.InvalidNotice;
import seatlock.payments.Notice;
import seatlock.payments.Payment;
import seatlock.payments.PaymentId;
import seatlock.payments.PaymentProvider;
import seatlock.payments.Refund;
import seatlock.payments.sandbox.SandboxBooks.Money;
import seatlock.payments.sandbox.SandboxBooks.MoneyStatus;
import seatlock.payments.sandbox.SandboxBooks.PageStatus;
import seatlock.payments.sandbox.SandboxBooks.Return;
import seatlock.payments.sandbox.SandboxBooks.Sheet;

/**
 * A provider without money. It behaves as a real one does: it has books of its own, its pages are paid or not, and it tells about it
 * over HTTP, signed, and again if nobody answers.
 */
public final class SandboxProvider implements PaymentProvider, AutoCloseable {

    public static final String NAME = "sandbox";

    /** Pauses before a notice is delivered again, in seconds. A real provider repeats it for days. */
    private static final List<Integer> RETRIES = List.of(1, 5, 30);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(SandboxProvider.class);

    /** The things that somebody can do on the page. */
    public enum Action {
        /** Pays, as long as the page is open. */
        PAY,
        /** The bank declines. The buyer can try again. */
        DECLINE,
        /** Closes the page. */
        CLOSE,
        /** Pays although the page is closed or has expired. */
        PAY_LATE,
        /** Pays two times, of which each is told two times. */
        PAY_TWICE
    }

    /**
     * A page as it is shown.
     *
     * @param title of the event
     * @param lines whose amounts add up to the amount
     * @param amount in minor units of the currency
     * @param returnUrl where the buyer goes afterwards
     * @param isOpen whether it can be paid
     * @param isPaid whether it was
     */
    public record View(
            String title,
            List<Purchase.Line> lines,
            long amount,
            String currency,
            String returnUrl,
            boolean isOpen,
            boolean isPaid) {

        public View {
            lines = List.copyOf(lines);
        }
    }

    /** Made when it is first used, because most processes start without. */
    private static final class Http {
        private static final HttpClient CLIENT =
                HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    }

    private final Database database;
    private final Supplier<String> pages;
    private final Supplier<String> server;
    private final SandboxBooks books = new SandboxBooks();
    private final ScheduledExecutorService deliveries = Executors.newScheduledThreadPool(2, run -> {
        var thread = new Thread(run, "sandbox-notices");
        thread.setDaemon(true);
        return thread;
    });
    private volatile byte[] secret;

    /**
     * @param pages where the links to the pages begin
     * @param server where notices are delivered: the address of this process
     */
    public SandboxProvider(Database database, Supplier<String> pages, Supplier<String> server) {
        this.database = database;
        this.pages = pages;
        this.server = server;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Page open(Payment payment, Purchase purchase) {
        // Neither the name of an event nor that of a section or fee contains control characters.
        var description = Stream.concat(
                        Stream.of(purchase.title()),
                        purchase.lines().stream().map(line -> line.name() + "\t" + line.amount()))
                .collect(Collectors.joining("\n"));
        database.inTransaction(tx -> {
            books.open(tx, payment, description);
            return null;
        });
        return new Page(payment.id().toString(), pages.get() + "/sandbox/" + payment.id());
    }

    @Override
    public Fact lookUp(Payment payment) {
        return database.inTransaction(tx -> fact(tx, payment));
    }

    @Override
    public Fact capture(Payment payment) {
        return settle(payment, MoneyStatus.CAPTURED);
    }

    @Override
    public Fact release(Payment payment) {
        return settle(payment, MoneyStatus.VOIDED);
    }

    /** Closes the page, and moves or releases the money if the payment is known to have some. */
    private Fact settle(Payment payment, MoneyStatus to) {
        return database.inTransaction(tx -> {
            var page = books.page(tx, payment.id());
            if (page.isPresent()) {
                books.change(tx, page.get(), PageStatus.CLOSED, PageStatus.OPEN);
            }
            if (payment.reference().isPresent()) {
                books.settle(tx, payment.event(), payment.reference().get(), to);
            }
            return fact(tx, payment);
        });
    }

    /** Money of payments that only the sandbox knew is found by its reference alone. */
    private Fact fact(Tx tx, Payment payment) throws SQLException {
        if (payment.reference().isPresent()) {
            var money = books.find(tx, payment.event(), payment.reference().get());
            return money.isPresent() ? fact(tx, payment.event(), payment.currency(), money.get()) : new Fact.Closed();
        }
        var paid = books.money(tx, payment.event(), payment.id());
        if (!paid.isEmpty()) {
            return fact(tx, payment.event(), payment.currency(), paid.get(0));
        }
        var isOpen = books.page(tx, payment.id())
                .filter(page -> page.status() == PageStatus.OPEN)
                .isPresent();
        return isOpen ? new Fact.Open() : new Fact.Closed();
    }

    private Fact fact(Tx tx, EventId event, String currency, Money money) throws SQLException {
        return switch (money.status()) {
            case AUTHORIZED -> new Fact.Authorized(money.reference(), money.amount(), currency);
            case CAPTURED -> {
                var returns = books.returns(tx, event, money.reference()).stream()
                        .map(SandboxProvider::returned)
                        .toList();
                yield new Fact.Captured(money.reference(), money.amount(), currency, returns, false);
            }
            case VOIDED -> new Fact.Voided(money.reference());
        };
    }

    private static Fact.Returned returned(Return refund) {
        return new Fact.Returned(
                refund.key(),
                SandboxBooks.refundId(refund.key()),
                refund.amount(),
                Fact.Returned.Progress.DONE,
                Optional.empty());
    }

    @Override
    public Fact.Returned refund(Payment payment, Refund refund) {
        var made = new Return(refund.key(), refund.amount());
        return database.inTransaction(tx -> {
            books.giveBack(tx, payment.event(), payment.reference().orElseThrow(), made);
            return returned(made);
        });
    }

    /** Returns a page; empty if there is none. */
    public Optional<View> view(PaymentId payment) {
        return database.inTransaction(tx -> {
            var page = books.page(tx, payment);
            if (page.isEmpty()) {
                return Optional.<View>empty();
            }
            return Optional.of(view(page.get(), tx.readClock()));
        });
    }

    private static View view(Sheet page, Instant now) {
        var description = page.description().split("\n");
        var lines = Stream.of(description)
                .skip(1)
                .map(line -> line.split("\t"))
                .map(parts -> new Purchase.Line(parts[0], Long.parseLong(parts[1])))
                .toList();
        return new View(
                description[0],
                lines,
                page.amount(),
                page.currency(),
                page.returnUrl(),
                isOpen(page, now),
                page.status() == PageStatus.PAID);
    }

    private static boolean isOpen(Sheet page, Instant now) {
        return page.status() == PageStatus.OPEN && page.expiresAt().isAfter(now);
    }

    /**
     * Does something on a page, and tells about it.
     *
     * @return whether the page allows it in its state; empty if there is no such page
     */
    public Optional<Boolean> act(PaymentId payment, Action action) {
        return database.inTransaction(tx -> {
                    var page = books.page(tx, payment);
                    return page.isEmpty() ? Optional.<Done>empty() : Optional.of(act(tx, page.get(), action));
                })
                .map(done -> {
                    done.notices.forEach(this::deliver);
                    return done.isDone;
                });
    }

    /** @param notices to deliver after the commit */
    private record Done(boolean isDone, List<Map<String, String>> notices) {

        static final Done NOTHING = new Done(false, List.of());
    }

    private Done act(Tx tx, Sheet page, Action action) throws SQLException {
        if (action != Action.PAY_LATE && !isOpen(page, tx.readClock())) {
            return Done.NOTHING;
        }
        return switch (action) {
            case PAY ->
                books.change(tx, page, PageStatus.PAID, PageStatus.OPEN)
                        ? new Done(true, List.of(paid(page, books.pay(tx, page))))
                        : Done.NOTHING;
            case PAY_LATE ->
                books.change(tx, page, PageStatus.PAID, PageStatus.OPEN, PageStatus.CLOSED)
                        ? new Done(true, List.of(paid(page, books.pay(tx, page))))
                        : Done.NOTHING;
            case PAY_TWICE -> {
                if (!books.change(tx, page, PageStatus.PAID, PageStatus.OPEN)) {
                    yield Done.NOTHING;
                }
                var first = paid(page, books.pay(tx, page));
                var second = paid(page, books.pay(tx, page));
                yield new Done(true, List.of(first, second, first, second));
            }
            case DECLINE -> new Done(true, List.of());
            case CLOSE ->
                books.change(tx, page, PageStatus.CLOSED, PageStatus.OPEN)
                        ? new Done(true, List.of(notice(page, "CLOSED")))
                        : Done.NOTHING;
        };
    }

    private static Map<String, String> paid(Sheet page, Money money) {
        var notice = notice(page, "AUTHORIZED");
        notice.put("reference", money.reference());
        notice.put("amount", Long.toString(money.amount()));
        notice.put("currency", page.currency());
        return notice;
    }

    private static Map<String, String> notice(Sheet page, String status) {
        var notice = new LinkedHashMap<String, String>();
        notice.put("id", UUID.randomUUID().toString());
        notice.put("event", page.event().toString());
        notice.put("payment", page.payment().toString());
        notice.put("status", status);
        return notice;
    }

    private void deliver(Map<String, String> notice) {
        var body = notice.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"))
                .getBytes(StandardCharsets.UTF_8);
        deliverAfter(0, body, 0);
    }

    private void deliverAfter(int seconds, byte[] body, int attempt) {
        try {
            deliveries.schedule(() -> deliver(body, attempt), seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("A notice is lost, because this process is stopping");
        }
    }

    private void deliver(byte[] body, int attempt) {
        try {
            var request = HttpRequest.newBuilder(URI.create(server.get() + "/api/providers/" + NAME + "/notices"))
                    .timeout(TIMEOUT)
                    .header(Signature.HEADER, Signature.of(secret(), now(), body))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            if (Http.CLIENT.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                return;
            }
        } catch (IOException e) {
            log.debug("A notice was not delivered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (attempt < RETRIES.size()) {
            deliverAfter(RETRIES.get(attempt), body, attempt + 1);
        }
    }

    private byte[] secret() {
        var known = secret;
        if (known == null) {
            known = database.inTransaction(books::secret);
            secret = known;
        }
        return known;
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    @Override
    public Optional<Notice> read(byte[] body, Function<String, String> header) throws InvalidNotice {
        Signature.check(secret(), header.apply(Signature.HEADER), body, now());
        var fields = new LinkedHashMap<String, String>();
        for (var field : new String(body, StandardCharsets.UTF_8).split("&")) {
            var parts = field.split("=", 2);
            fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        var subject = new Notice.Subject(
                new EventId(UUID.fromString(fields.get("event"))),
                new PaymentId(UUID.fromString(fields.get("payment"))));
        var reference = Optional.ofNullable(fields.get("reference"));
        Fact fact = reference.isEmpty()
                ? new Fact.Closed()
                : new Fact.Authorized(reference.get(), Long.parseLong(fields.get("amount")), fields.get("currency"));
        return Optional.of(new Notice(fields.get("id"), Optional.of(subject), reference, Optional.of(fact)));
    }

    @Override
    public void close() {
        deliveries.shutdownNow();
    }
}
