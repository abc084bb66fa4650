package seatlock.api;

import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.Event;
import seatlock.changes.Actor;
import seatlock.contract.PaymentBodies.CheckoutBody;
import seatlock.contract.PaymentBodies.CheckoutRequest;
import seatlock.contract.PaymentBodies.PaymentBody;
import seatlock.contract.PaymentBodies.RefundRequest;
import seatlock.contract.PaymentOperations;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.db.TransactionPool;
import seatlock.http.Exchange;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Reply;
import seatlock.http.RequestId;
import seatlock.http.Requests;
import seatlock.http.Validation;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.payments.Account;
import seatlock.payments.InvalidNotice;
import seatlock.payments.Notice;
import seatlock.payments.Payment;
import seatlock.payments.PaymentStore;
import seatlock.sales.Checkout;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;
import seatlock.sales.Payments;
import seatlock.sales.Refunds;

/** Pages where buyers pay, refunds, and what payment providers tell. */
final class PaymentHandlers implements PaymentOperations {

    private static final int MAX_REASON = 200;

    private static final Logger log = LoggerFactory.getLogger(PaymentHandlers.class);

    private final Optional<Payments> payments;
    private final Refunds refunds;
    private final InventoryReader inventory;
    private final TransactionPool reads;
    private final Access access;
    private final PaymentStore store = new PaymentStore();

    /** @param payments empty if the server has no provider */
    PaymentHandlers(
            Optional<Payments> payments,
            Checkout checkout,
            InventoryReader inventory,
            TransactionPool reads,
            Access access) {
        this.payments = payments;
        this.refunds = new Refunds(checkout, () -> payments.ifPresent(Payments::wake));
        this.inventory = inventory;
        this.reads = reads;
        this.access = access;
    }

    @Override
    public void checkout(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "checkout"));
        var body = Requests.body(ctx, CheckoutRequest.class);
        var validation = new Validation();
        validation.checkUrl(body.returnUrl(), "returnUrl");
        validation.finish();
        var exchange = Exchange.of(ctx);
        var actor = access.actor(ctx);
        var opening = new Payments.Opening(
                event,
                id,
                caller.isSeller() ? Optional.empty() : caller.token(),
                actor,
                new Order.KeyUse(key, Fingerprint.of("checkout " + event + " " + id, Json.write(body))),
                body.returnUrl(),
                new Replies(exchange.id(), actor));
        ctx.future(() -> caller.admit(reads, inventory, event, id)
                .thenCompose(admitted -> provider().open(opening))
                .thenAccept(receipt -> ReservationHandlers.respond(ctx, exchange, receipt)));
    }

    private Payments provider() {
        return payments.orElseThrow(() -> Problem.of(
                        HttpProblem.NOT_FOUND,
                        "This server has no payment provider: a seller confirms reservations that were paid.")
                .refuse());
    }

    private record Replies(RequestId request, Actor actor) implements Payments.Replies {

        @Override
        public byte[] opened(Event event, Payment payment) {
            var location = "/api/events/" + event.id() + "/reservations/" + payment.reservation();
            return new Reply(201, location, Json.write(CheckoutBody.of(payment))).toBytes();
        }

        @Override
        public byte[] nothingToPay(Event event, Reservation reservation) {
            return Problem.of(ApiProblem.NOTHING_TO_PAY, "The total of the reservation is 0: confirm it.")
                    .reply(request)
                    .toBytes();
        }

        @Override
        public byte[] refused(Event event, Outcome outcome) {
            return Refusals.problem(event, outcome, actor).reply(request).toBytes();
        }
    }

    @Override
    public void refund(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "refund"));
        var body = Requests.optionalBody(ctx, RefundRequest.class);
        validate(body);
        var actor = access.keyUsed(ctx);
        var request = new Refunds.Request(
                event,
                id,
                actor,
                new Order.KeyUse(key, Fingerprint.of("refund " + event + " " + id, Json.write(body))),
                Optional.ofNullable(body.seats()).map(Set::copyOf),
                Optional.ofNullable(body.amount()),
                !Boolean.FALSE.equals(body.cancel()),
                Boolean.TRUE.equals(body.force()),
                Optional.ofNullable(body.reason()));
        var exchange = Exchange.of(ctx);
        ctx.future(() -> refunds.refund(
                        request, (found, outcome, payment) -> reply(exchange.id(), found, outcome, payment, actor))
                .thenAccept(receipt -> ReservationHandlers.respond(ctx, exchange, receipt)));
    }

    private static void validate(RefundRequest body) {
        var validation = new Validation();
        if (body.seats() != null) {
            ReservationHandlers.checkSeats(body.seats(), validation);
        }
        validation.check(body.amount() == null || body.amount() >= 0, "amount", "must be 0 or more, in minor units");
        if (Boolean.FALSE.equals(body.cancel())) {
            validation.check(
                    body.amount() != null && body.amount() > 0,
                    "amount",
                    "must be 1 or more if no seats are cancelled, in minor units");
            validation.check(body.seats() == null, "seats", "must be absent if no seats are cancelled");
        }
        if (body.reason() != null) {
            validation.checkText(body.reason(), "reason", MAX_REASON);
        }
        validation.finish();
    }

    private static byte[] reply(
            RequestId request, Event event, Outcome outcome, Optional<Payment> payment, Actor actor) {
        if (!(outcome instanceof Outcome.OfReservation found)) {
            return Refusals.problem(event, outcome, actor).reply(request).toBytes();
        }
        var shown = payment.map(each -> PaymentBody.of(each, List.of()));
        var body = ReservationBody.of(
                event, found.reservation(), Optional.empty(), Optional.empty(), Optional.empty(), shown);
        return new Reply(200, null, Json.write(body)).toBytes();
    }

    @Override
    public void notice(Context ctx) {
        var provider = provider().provider();
        if (!ctx.pathParam("provider").equals(provider.name())) {
            throw Problem.of(HttpProblem.NOT_FOUND, "This is not the payment provider of this server.")
                    .refuse();
        }
        Optional<Notice> read;
        try {
            read = provider.read(Requests.bytes(ctx), ctx::header);
        } catch (InvalidNotice e) {
            throw Problem.of(ApiProblem.INVALID_NOTICE, e.getMessage()).refuse();
        }
        if (read.isEmpty()) {
            ctx.result("");
            return;
        }
        var notice = read.get();
        ctx.future(() -> find(provider.name(), notice)
                .thenCompose(account -> account.map(found -> provider().noticed(found, notice))
                        .orElseGet(() -> {
                            log.warn("Notice {} is about a payment that is not in the database", notice.id());
                            return CompletableFuture.completedFuture(null);
                        }))
                .thenAccept(done -> ctx.result("")));
    }

    private CompletableFuture<Optional<Account>> find(String provider, Notice notice) {
        if (notice.subject().isPresent()) {
            var subject = notice.subject().get();
            return reads.submit(subject.event(), tx -> store.findAccount(tx, subject.event(), subject.payment()));
        }
        return reads.submit(provider, tx -> {
            var found = store.findByReference(tx, provider, notice.reference().orElseThrow());
            return found.isEmpty()
                    ? Optional.empty()
                    : store.findAccount(tx, found.get(0).event(), found.get(0).id());
        });
    }
}
