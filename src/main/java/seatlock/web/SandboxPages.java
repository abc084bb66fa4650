package seatlock.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import seatlock.db.TransactionPool;
import seatlock.http.HttpProblem;
import seatlock.http.Pages;
import seatlock.http.Problem;
import seatlock.http.ProblemType;
import seatlock.http.PublicUrl;
import seatlock.http.Requests;
import seatlock.payments.PaymentId;
import seatlock.payments.sandbox.SandboxProvider;
import seatlock.payments.sandbox.SandboxProvider.Action;
import seatlock.payments.sandbox.SandboxProvider.View;

/**
 * The page of the sandbox, where a buyer pretends to pay: {@code /sandbox/{paymentId}}. Its buttons post to
 * {@code /sandbox/{paymentId}/{action}}, and so may programs. Query parameters are ignored, as by other pages.
 */
public final class SandboxPages implements Pages {

    private static final Map<String, Action> ACTIONS = Map.of(
            "pay", Action.PAY,
            "decline", Action.DECLINE,
            "close", Action.CLOSE,
            "pay-late", Action.PAY_LATE,
            "pay-twice", Action.PAY_TWICE);

    private static final String PAGE = "/sandbox/{paymentId}";

    /** The page after the bank has declined. */
    private static final String DECLINED = "/declined";

    private final SandboxProvider sandbox;
    private final TransactionPool transactions;

    /** @param transactions whose threads wait for the books of the sandbox */
    public SandboxPages(SandboxProvider sandbox, TransactionPool transactions) {
        this.sandbox = sandbox;
        this.transactions = transactions;
    }

    @Override
    public void addRoutes(RoutesConfig routes, RouteRole anyone) {
        Pages.add(routes, PAGE, ctx -> show(ctx, false), anyone);
        Pages.add(routes, PAGE + DECLINED, ctx -> show(ctx, true), anyone);
        routes.addHttpHandler(HandlerType.POST, PAGE + "/{action}", this::act, anyone);
    }

    private void show(Context ctx, boolean isDeclined) {
        var payment = payment(ctx);
        var path = PublicUrl.of(ctx).path() + path(payment);
        ctx.future(() -> submit(() -> view(payment))
                .thenAccept(view -> ctx.header("Content-Security-Policy", SandboxPage.CONTENT_SECURITY_POLICY)
                        .contentType("text/html; charset=utf-8")
                        .result(SandboxPage.html(view, path, isDeclined))));
    }

    /** Programs get 204, or 409 if the page is not open any more; people are sent on. */
    private void act(Context ctx) {
        var payment = payment(ctx);
        var action = Optional.ofNullable(ACTIONS.get(ctx.pathParam("action"))).orElseThrow(SandboxPages::notFound);
        ctx.future(() -> submit(() -> {
                    var isDone = sandbox.act(payment, action).orElseThrow(SandboxPages::notFound);
                    return new Result(isDone, view(payment).returnUrl());
                })
                .thenAccept(result -> {
                    if (Requests.isFromPerson(ctx)) {
                        ctx.header("Location", result.next(ctx, payment, action))
                                .status(303);
                    } else if (result.isDone) {
                        ctx.status(204);
                    } else {
                        throw Problem.of(Closed.PAGE, "The page is closed, or was paid already.")
                                .refuse();
                    }
                }));
    }

    /** It has no page that explains it, because it is no problem of the API. */
    private enum Closed implements ProblemType {
        PAGE;

        @Override
        public Text text() {
            return new Text("conflict", 409, "Conflict", "Look at the page.");
        }

        @Override
        public boolean isTransient() {
            return false;
        }

        @Override
        public String uri() {
            return "about:blank";
        }
    }

    private record Result(boolean isDone, String returnUrl) {

        /** Returns where a browser goes: to the shop, or back to the page, which says why. */
        String next(Context ctx, PaymentId payment, Action action) {
            var page = PublicUrl.of(ctx).link(path(payment));
            if (!isDone) {
                return page;
            }
            return action == Action.DECLINE
                    ? page + DECLINED
                    : URI.create(returnUrl).toASCIIString();
        }
    }

    private <T> CompletableFuture<T> submit(Supplier<T> work) {
        return transactions.compute(SandboxProvider.NAME, database -> work.get());
    }

    private View view(PaymentId payment) {
        return sandbox.view(payment).orElseThrow(SandboxPages::notFound);
    }

    private static String path(PaymentId payment) {
        return "/sandbox/" + payment;
    }

    private static PaymentId payment(Context ctx) {
        return new PaymentId(Requests.uuid(ctx.pathParam("paymentId")).orElseThrow(SandboxPages::notFound));
    }

    private static Problem.Refused notFound() {
        return Problem.of(HttpProblem.NOT_FOUND, "No such payment.").refuse();
    }
}
