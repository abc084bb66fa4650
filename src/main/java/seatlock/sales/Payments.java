package seatlock.sales;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.db.Database;
import seatlock.db.Ids;
import seatlock.db.Tx;
import seatlock.inventory.Bill;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;
import seatlock.inventory.Quota;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationToken;
import seatlock.metrics.Metrics;
import seatlock.payments.Account;
import seatlock.payments.Fact;
import seatlock.payments.Notice;
import seatlock.payments.Payment;
import seatlock.payments.PaymentId;
import seatlock.payments.PaymentProvider;
import seatlock.payments.PaymentStore;
import seatlock.payments.ProviderException;
import seatlock.payments.Refund;
import seatlock.payments.RefundStore;

/**
 * Payments of reservations through a provider: opens the page where the buyer pays, and records what the provider tells.
 *
 * <p>Two transactions stand around each call of the provider, and nothing slow is inside one. A crash between them leaves a payment that
 * is due, and {@link seatlock.maintenance.Reconciler} continues.
 */
public final class Payments implements AutoCloseable {

    /** Calls of the provider for buyers at the same time. */
    private static final int MAX_CALLS = 16;

    /** Buyers who wait until there is a call for them. While the provider hangs, further ones are refused at once. */
    private static final int MAX_WAITING = 32;

    /** The longest time that a buyer waits for such a call. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    /** After a crash between the call and the transaction that follows it, a payment is looked at this much later. */
    private static final Duration CALL = Duration.ofMinutes(1);

    /** An open payment is looked at this often, in case a notice was lost. */
    private static final Duration LOOK = Duration.ofMinutes(10);

    private static final int MAX_TRIES = 5;

    private static final Logger log = LoggerFactory.getLogger(Payments.class);

    /** The treatment of money that arrives after the hold has lapsed. */
    public enum LatePolicy {
        /** If all seats are still free, a successor of the reservation is confirmed; else the money is given back. */
        REACQUIRE,
        /** The money is given back. */
        RELEASE
    }

    /**
     * @param window how long a buyer has to pay
     * @param maxSeats that a buyer may have in one event, unless the event says otherwise
     */
    public record Policy(Duration window, LatePolicy late, int maxSeats) {}

