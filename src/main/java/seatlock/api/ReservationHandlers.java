package seatlock.api;

import io.javalin.http.Context;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.contract.NewReservationBodies.NewReservation;
import seatlock.contract.PaymentBodies.PaymentBody;
import seatlock.contract.ReservationBodies.Cancellation;
import seatlock.contract.ReservationBodies.Confirmation;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.contract.ReservationOperations;
import seatlock.db.Ids;
import seatlock.db.TransactionPool;
import seatlock.db.Tx;
import seatlock.http.Exchange;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Reply;
import seatlock.http.RequestId;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.inventory.Basket;
import seatlock.inventory.Command;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationToken;
import seatlock.jobs.Jobs;
import seatlock.jobs.MailState;
import seatlock.payments.PaymentStore;
import seatlock.payments.RefundStore;
import seatlock.sales.Checkout;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;
import seatlock.sales.Payments;
import seatlock.sales.Receipt;

/** Reservations. Each handler parses a request and submits an order to the {@link Checkout}. */
final class ReservationHandlers implements ReservationOperations {

    private static final int MAX_PAYMENT_REFERENCE = 255;
    private static final int MAX_CUSTOMER = 100;
    private static final Set<String> IF_LAPSED = Set.of(Confirmation.REFUSE, Confirmation.REACQUIRE);

    private final TransactionPool reads;
    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Checkout checkout;
    private final Access access;
    private final BuyerQuotas quotas;
    private final Optional<Throttle> throttle;
    private final Optional<Payments> provider;
    private final Jobs jobs = new Jobs();
    private final PaymentStore payments = new PaymentStore();
    private final RefundStore refunds = new RefundStore();

    /**
     * @param throttle limits guesses of codes; empty if nothing is limited
     * @param provider empty if the server has no payment provider
     */
    ReservationHandlers(
            TransactionPool reads,
            Catalog catalog,
            InventoryReader inventory,
            Checkout checkout,
            Access access,
            BuyerQuotas quotas,
            Optional<Throttle> throttle,
            Optional<Payments> provider) {
        this.reads = reads;
        this.catalog = catalog;
        this.inventory = inventory;
        this.checkout = checkout;
        this.access = access;
        this.quotas = quotas;
        this.throttle = throttle;
        this.provider = provider;
    }

