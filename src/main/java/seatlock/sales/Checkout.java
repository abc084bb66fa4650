package seatlock.sales;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.Inventory.Locking;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.metrics.Metrics;
import seatlock.sales.IdempotencyKeys.Stored;
import seatlock.tickets.Announcements;
import seatlock.tickets.Tickets;

/**
 * The transaction that changes the holder of a seat. It begins and ends here, for every writer.
 *
 * <p>Its steps: look up the idempotency keys, apply the commands whose keys are new, issue or void tickets, store the replies
 * under the keys, commit. Clients get their replies after the commit. A crash before the commit leaves nothing; after a crash
 * that follows the commit, clients that repeat their requests get the stored replies.
 *
 * <p>{@link GroupCommit} batches the orders of an event, so that one commit serves hundreds of buyers. Correctness does not
 * depend on it: the rows are locked in the database, which all nodes share.
 */
public final class Checkout implements AutoCloseable {

    /** One for each thread of {@link GroupCommit}, and one for the background tasks. */
    public static final int CONNECTIONS = GroupCommit.THREADS + 1;

    private final Database database;
    private final Catalog catalog;
    private final Inventory inventory;
    private final IdempotencyKeys keys;
    private final Tickets tickets;
    private final Changes changes;
    private final Announcements announcements = new Announcements();
    private final MoneyBack moneyBack = new MoneyBack();
    private final Consumer<EventId> changed;
    private final GroupCommit groupCommit;

    /**
     * @param database with {@link #CONNECTIONS} connections
     * @param changed receives each event that may have changed, before the clients get their replies
     * @param continuations runs the stages that depend on a receipt
     */
    public Checkout(
            Database database,
            Catalog catalog,
            Inventory inventory,
            IdempotencyKeys keys,
            Tickets tickets,
            Changes changes,
            Consumer<EventId> changed,
            Executor continuations,
            Metrics metrics) {
        this.database = database;
        this.catalog = catalog;
        this.inventory = inventory;
        this.keys = keys;
        this.tickets = tickets;
        this.changes = changes;
        this.changed = changed;
        this.groupCommit = new GroupCommit(this::carryOut, continuations, metrics);
    }

    /**
     * Queues an order.
     *
     * @return its receipt; fails with {@link KeyInUse}, a {@link DatabaseException} or {@link seatlock.concurrent.Overload} if
     *     the order was not carried out
     * @throws seatlock.concurrent.Overload if too many orders of the event are waiting
     */
    public CompletableFuture<Receipt> submit(Order order) {
        return groupCommit.submit(order);
    }

    /**
     * Applies commands to an event in one transaction, for a background task. Commands that need locked rows are refused.
     *
     * @return an outcome for each command, in the same order
     */
    public List<Outcome> apply(EventId id, List<Command> commands, Actor actor) {
        Database.Work<List<Outcome>> work = tx -> {
            var event = catalog.lastKnown(tx, id).orElseThrow(() -> new IllegalStateException("No event " + id));
            var orders = commands.stream()
                    .map(command -> new Order(id, actor, Optional.empty(), command, (found, outcome) -> new byte[0]))
                    .toList();
            return change(tx, event, orders, Locking.SKIP);
        };
        return commit(id, work, () -> {}, Outcome::hasChanges);
    }

    /** Carries out orders of one event in one transaction. */
    private List<Receipt> carryOut(
            EventId event, List<Order> orders, GroupCommit.Patience patience, Runnable committing) {
        return commit(event, tx -> transact(tx, event, orders, patience), committing, Checkout::changedSomething);
    }

    private static boolean changedSomething(Receipt receipt) {
        return receipt instanceof Receipt.Answered answered
                        && answered.outcome().hasChanges()
                || receipt instanceof Receipt.Unfinished unfinished
                        && unfinished.outcome().hasChanges();
    }

    /** Runs a transaction, and reports the event if it may have changed. */
    private <T> List<T> commit(
            EventId event, Database.Work<List<T>> work, Runnable committing, Predicate<T> hasChanged) {
        try {
            var results = database.inTransaction(work, committing);
            if (results.stream().anyMatch(hasChanged)) {
                changed.accept(event);
            }
            return results;
        } catch (DatabaseException.OutcomeUnknown e) {
            changed.accept(event);
            throw e;
        }
    }