    /** The provider did not answer, or too many calls are waiting for it. Nothing is lost, and the request can be repeated. */
    public static final class ProviderUnavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private ProviderUnavailable(Throwable cause) {
            super("The payment provider is unavailable.", cause);
        }
    }

    /** The provider does not take this payment, and will not when it is asked again: its amount may be too small. */
    public static final class ProviderRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private ProviderRefused(Throwable cause) {
            super("The payment provider does not take this payment.", cause);
        }
    }

    private final Checkout checkout;
    private final Database database;
    private final Metrics metrics;
    private final PaymentProvider provider;
    private final Policy policy;
    private final PaymentStore store = new PaymentStore();
    private final RefundStore refunds = new RefundStore();
    private final ThreadPoolExecutor calls = new ThreadPoolExecutor(
            MAX_CALLS, MAX_CALLS, 60, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), run -> {
                var thread = new Thread(run, "provider-call");
                thread.setDaemon(true);
                return thread;
            });
    private volatile Runnable whenDue = () -> {};

    /** @param database to read what was committed, when something has changed while the provider was asked */
    public Payments(Checkout checkout, Database database, PaymentProvider provider, Policy policy, Metrics metrics) {
        this.checkout = checkout;
        this.database = database;
        this.metrics = metrics;
        this.provider = provider;
        this.policy = policy;
        calls.allowCoreThreadTimeOut(true);
    }

    public PaymentProvider provider() {
        return provider;
    }

    /** Sets a task that runs when a payment has become due before its time. */
    public void onDue(Runnable task) {
        whenDue = task;
    }

    /** Returns the sequel of a confirmation by the seller: the page where the buyer could pay becomes due, to be closed. */
    public Order.Sequel closing(ReservationId reservation) {
        return (tx, event, outcome) -> {
            if (outcome.hasChanges()) {
                store.dueNow(tx, event.id(), List.of(reservation));
            }
        };
    }

    /** Makes sure that due payments are looked at soon. */
    public void wake() {
        whenDue.run();
    }

    /** Writes the replies to a request to open a page. */
    public interface Replies {

        byte[] opened(Event event, Payment payment);

        /** The total of the reservation is 0. */
        byte[] nothingToPay(Event event, Reservation reservation);

        byte[] refused(Event event, Outcome outcome);
    }

    /**
     * A request to open a page where the buyer pays.
     *
     * @param token of the holder; empty if the seller asks
     * @param returnUrl where the provider sends the buyer afterwards
     */
    public record Opening(
            EventId event,
            ReservationId reservation,
            Optional<ReservationToken> token,
            Actor actor,
            Order.KeyUse use,
            String returnUrl,
            Replies replies) {}

    /**
     * Opens the page where the buyer pays, and extends the hold to the time that the buyer has for that. If the page is open, it stays
     * as it is.
     *
     * @return its receipt; fails like {@link Checkout#submit}, and with {@link ProviderUnavailable}
     */
    public CompletableFuture<Receipt> open(Opening opening) {
        var start = new Start(opening);
        var command = new Command.Extend(opening.reservation, opening.token, Optional.of(policy.window));
        return checkout.submit(new Order(
                        opening.event,
                        opening.actor,
                        Optional.of(opening.use),
                        command,
                        Optional.of(start),
                        start::reply))
                .thenCompose(receipt -> receipt instanceof Receipt.Unfinished
                        ? call(() -> openPage(start.payment, start.purchase))
                                .thenCompose(page -> finish(opening, start.payment, page))
                        : CompletableFuture.completedFuture(receipt));
    }

    private CompletableFuture<Receipt> finish(Opening opening, Payment payment, PaymentProvider.Page page) {
        var opened = new Opened(payment, page);
        return checkout.submit(new Order(
                opening.event,
                opening.actor,
                Optional.of(opening.use),
                stillHeld(payment),
                Optional.of(opened),
                (event, outcome) -> outcome instanceof Outcome.Done
                        ? opening.replies.opened(event, opened.current)
                        : opening.replies.refused(event, outcome)));
    }

    /** Refuses if the reservation does not hold its seats any more, and changes nothing. */
    private static Command stillHeld(Payment payment) {
        return new Command.Extend(payment.reservation(), Optional.empty(), Optional.of(Duration.ZERO));
    }

    /** Runs a call of the provider on a thread of its own. */
    private <T> CompletableFuture<T> call(Supplier<T> work) {
        var deadline = System.nanoTime() + MAX_WAIT.toNanos();
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        if (System.nanoTime() - deadline > 0) {
                            throw new ProviderUnavailable(null);
                        }
                        return work.get();
                    },
                    calls);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new ProviderUnavailable(e));
        }
    }

    private PaymentProvider.Page openPage(Payment payment, PaymentProvider.Purchase purchase) {
        try {
            return provider.open(payment, purchase);
        } catch (ProviderException e) {
            metrics.providerFailed();
            log.warn("Provider {} did not open payment {}: {}", provider.name(), payment.id(), e.getMessage());
            if (e.isFinal()) {
                record(read(payment), new Fact.Closed()).join();
                throw new ProviderRefused(e);
            }
            throw new ProviderUnavailable(e);
        }
    }

    /** Finds or creates the open payment of a reservation whose hold was extended. */
    private final class Start implements Order.Sequel {

        private final Opening opening;
        private Payment payment; // null if there is nothing to pay
        private PaymentProvider.Purchase purchase;

        Start(Opening opening) {
            this.opening = opening;
        }

        @Override
        public void run(Tx tx, Event event, Outcome outcome) throws SQLException {
            payment = null;
            if (outcome instanceof Outcome.Done done && done.reservation().total() > 0) {
                payment = findOrCreate(tx, event, done.reservation());
                purchase = purchase(event, done.reservation());
            }
        }

        private Payment findOrCreate(Tx tx, Event event, Reservation reservation) throws SQLException {
            var now = tx.readClock();
            var open = store.findOpen(tx, event.id(), reservation.id());
            if (open.isPresent() && open.get().expiresAt().isAfter(now)) {
                if (!open.get().provider().equals(provider.name())) {
                    throw new ProviderUnavailable(null); // the buyer may be paying on the page of another provider
                }
                return open.get();
            }
            if (open.isPresent()) {
                store.closed(tx, open.get(), now);
            }
            var created = new Payment(
                    event.id(),
                    new PaymentId(Ids.nextUnguessable()),
                    reservation.id(),
                    provider.name(),
                    Payment.Status.CREATED,
                    Optional.empty(),
                    reservation.total(),
                    event.currencyCode(),
                    Optional.of(opening.returnUrl),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    0,
                    false,
                    false,
                    now,
                    reservation.expiresAt());
            store.create(tx, created, now.plus(CALL));
            return created;
        }

        @Override
        public boolean isAnswered() {
            return payment == null || payment.status() == Payment.Status.OPEN;
        }

        byte[] reply(Event event, Outcome outcome) {
            if (payment != null) {
                return opening.replies.opened(event, payment);
            }
            return outcome instanceof Outcome.Done done
                    ? opening.replies.nothingToPay(event, done.reservation())
                    : opening.replies.refused(event, outcome);
        }
    }

    /** Notes the page of a payment. If the reservation has ended meanwhile, the page is to be closed. */
    private final class Opened implements Order.Sequel {

        private final Payment payment;
        private final PaymentProvider.Page page;
        private Payment current;

        Opened(Payment payment, PaymentProvider.Page page) {
            this.payment = payment;
            this.page = page;
        }

        @Override
        public void run(Tx tx, Event event, Outcome outcome) throws SQLException {
            current = store.find(tx, payment.event(), payment.id()).orElseThrow();
            var now = tx.readClock();
            var isHeld = outcome instanceof Outcome.Done;
            if (current.status() == Payment.Status.CREATED) {
                store.opened(tx, current, page, isHeld ? nextLook(current, now) : now);
                current = store.find(tx, payment.event(), payment.id()).orElseThrow();
            }
            if (isHeld && current.url().isEmpty()) {
                throw new ProviderUnavailable(null); // it was closed meanwhile
            }
        }
    }

    /** Returns when an open payment is to be looked at. */
    static Instant nextLook(Payment payment, Instant now) {
        var next = now.plus(LOOK);
        return next.isBefore(payment.expiresAt()) ? next : payment.expiresAt();
    }

    /** Returns what a reservation is about, as the provider shows it to the buyer. */
    private static PaymentProvider.Purchase purchase(Event event, Reservation reservation) {
        var bill = Bill.of(event, reservation);
        var lines = Stream.concat(
                        bill.seats().stream()
                                .map(line -> new PaymentProvider.Purchase.Line(
                                        line.quantity() + " × " + line.section(), line.amount())),
                        bill.fees().stream()
                                .map(line -> new PaymentProvider.Purchase.Line(
                                        line.fee().name(), line.amount())))
                .filter(line -> line.amount() > 0)
                .toList();
        var language = reservation
                .buyer()
                .language()
                .or(() -> event.details().language())
                .orElse("en");
        return new PaymentProvider.Purchase(
                event.details().name(), lines, language, reservation.buyer().email());
    }

    /**
     * Opens the page of a payment again, of which the first attempt may have been lost. Blocks.
     *
     * @throws ProviderUnavailable if the provider does not answer
     */
    public void openAgain(Payment payment, Event event, Reservation reservation) {
        var page = openPage(payment, purchase(event, reservation));
        submit(payment, stillHeld(payment), new Opened(payment, page)).join();
    }

    /** Submits an order without a client, so no reply is written. */
    private CompletableFuture<Receipt> submit(Payment payment, Command command, Order.Sequel sequel) {
        return checkout.submit(new Order(
                payment.event(),
                Actor.PROVIDER,
                Optional.empty(),
                command,
                Optional.of(sequel),
                (event, outcome) -> new byte[0]));
    }

    /** Records a notice about a payment. @param account as far as it is known */
    public CompletableFuture<Void> noticed(Account account, Notice notice) {
        return record(account, notice.fact(), Optional.of(notice.id()), 1).thenRun(this::wake);
    }

    /** Records what the provider has said about a payment. */
    public CompletableFuture<Void> record(Account account, Fact fact) {
        return record(account, Optional.of(fact), Optional.empty(), 1);
    }

    private CompletableFuture<Void> record(Account account, Optional<Fact> fact, Optional<String> notice, int tries) {
        var record = new PaymentRecord(
                account, fact, notice, successor(account.reservation().buyer()));
        return submit(account.payment(), record.command(), record)
                .handle((receipt, error) -> {
                    if (receipt instanceof Receipt.Answered) {
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    if (receipt != null) {
                        return CompletableFuture.<Void>failedFuture(new NotRecorded());
                    }
                    var cause = error instanceof CompletionException ? error.getCause() : error;
                    return cause instanceof PaymentRecord.Outdated && tries < MAX_TRIES
                            ? record(read(account.payment()), fact, notice, tries + 1)
                            : CompletableFuture.<Void>failedFuture(cause);
                })
                .thenCompose(result -> result);
    }

    /** Something else has locked the reservation, or its seats. It is recorded when the provider tells it again, or is asked. */
    public static final class NotRecorded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NotRecorded() {
            super("Another transaction has locked the reservation.");
        }
    }

    private Account read(Payment payment) {
        return database.inTransaction(
                tx -> store.findAccount(tx, payment.event(), payment.id()).orElseThrow());
    }

    /**
     * Notes that a refund is about to be sent. Blocks.
     *
     * @return the refund to send; empty if there is nothing to send any more
     */
    public Optional<Refund> sending(Payment payment, Refund refund) {
        var sending = new Sending(payment, refund.id());
        submit(payment, new Command.Look(payment.reservation()), sending).join();
        return sending.sent;
    }

    private final class Sending implements Order.Sequel {

        private final Payment payment;
        private final UUID refund;
        private Optional<Refund> sent = Optional.empty();

        Sending(Payment payment, UUID refund) {
            this.payment = payment;
            this.refund = refund;
        }

        @Override
        public void run(Tx tx, Event event, Outcome outcome) throws SQLException {
            sent = refunds.of(tx, payment).stream()
                    .filter(each -> each.id().equals(refund) && !each.isDone())
                    .findFirst()
                    .map(each -> refunds.sending(tx, payment, each));
        }
    }

    /** Records what the provider has said about a refund. Blocks. */
    public void returned(Payment payment, Fact.Returned returned) {
        var account = read(payment);
        var fact = new Fact.Captured(
                payment.reference().orElseThrow(),
                payment.captured(),
                payment.currency(),
                List.of(returned),
                account.payment().isDisputed());
        record(account, fact).join();
    }

    /** Returns the reservation to confirm if the one that was paid has lapsed; empty to give the money back. */
    private Optional<Command.Successor> successor(Reservation.Buyer buyer) {
        return policy.late == LatePolicy.REACQUIRE
                ? Optional.of(new Command.Successor(
                        new ReservationId(Ids.next()), List.of(Quota.ofBuyer(buyer, Quota.NO_LIMIT, policy.maxSeats))))
                : Optional.empty();
    }

    @Override
    public void close() {
        calls.shutdownNow();
    }
}
