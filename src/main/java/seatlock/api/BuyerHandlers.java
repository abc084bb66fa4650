package seatlock.api;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.contract.BuyerOperations;
import seatlock.contract.PaymentBodies.PaymentBody;
import seatlock.contract.ReservationBodies.CorrectionBody;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.contract.ReservationBodies.ReservationList;
import seatlock.db.TransactionPool;
import seatlock.db.Tx;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.inventory.Correction;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reference;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationSearch;
import seatlock.inventory.ReservationStatus;
import seatlock.jobs.Jobs;
import seatlock.jobs.MailState;
import seatlock.payments.Payment;
import seatlock.payments.PaymentStore;
import seatlock.sales.Corrections;
import seatlock.text.PrintableText;
import seatlock.text.Words;

/** Serves support calls: finds reservations by the buyer's address or name, and corrects them. */
final class BuyerHandlers implements BuyerOperations {

    private static final int DEFAULT_RESERVATIONS = 100;
    private static final int MAX_RESERVATIONS = 1_000;
    private static final int MAX_EMAIL = 254;
    private static final int MAX_NAME = 200;

    /** Eight characters, and as many spaces and dashes as people put between them. */
    private static final int MAX_REFERENCE = 30;

    /** Start of the path of a holder's name in a correction; the label of the seat follows. */
    private static final String HOLDERS = "holders.";

    /** Queue for searches in all events. */
    private static final String ALL_RESERVATIONS = "reservations";

    private final Catalog catalog;
    private final InventoryReader inventory;
    private final ReservationSearch search = new ReservationSearch();
    private final Jobs jobs = new Jobs();
    private final PaymentStore payments = new PaymentStore();
    private final Corrections corrections;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    BuyerHandlers(
            Catalog catalog,
            InventoryReader inventory,
            Corrections corrections,
            TransactionPool reads,
            TransactionPool writes,
            Access access) {
        this.catalog = catalog;
        this.inventory = inventory;
        this.corrections = corrections;
        this.reads = reads;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void find(Context ctx) {
        var event = Parameters.eventId(ctx);
        var filter = filter(ctx);
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_RESERVATIONS, DEFAULT_RESERVATIONS);
        var after = Parameters.after(ctx).map(ReservationId::new);
        QueryResponse.send(ctx, reads, event, tx -> {
            catalog.find(tx, event)
                    .orElseThrow(() ->
                            Problem.of(HttpProblem.NOT_FOUND, "No such event.").refuse());
            return list(tx, search.find(tx, event, filter, after, limit));
        });
    }

    private static ReservationSearch.Filter filter(Context ctx) {
        var validation = new Validation();
        var email = text(ctx, "email", MAX_EMAIL, validation);
        var words = text(ctx, "name", MAX_NAME, validation).map(Words::of);
        words.ifPresent(found -> validation.check(!found.isEmpty(), "name", "must have a letter or a digit"));
        var typed = text(ctx, "reference", MAX_REFERENCE, validation);
        var reference = typed.flatMap(Reference::parse);
        validation.check(
                reference.isPresent() == typed.isPresent(), "reference", "must be eight characters, such as 7K2M-PX4D");
        var status = Optional.ofNullable(ctx.queryParam("status"));
        var known = status.flatMap(ReservationStatus::find);
        validation.check(
                known.isPresent() == status.isPresent(),
                "status",
                "must be one of " + List.of(ReservationStatus.values()));
        validation.finish();
        return new ReservationSearch.Filter(email, words.orElse(Set.of()), reference, known);
    }

    /** Returns a text of the query; empty if it is absent or invalid, which adds an error. */
    private static Optional<String> text(Context ctx, String parameter, int maxLength, Validation validation) {
        return Optional.ofNullable(ctx.queryParam(parameter))
                .filter(text -> validation.check(
                                PrintableText.isPrintable(text),
                                parameter,
                                "must not contain control characters or invalid Unicode")
                        && validation.checkReference(text, parameter, maxLength));
    }

