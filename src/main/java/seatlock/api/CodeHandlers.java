package seatlock.api;

import io.javalin.http.Context;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import seatlock.catalog.Catalog;
import seatlock.catalog.Code;
import seatlock.catalog.Codes;
import seatlock.catalog.EventId;
import seatlock.catalog.PriceList;
import seatlock.contract.CodeBodies.CodeBody;
import seatlock.contract.CodeBodies.CodeList;
import seatlock.contract.CodeBodies.CreatedCodes;
import seatlock.contract.CodeBodies.NewCodes;
import seatlock.contract.CodeOperations;
import seatlock.db.TransactionPool;
import seatlock.db.Tx;
import seatlock.http.Exchange;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Reply;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.sales.CodeCreation;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;

/** Codes: sellers create, list and switch them off. */
final class CodeHandlers implements CodeOperations {

    private static final int DEFAULT_CODES = 100;
    private static final int MAX_CODES = 1_000;

    private final Catalog catalog;
    private final Codes codes;
    private final CodeCreation creation;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    CodeHandlers(
            Catalog catalog,
            Codes codes,
            CodeCreation creation,
            TransactionPool reads,
            TransactionPool writes,
            Access access) {
        this.catalog = catalog;
        this.codes = codes;
        this.creation = creation;
        this.reads = reads;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void create(Context ctx) {
        var id = Parameters.eventId(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "create codes"));
        var body = Requests.body(ctx, NewCodes.class);
        var use = new Order.KeyUse(key, Fingerprint.of("create codes " + id, Json.write(body)));
        var exchange = Exchange.of(ctx);
        ctx.future(() -> writes.submit(
                        id,
                        tx -> creation.create(
                                tx,
                                id,
                                use,
                                (prices, now) -> read(tx, id, body, prices, now),
                                created -> reply(id, created)))
                .thenAccept(receipt -> ReservationHandlers.respond(ctx, exchange, receipt)));
    }

    private List<Code> read(Tx tx, EventId id, NewCodes body, PriceList prices, Instant now) throws SQLException {
        var read = new CodeReader(body, new Validation()).read(prices, now);
        var texts = read.stream().map(Code::code).collect(Collectors.toSet());
        if (!codes.find(tx, id, texts).isEmpty()) {
            throw Problem.invalid("code", "is another code of the event").refuse();
        }
        return read;
    }

    private static byte[] reply(EventId id, List<Code> created) {
        var bodies = created.stream()
                .map(code -> CodeBody.of(
                        new Codes.Counted(code, code.limit().isPresent() ? OptionalLong.of(0) : OptionalLong.empty())))
                .toList();
        return new Reply(201, "/api/events/" + id + "/codes", Json.write(new CreatedCodes(bodies))).toBytes();
    }

    @Override
    public void list(Context ctx) {
        var id = Parameters.eventId(ctx);
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_CODES, DEFAULT_CODES);
        var after = Parameters.after(ctx).orElse(null);
        QueryResponse.send(ctx, reads, id, tx -> {
            EventHandlers.require(catalog.current(tx, id));
            var found = codes.list(tx, id, after, limit + 1); // one more shows whether there is another page
            var page = found.subList(0, Math.min(limit, found.size()));
            var next = found.size() > limit ? page.get(limit - 1).code().id() : null;
            return new CodeList(page.stream().map(CodeBody::of).toList(), next);
        });
    }

    @Override
    public void switchOff(Context ctx) {
        var id = Parameters.eventId(ctx);
        var code = Parameters.codeId(ctx);
        Requests.requireNoBody(ctx);
        ctx.future(() -> writes.submit(id, tx -> {
                    if (!codes.switchOff(tx, id, code)) {
                        throw Problem.of(HttpProblem.NOT_FOUND, "No such code.").refuse();
                    }
                    return Json.write(CodeBody.of(codes.get(tx, id, code).orElseThrow()));
                })
                .thenAccept(body -> Responses.json(ctx, 200, body)));
    }
}