    @Override
    public void reserve(Context ctx) {
        var event = Parameters.eventId(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "reserve"));
        var body = Requests.body(ctx, NewReservation.class);
        var basket = read(body);
        requireSeller(ctx, body);
        var use = new Order.KeyUse(key, Fingerprint.of("reserve " + event, Json.write(body)));
        var token = ReservationToken.random();
        var id = new ReservationId(Ids.next());
        var command = new Command.Reserve(
                id,
                basket,
                buyer(body, token),
                quotas.of(ctx, buyer(body, token)),
                access.caller(ctx).isSeller());
        var exchange = Exchange.of(ctx);
        var order = order(ctx, event, Optional.of(use), command, new Success(201, Optional.of(token)));
        var guesses = body.code() == null || order.actor().isKey() ? Optional.<Throttle>empty() : throttle;
        guesses.ifPresent(limit -> limit.checkCodeGuess(ctx));
        ctx.future(() -> checkout.submit(order).thenAccept(receipt -> {
            if (receipt instanceof Receipt.Answered answered && answered.outcome() instanceof Outcome.CodeInvalid) {
                guesses.ifPresent(limit -> limit.countCodeGuess(ctx));
            }
            respond(ctx, exchange, receipt);
        }));
    }

    private static Basket read(NewReservation body) {
        var validation = new Validation();
        var basket = new BasketReader(body, validation);
        basket.check();
        validation.checkEmail(body.email(), "email");
        if (body.name() != null) {
            BuyerFields.checkName(body.name(), "name", validation);
        }
        if (body.language() != null) {
            BuyerFields.checkLanguage(body.language(), "language", validation);
        }
        if (body.allocation() != null) {
            validation.checkReference(body.allocation(), "allocation", AllocationHandlers.MAX_NAME);
        }
        if (body.customer() != null) {
            validation.checkText(body.customer(), "customer", MAX_CUSTOMER);
        }
        validation.finish();
        return basket.read();
    }

    /** Only a seller knows which customer a buyer is, and for whom seats are withheld: the buyer has a code that opens them. */
    private void requireSeller(Context ctx, NewReservation body) {
        var isForSellers = body.customer() != null || body.allocation() != null && body.code() == null;
        if (isForSellers && !access.caller(ctx).isSeller()) {
            throw Problem.of(
                            ApiProblem.FORBIDDEN,
                            "Only the seller can name a customer, or an allocation without an access code.")
                    .refuse();
        }
    }

    private static Reservation.Buyer buyer(NewReservation body, ReservationToken token) {
        return new Reservation.Buyer(
                body.email(),
                Optional.ofNullable(body.name()),
                Optional.ofNullable(body.language()),
                Optional.ofNullable(body.customer()),
                token.hash());
    }

    @Override
    public void get(Context ctx) {
        var eventId = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        QueryResponse.send(ctx, reads, eventId, tx -> {
            // First, so that nobody sees a payment that has confirmed the reservation, and the reservation as it was
            // before.
            var payment = payment(tx, eventId, id, caller.isSeller());
            var found = caller.read(tx, inventory, eventId, id);
            var mail = caller.isSeller()
                    ? Optional.of(jobs.mails(tx, eventId, List.of(id)).get(id))
                    : Optional.<MailState>empty();
            var event = catalog.find(tx, eventId).orElseThrow();
            return ReservationBody.of(event, found, Optional.empty(), Optional.empty(), mail, payment);
        });
    }

    private Optional<PaymentBody> payment(Tx tx, EventId event, ReservationId id, boolean forSeller)
            throws SQLException {
        var found = payments.findOfReservation(tx, event, id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(PaymentBody.of(found.get(), forSeller ? refunds.of(tx, found.get()) : null));
    }

    @Override
    public void confirm(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.confirmer(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "confirm"));
        var body = Requests.bodyIfAny(ctx, Confirmation.class);
        if (!caller.isSeller() && (body.hasPayment() || body.ifLapsed() != null)) {
            access.requireSeller(ctx);
        }
        validate(body);
        var use = new Order.KeyUse(key, Fingerprint.of("confirm " + event + " " + id, Json.write(body)));
        var payment = body.hasPayment()
                ? new Reservation.Payment(body.paymentReference(), body.amount())
                : Reservation.Payment.NONE;
        var success = new Success(200, Optional.empty());
        if (!caller.isSeller()) {
            var order = order(ctx, event, Optional.of(use), new Command.Confirm(id, payment), success);
            submitAsHolder(ctx, order, id, caller);
            return;
        }
        var exchange = Exchange.of(ctx);
        ctx.future(() -> (Confirmation.REACQUIRE.equals(body.ifLapsed())
                        ? successor(ctx, event, id)
                        : CompletableFuture.completedFuture(Optional.<Command.Successor>empty()))
                .thenCompose(successor -> {
                    var command = new Command.Confirm(id, payment, successor);
                    var order = order(ctx, event, Optional.of(use), command, success);
                    return checkout.submit(provider.map(each -> order.followedBy(each.closing(id)))
                            .orElse(order));
                })
                .thenAccept(receipt -> {
                    provider.ifPresent(Payments::wake);
                    respond(ctx, exchange, receipt);
                }));
    }

    /** Returns the reservation to confirm if this one has lapsed. It must respect the quotas of the buyer, whom this one names. */
    private CompletableFuture<Optional<Command.Successor>> successor(Context ctx, EventId event, ReservationId id) {
        return reads.submit(event, tx -> inventory.find(tx, event, id)).thenApply(found -> {
            var limits = found.map(reservation -> quotas.of(ctx, reservation.buyer()))
                    .orElse(List.of());
            return Optional.of(new Command.Successor(new ReservationId(Ids.next()), limits));
        });
    }

    private static void validate(Confirmation body) {
        var validation = new Validation();
        if (body.hasPayment()) {
            validation.checkText(body.paymentReference(), "paymentReference", MAX_PAYMENT_REFERENCE);
            validation.check(
                    body.amount() != null && body.amount() >= 0, "amount", "must be 0 or more, in minor units");
        }
        validation.check(
                body.ifLapsed() == null || IF_LAPSED.contains(body.ifLapsed()),
                "ifLapsed",
                "must be REFUSE or REACQUIRE");
        validation.finish();
    }

    @Override
    public void cancel(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var body = Requests.optionalBody(ctx, Cancellation.class);
        validate(body);
        var force = Boolean.TRUE.equals(body.force());
        var caller = access.holder(ctx);
        var success = new Success(200, Optional.empty());
        if (caller.isSeller()) {
            var command = body.seats() == null
                    ? new Command.Cancel(id, new Command.Canceller.Seller(force))
                    : new Command.CancelSeats(id, Set.copyOf(body.seats()), force);
            submit(ctx, event, Optional.empty(), command, success);
            return;
        }
        if (body.seats() != null) {
            refuseSeats(ctx, event, id, caller);
            return;
        }
        var command = new Command.Cancel(
                id, new Command.Canceller.Holder(caller.token().orElseThrow()));
        submitAsHolder(ctx, order(ctx, event, Optional.empty(), command, success), id, caller);
    }

    private static void validate(Cancellation body) {
        if (body.seats() == null) {
            return;
        }
        var validation = new Validation();
        checkSeats(body.seats(), validation);
        validation.finish();
    }

    /** Checks the labels of seats of a reservation. */
    static void checkSeats(List<String> seats, Validation validation) {
        validation.check(
                !seats.isEmpty() && seats.size() <= Event.MAX_SEATS_PER_RESERVATION,
                "seats",
                "must have from 1 to " + Event.MAX_SEATS_PER_RESERVATION + " labels");
        var checked = Math.min(seats.size(), Event.MAX_SEATS_PER_RESERVATION);
        validation.checkReferences(seats.subList(0, checked), "seats", BasketReader.MAX_LABEL);
    }

    /** Refuses the cancellation of some seats by the holder of a reservation. */
    private void refuseSeats(Context ctx, EventId event, ReservationId id, Access.Caller caller) {
        ctx.future(() -> caller.admit(reads, inventory, event, id).thenAccept(admitted -> {
            throw Problem.of(ApiProblem.FORBIDDEN, "Only the seller can cancel some of the seats.")
                    .refuse();
        }));
    }

    @Override
    public void extend(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "extend"));
        Requests.requireNoBody(ctx);
        var use = new Order.KeyUse(key, Fingerprint.of("extend " + event + " " + id, new byte[0]));
        var success = new Success(200, Optional.empty());
        if (caller.isSeller()) {
            submit(ctx, event, Optional.of(use), new Command.Extend(id, Optional.empty()), success);
            return;
        }
        var command = new Command.Extend(id, caller.token());
        submitAsHolder(ctx, order(ctx, event, Optional.of(use), command, success), id, caller);
    }

    /** Submits an order of the holder, after checking the token. */
    private void submitAsHolder(Context ctx, Order order, ReservationId id, Access.Caller caller) {
        ctx.future(() -> caller.admit(reads, inventory, order.event(), id)
                .thenCompose(admitted -> checkout.submit(order))
                .thenAccept(receipt -> respond(ctx, Exchange.of(ctx), receipt)));
    }

    /**
     * The response to a successful order.
     *
     * @param token for the client that created the reservation; empty for other orders
     */
    private record Success(int status, Optional<ReservationToken> token) {

        Reply reply(Event event, Outcome.Done done) {
            var id = done.reservation().id();
            var location = status == 201 ? "/api/events/" + event.id() + "/reservations/" + id : null;
            var body = ReservationBody.of(event, done.reservation(), token, done.together(), Optional.empty());
            return new Reply(status, location, Json.write(body));
        }
    }

    private void submit(Context ctx, EventId event, Optional<Order.KeyUse> key, Command command, Success success) {
        var exchange = Exchange.of(ctx);
        var order = order(ctx, event, key, command, success);
        ctx.future(() -> checkout.submit(order).thenAccept(receipt -> respond(ctx, exchange, receipt)));
    }

    private Order order(Context ctx, EventId event, Optional<Order.KeyUse> key, Command command, Success success) {
        var request = Exchange.of(ctx).id();
        var actor = access.actor(ctx);
        return new Order(
                event, actor, key, command, (found, outcome) -> reply(request, found, outcome, actor, success));
    }

    /** Writes the reply that is stored under the key. */
    private static byte[] reply(RequestId request, Event event, Outcome outcome, Actor actor, Success success) {
        var reply = outcome instanceof Outcome.Done done
                ? success.reply(event, done)
                : Refusals.problem(event, outcome, actor).reply(request);
        return reply.toBytes();
    }

    static void respond(Context ctx, Exchange exchange, Receipt receipt) {
        if (receipt instanceof Receipt.Answered answered) {
            if (answered.outcome().isRefused()) {
                exchange.refused(
                        Refusals.problem(answered.event(), answered.outcome()).type());
            }
            Responses.write(ctx, Reply.of(answered.reply()));
        } else if (receipt instanceof Receipt.Done done) {
            Responses.write(ctx, Reply.of(done.reply()));
        } else if (receipt instanceof Receipt.Replayed replayed) {
            exchange.replayed();
            ctx.header("Idempotency-Replayed", "true");
            Responses.write(ctx, Reply.of(replayed.reply()));
        } else if (receipt instanceof Receipt.NotNow refused) {
            throw Refusals.problem(refused.event(), refused.outcome()).refuse();
        } else if (receipt instanceof Receipt.KeyBusy) {
            throw Problem.of(
                            ApiProblem.IDEMPOTENCY_KEY_IN_USE,
                            "The first request with this Idempotency-Key is still running.")
                    .refuse();
        } else if (receipt instanceof Receipt.Unfinished) {
            throw new IllegalStateException("The request has another step");
        } else if (receipt instanceof Receipt.KeyReused) {
            throw Problem.of(
                            ApiProblem.IDEMPOTENCY_KEY_REUSED,
                            "This Idempotency-Key was already used for a different request.")
                    .refuse();
        } else if (receipt instanceof Receipt.UnknownEvent) {
            throw Problem.of(HttpProblem.NOT_FOUND, "No such event.").refuse();
        } else {
            throw new IllegalArgumentException("No response for " + receipt); // SealedTypesTest covers all
        }
    }
}
