package seatlock.maintenance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.Catalog;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.inventory.ReservationStatus;
import seatlock.metrics.Metrics;
import seatlock.payments.Account;
import seatlock.payments.Fact;
import seatlock.payments.PaymentStore;
import seatlock.payments.ProviderException;
import seatlock.payments.Refund;
import seatlock.sales.Payments;

/**
 * Looks at payments that are due: captures or releases money, closes pages, sends refunds, and asks the provider about payments that
 * should have moved. So a lost notice or a crash costs time, never money.
 *
 * <p>It goes by the state of the payment alone, so any number of nodes may do it, and what one has begun another continues.
 */
public final class Reconciler implements AutoCloseable {

    /** How often due payments are looked for; whoever makes one due in this process also {@linkplain #wake wakes} it. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /**
     * For this long nobody else looks at a payment. If a provider is slower than that, two nodes call it for the same thing, which
     * has no further effect.
     */
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** Calls of the provider at the same time. */
    private static final int THREADS = 8;

    private static final int BATCH = 100;

    private static final Duration NOTICE_AGE = Duration.ofDays(90);

    private static final Duration PRUNE_INTERVAL = Duration.ofHours(1);

    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final Database database;
    private final Catalog catalog;
    private final Payments payments;
    private final Metrics metrics;
    private final PaymentStore store = new PaymentStore();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, run -> {
        var thread = new Thread(run, "reconciler");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<PaymentStore.Due> underWay = ConcurrentHashMap.newKeySet();
    private final PeriodicTask task =
            new PeriodicTask("reconciler", this::startAll, DatabaseException.class::isInstance);
    private final PeriodicTask pruning =
            new PeriodicTask("notices", this::pruneNotices, DatabaseException.class::isInstance);

    public Reconciler(Database database, Catalog catalog, Payments payments, Metrics metrics) {
        this.database = database;
        this.catalog = catalog;
        this.payments = payments;
        this.metrics = metrics;
    }

    public void start() {
        payments.onDue(this::wake);
        task.start(INTERVAL);
        pruning.start(PRUNE_INTERVAL);
    }

    /** Looks for due payments at once. */
    public void wake() {
        task.runSoon();
    }

    private List<PaymentStore.Due> findDue() {
        return database.inTransaction(
                tx -> store.findDue(tx, payments.provider().name(), BATCH));
    }

    private void startAll() {
        findDue().stream()
                .filter(underWay::add)
                .forEach(due -> threads.execute(() -> {
                    try {
                        advance(due);
                    } catch (RuntimeException e) {
                        log.error("Payment {} of event {} is looked at again later", due.payment(), due.event(), e);
                    } finally {
                        underWay.remove(due);
                    }
                }));
    }

    /** Looks at all payments that are due, one after the other. @return their number */
    public int runOnce() {
        var due = findDue();
        due.forEach(this::advance);
        return due.size();
    }

    private void advance(PaymentStore.Due due) {
        var claimed = database.inTransaction(tx -> store.claim(tx, due, LEASE).isPresent()
                ? store.findAccount(tx, due.event(), due.payment())
                : Optional.<Account>empty());
        if (claimed.isEmpty()) {
            return;
        }
        var account = claimed.get();
        var payment = account.payment();
        try {
            advance(account);
        } catch (ProviderException e) {
            metrics.providerFailed();
            log.warn(
                    "Payment {} of event {} is looked at again later: {}",
                    payment.id(),
                    payment.event(),
                    e.getMessage());
        } catch (Payments.ProviderUnavailable | Payments.ProviderRefused e) {
            log.debug("Payment {} was not opened", payment.id(), e); // which was counted and logged
        }
    }

    private void advance(Account account) throws ProviderException {
        var payment = account.payment();
        var provider = payments.provider();
        switch (payment.status()) {
            case CREATED -> openAgain(account);
            case OPEN -> {
                var isHeld = account.reservation().status() == ReservationStatus.PENDING
                        && payment.expiresAt().isAfter(database.inTransaction(tx -> tx.readClock()));
                record(account, isHeld ? provider.lookUp(payment) : provider.release(payment));
            }
            case AUTHORIZED -> {
                var isWanted = payment.confirms() && account.reservation().status() == ReservationStatus.CONFIRMED;
                record(account, isWanted ? provider.capture(payment) : provider.release(payment));
            }
            case CLOSED ->
                record(account, payment.checkout().isPresent() ? provider.release(payment) : new Fact.Closed());
            case CAPTURED, VOIDED -> sendRefunds(account);
        }
    }

    private void openAgain(Account account) {
        var payment = account.payment();
        var event =
                database.inTransaction(tx -> catalog.find(tx, payment.event())).orElseThrow();
        payments.openAgain(payment, event, account.reservation());
    }

    private void record(Account account, Fact fact) {
        payments.record(account, fact).join();
    }

    /** Sends the refunds that are not done. Unless all of them are new, it first asks what the provider knows. */
    private void sendRefunds(Account account) throws ProviderException {
        var payment = account.payment();
        var open = account.refunds().stream().filter(refund -> !refund.isDone()).toList();
        if (open.isEmpty() || open.stream().anyMatch(refund -> refund.status() != Refund.Status.READY)) {
            record(account, payments.provider().lookUp(payment));
        }
        var now = database.inTransaction(tx -> tx.readClock());
        for (var refund : open) {
            if (refund.retryAt().filter(now::isBefore).isPresent()) {
                continue;
            }
            var sent = payments.sending(payment, refund);
            if (sent.isPresent()) {
                var returned = payments.provider().refund(payment, sent.get());
                payments.returned(payment, returned);
            }
        }
    }

    private void pruneNotices() {
        database.inTransaction(tx -> store.pruneNotices(tx, NOTICE_AGE));
    }

    @Override
    public void close() {
        task.close();
        pruning.close();
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