    /** @return a receipt for each order, in the same order */
    private List<Receipt> transact(Tx tx, EventId id, List<Order> orders, GroupCommit.Patience patience)
            throws SQLException {
        if (patience.lockWait().isPresent()) {
            tx.limitLockWait(patience.lockWait().get());
        }
        var event = catalog.lastKnown(tx, id);
        if (event.isEmpty()) {
            return Collections.nCopies(orders.size(), new Receipt.UnknownEvent());
        }
        var firsts = firstOfEachKey(orders);
        var stored = keys.find(tx, id, firsts.keySet());
        var fresh =
                orders.stream().filter(order -> isFresh(order, firsts, stored)).toList();
        var receipts = carryOutFresh(tx, event.get(), fresh, patience);
        return orders.stream()
                .map(order -> receipts.containsKey(order)
                        ? receipts.get(order)
                        : repeat(order.key().orElseThrow(), firsts, stored, receipts))
                .toList();
    }

    /** Returns the first order with each key; later orders with the same key get its reply. */
    private static Map<IdempotencyKey, Order> firstOfEachKey(List<Order> orders) {
        var firsts = new LinkedHashMap<IdempotencyKey, Order>();
        for (var order : orders) {
            order.key().ifPresent(use -> firsts.putIfAbsent(use.key(), order));
        }
        return firsts;
    }

    private static boolean isFresh(Order order, Map<IdempotencyKey, Order> firsts, Map<IdempotencyKey, Stored> stored) {
        return order.key()
                .map(use -> firsts.get(use.key()) == order && !stored.containsKey(use.key()))
                .orElse(true);
    }

    /** Carries out orders that were not sent before. @return their receipts, by identity */
    private Map<Order, Receipt> carryOutFresh(Tx tx, Event event, List<Order> orders, GroupCommit.Patience patience)
            throws SQLException {
        var receipts = new IdentityHashMap<Order, Receipt>();
        if (orders.isEmpty()) {
            return receipts;
        }
        var outcomes = change(tx, event, orders, patience.locking());
        var replies = new HashMap<IdempotencyKey, Stored>();
        for (int i = 0; i < orders.size(); i++) {
            var order = orders.get(i);
            var outcome = outcomes.get(i);
            if (!event.isPublic() && !order.actor().isKey()) {
                receipts.put(order, new Receipt.UnknownEvent());
                continue;
            }
            if (!outcome.isFinal()) {
                receipts.put(order, new Receipt.NotNow(event, outcome));
                continue;
            }
            if (order.sequel().isPresent()) {
                order.sequel().get().run(tx, event, outcome);
                if (!order.sequel().get().isAnswered()) {
                    receipts.put(order, new Receipt.Unfinished(event, outcome));
                    continue;
                }
            }
            var reply = order.reply().write(event, outcome);
            receipts.put(order, new Receipt.Answered(event, outcome, reply));
            order.key().ifPresent(use -> replies.put(use.key(), new Stored(use.fingerprint(), reply)));
        }
        store(tx, event.id(), replies, patience);
        return receipts;
    }

    /** Applies commands, updates the tickets and jobs accordingly, and writes the history. */
    private List<Outcome> change(Tx tx, Event event, List<Order> orders, Locking locking) throws SQLException {
        var commands = orders.stream().map(Order::command).toList();
        var outcomes = inventory.apply(tx, event, commands, locking);
        tickets.issueOrVoid(tx, event, outcomes);
        var history = new ArrayList<Change>();
        var told = new ArrayList<ReservationId>();
        for (int i = 0; i < outcomes.size(); i++) {
            var actor = orders.get(i).actor();
            if (outcomes.get(i) instanceof Outcome.Noted noted) {
                history.add(change(typeOf((Command.NotePayment) commands.get(i)), noted.reservation(), actor));
            } else if (outcomes.get(i) instanceof Outcome.Done done && done.changed()) {
                done.replaced()
                        .ifPresent(replaced -> history.add(change(typeOf(replaced), replaced.reservation(), actor)));
                typeOf(commands.get(i), done.reservation())
                        .ifPresent(type -> history.add(change(type, done.reservation(), actor)));
                if (isTold(commands.get(i), done.reservation())) {
                    told.add(done.reservation().id());
                }
            }
        }
        announcements.tellOfCancellation(tx, event, told);
        announcements.tellOfRefunds(tx, event.id(), outcomes);
        moneyBack.follow(tx, event.id(), orders, outcomes);
        changes.add(tx, event.id(), history);
        return outcomes;
    }