    @Override
    public void findOfAddress(Context ctx) {
        var validation = new Validation();
        validation.check(ctx.queryParam("email") != null, "email", "is required");
        var email = text(ctx, "email", MAX_EMAIL, validation);
        validation.finish();
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_RESERVATIONS, DEFAULT_RESERVATIONS);
        var after = Parameters.after(ctx).map(ReservationId::new);
        var events = access.eventsOfKey(ctx);
        QueryResponse.send(
                ctx,
                reads,
                ALL_RESERVATIONS,
                tx -> list(tx, search.findByEmail(tx, email.orElseThrow(), events, after, limit)));
    }

    private ReservationList list(Tx tx, ReservationSearch.Page page) throws SQLException {
        var events = new HashMap<EventId, Event>();
        var mails = new HashMap<ReservationId, MailState>();
        var paid = new HashMap<ReservationId, Payment>();
        var byEvent = page.found().stream()
                .collect(groupingBy(
                        ReservationSearch.Found::event,
                        mapping(found -> found.reservation().id(), toList())));
        for (var entry : byEvent.entrySet()) {
            events.put(entry.getKey(), catalog.find(tx, entry.getKey()).orElseThrow());
            mails.putAll(jobs.mails(tx, entry.getKey(), entry.getValue()));
            paid.putAll(payments.findOfReservations(tx, entry.getKey(), entry.getValue()));
        }
        var bodies = new ArrayList<ReservationBody>();
        for (var found : page.found()) {
            var reservation = found.reservation();
            var mail = Optional.of(mails.get(reservation.id()));
            var payment = Optional.ofNullable(paid.get(reservation.id())).map(each -> PaymentBody.of(each, List.of()));
            bodies.add(ReservationBody.of(
                    events.get(found.event()), reservation, Optional.empty(), Optional.empty(), mail, payment));
        }
        return new ReservationList(bodies, page.next().map(ReservationId::value).orElse(null));
    }

    @Override
    public void correct(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        var correction = correction(Requests.body(ctx, CorrectionBody.class));
        var actor = access.actor(ctx);
        ctx.future(() -> writes.submit(event, tx -> {
                    caller.require(tx, inventory, event, id);
                    if (!caller.isSeller() && correction.email().isPresent()) {
                        throw Problem.of(ApiProblem.FORBIDDEN, "Only the seller can change the e-mail address.")
                                .refuse();
                    }
                    var corrected = require(corrections.correct(tx, event, id, correction, actor));
                    var mail = caller.isSeller()
                            ? Optional.of(jobs.mails(tx, event, List.of(id)).get(id))
                            : Optional.<MailState>empty();
                    return Json.write(ReservationBody.of(
                            catalog.find(tx, event).orElseThrow(), corrected, Optional.empty(), mail));
                })
                .thenAccept(body -> Responses.json(ctx, 200, body)));
    }

    static Reservation require(Corrections.Result result) {
        if (result instanceof Corrections.Result.Corrected corrected) {
            return corrected.reservation();
        } else if (result instanceof Corrections.Result.Ended ended) {
            var status = ended.reservation().status();
            throw Problem.of(ApiProblem.RESERVATION_NOT_PENDING, "The reservation is " + status + ".")
                    .with("reservationStatus", status)
                    .refuse();
        } else if (result instanceof Corrections.Result.UnknownSeats unknown) {
            throw Problem.of(ApiProblem.UNKNOWN_SEATS, "The reservation has no such seat. Nothing was changed.")
                    .with("seats", unknown.labels())
                    .refuse();
        } else if (result instanceof Corrections.Result.Transferred transferred) {
            var validation = new Validation();
            transferred
                    .labels()
                    .forEach(label -> validation.add(
                            HOLDERS + label, "cannot be changed: the ticket was transferred to another person"));
            validation.finish();
        } else if (result instanceof Corrections.Result.Erased) {
            throw TicketHandlers.erased();
        } else if (result instanceof Corrections.Result.NotFound) {
            throw Access.noSuchReservation();
        }
        throw new IllegalArgumentException("No response for " + result); // SealedTypesTest covers all
    }

    private static Correction correction(CorrectionBody body) {
        var validation = new Validation();
        Optional<String> email = Optional.empty();
        if (body.email() != null && body.email().isNull()) {
            validation.add("email", "is required");
        } else if (body.email() != null) {
            email = field(body.email(), "email", validation);
            email.ifPresent(address -> validation.checkEmail(address, "email"));
        }
        var name = optional(body.name(), "name", validation, text -> BuyerFields.checkName(text, "name", validation));
        var language = optional(
                body.language(),
                "language",
                validation,
                text -> BuyerFields.checkLanguage(text, "language", validation));
        var holders = holders(body.holders(), validation);
        validation.finish();
        return new Correction(email, name, language, holders);
    }

    /** Returns a field that may be absent, and may be null to remove the value. */
    private static Optional<Optional<String>> optional(
            JsonNode node, String field, Validation validation, Consumer<String> check) {
        if (node == null) {
            return Optional.empty();
        }
        var text = field(node, field, validation);
        text.ifPresent(check);
        return Optional.of(text);
    }

    private static Optional<String> field(JsonNode node, String field, Validation validation) {
        validation.check(node.isTextual() || node.isNull(), field, "has the wrong type or is out of range");
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }

    private static Map<String, Optional<String>> holders(JsonNode node, Validation validation) {
        var holders = new HashMap<String, Optional<String>>();
        if (node != null && validation.check(node.isObject(), "holders", "must be a JSON object")) {
            node.properties().forEach(entry -> {
                var field = HOLDERS + PrintableText.orQuestionMark(entry.getKey());
                var name = field(entry.getValue(), field, validation);
                name.ifPresent(text -> BuyerFields.checkName(text, field, validation));
                validation.check(
                        PrintableText.isPrintable(entry.getKey()),
                        field,
                        "must not contain control characters or invalid Unicode");
                holders.put(entry.getKey(), name);
            });
        }
        return holders;
    }
}