    private static Change change(Change.Type type, Reservation reservation, Actor actor) {
        return Change.ofReservation(type, reservation.id().value(), reservation.version(), actor);
    }

    private static Change.Type typeOf(Outcome.Replaced replaced) {
        return replaced.wasExpired() ? Change.Type.RESERVATION_REPLACED : Change.Type.RESERVATION_EXPIRED;
    }

    /** Returns whether the buyer is told that the tickets became void because the event was cancelled. */
    private static boolean isTold(Command command, Reservation reservation) {
        return command instanceof Command.Cancel cancel
                && cancel.by() instanceof Command.Canceller.EventCancelled by
                && by.notifies()
                && reservation.state().confirmation().isPresent()
                && !reservation.buyer().isErased();
    }

    /** Returns the type of the change that led to the state of a reservation; empty for a plain reservation. */
    private static Optional<Change.Type> typeOf(Command command, Reservation reservation) {
        return switch (reservation.status()) {
            case PENDING ->
                command instanceof Command.Extend ? Optional.of(Change.Type.RESERVATION_EXTENDED) : Optional.empty();
            case CONFIRMED -> Optional.of(typeOfConfirmed(command));
            case EXPIRED -> Optional.of(Change.Type.RESERVATION_EXPIRED);
            case CANCELLED ->
                Optional.of(
                        reservation.state().confirmation().isPresent()
                                ? Change.Type.RESERVATION_REFUNDED
                                : Change.Type.RESERVATION_CANCELLED);
        };
    }

    private static Change.Type typeOfConfirmed(Command command) {
        if (command instanceof Command.NotePayment note) {
            return typeOf(note);
        }
        return command instanceof Command.CancelSeats
                ? Change.Type.RESERVATION_SEATS_REFUNDED
                : Change.Type.RESERVATION_CONFIRMED;
    }

    private static Change.Type typeOf(Command.NotePayment command) {
        return switch (command.news()) {
            case CAPTURED -> Change.Type.PAYMENT_CAPTURED;
            case RETURNED -> Change.Type.PAYMENT_RETURNED;
            case REFUNDED -> Change.Type.PAYMENT_REFUNDED;
            case DISPUTED -> Change.Type.PAYMENT_DISPUTED;
        };
    }

    /** Stores the replies. If there is only one, this detects that another transaction is using its key. */
    private void store(Tx tx, EventId event, Map<IdempotencyKey, Stored> replies, GroupCommit.Patience patience)
            throws SQLException {
        var isAlone = patience == GroupCommit.Patience.NONE && replies.size() == 1;
        if (isAlone) {
            tx.flush(); // so that a lock timeout below can only come from the key
        }
        keys.store(tx, event, replies);
        if (isAlone) {
            try {
                tx.flush();
            } catch (SQLException e) {
                if (DatabaseException.isLockTimeout(e)) {
                    throw new KeyInUse();
                }
                throw e;
            }
        }
    }

    /** Returns the receipt of an order whose key was used before, in an earlier transaction or earlier in this one. */
    private static Receipt repeat(
            Order.KeyUse use,
            Map<IdempotencyKey, Order> firsts,
            Map<IdempotencyKey, Stored> stored,
            Map<Order, Receipt> receipts) {
        var before = Optional.ofNullable(stored.get(use.key()));
        var first = firsts.get(use.key());
        var fingerprint = before.map(Stored::fingerprint)
                .orElseGet(() -> first.key().orElseThrow().fingerprint());
        if (!fingerprint.equals(use.fingerprint())) {
            return new Receipt.KeyReused();
        }
        if (before.isEmpty() && receipts.get(first) instanceof Receipt.Unfinished) {
            return new Receipt.KeyBusy();
        }
        if (before.isEmpty() && !(receipts.get(first) instanceof Receipt.Answered)) {
            return receipts.get(first); // nothing is stored under the key
        }
        return new Receipt.Replayed(
                before.map(Stored::reply).orElseGet(() -> ((Receipt.Answered) receipts.get(first)).reply()));
    }

    /** Carries out the orders that are waiting, then stops. */
    @Override
    public void close() {
        groupCommit.close();
    }
}
