package seatlock.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.concurrent.Overload;
import seatlock.contract.ReportBodies.Sales;
import seatlock.contract.ReportOperations;
import seatlock.db.DatabaseException;
import seatlock.db.TransactionPool;
import seatlock.http.HttpProblem;
import seatlock.http.PartwiseResponse;
import seatlock.http.Problem;
import seatlock.reports.Export;
import seatlock.reports.Export.Page;
import seatlock.reports.SalesFigures;

/** The figures of a sale, and its tables as CSV files. */
final class ReportHandlers implements ReportOperations {

    /** Exports that a node sends at the same time, each with a page in memory. */
    static final int MAX_EXPORTS = 4;

    /** Queue for the pages of all exports, so that they leave threads to other requests. */
    private static final Object EXPORTS = "exports";

    /** A page is read again after a short failure of the database: a client cannot continue a file. */
    private static final int MAX_RETRIES = 10;

    private final Catalog catalog;
    private final TransactionPool reads;
    private final Executor later;
    private final Semaphore slots = new Semaphore(MAX_EXPORTS);

    /** @param continuations runs what waits for a retry */
    ReportHandlers(Catalog catalog, TransactionPool reads, Executor continuations) {
        this.catalog = catalog;
        this.reads = reads;
        this.later = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS, continuations);
    }

    @Override
    public void sales(Context ctx) {
        var id = Parameters.eventId(ctx);
        QueryResponse.send(ctx, reads, id, tx -> {
            var event = catalog.find(tx, id).orElseThrow(ReportHandlers::noSuchEvent);
            return Sales.of(event, SalesFigures.read(tx, event));
        });
    }

    @Override
    public void export(Context ctx) {
        var id = Parameters.eventId(ctx);
        var export = Export.of(ctx.pathParam("export"))
                .orElseThrow(() -> Problem.of(
                                HttpProblem.NOT_FOUND, "No such export: use reservations, tickets or check-ins.")
                        .refuse());
        if (!slots.tryAcquire()) {
            throw new Overload("This server is sending " + MAX_EXPORTS + " exports already.");
        }
        ctx.future(() -> {
            try {
                return start(ctx, id, export).whenComplete((sent, failure) -> slots.release());
            } catch (RuntimeException e) {
                slots.release();
                throw e;
            }
        });
    }

    private record First(Event event, Page page) {}

    private CompletableFuture<Void> start(Context ctx, EventId id, Export export) {
        return reads.submit(EXPORTS, tx -> {
                    var event = catalog.find(tx, id).orElseThrow(ReportHandlers::noSuchEvent);
                    return new First(event, export.page(tx, event, Optional.empty()));
                })
                .thenCompose(first -> {
                    ctx.status(200)
                            .contentType("text/csv;charset=utf-8")
                            .header(
                                    "Content-Disposition",
                                    "attachment; filename=\"" + export.wireName() + "-" + id + ".csv\"")
                            .header("Cache-Control", "no-store");
                    return ctx.method() == HandlerType.HEAD
                            ? CompletableFuture.completedFuture(null)
                            : PartwiseResponse.send(ctx, new Pages(export, first));
                });
    }

    /** Reads each page when the one before was sent. */
    private final class Pages implements Supplier<CompletableFuture<Optional<byte[]>>> {

        private final Export export;
        private final Event event;
        private Page next; // null if it has to be read after the last position
        private Optional<Export.Position> last;

        private Pages(Export export, First first) {
            this.export = export;
            this.event = first.event;
            this.next = first.page;
            this.last = first.page.last();
        }

        @Override
        public CompletableFuture<Optional<byte[]>> get() {
            if (next != null) {
                var bytes = next.bytes();
                next = null;
                return CompletableFuture.completedFuture(Optional.of(bytes));
            }
            if (last.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return read(MAX_RETRIES).thenApply(page -> {
                last = page.last();
                return Optional.of(page.bytes());
            });
        }

        private CompletableFuture<Page> read(int retries) {
            return CompletableFuture.completedFuture(null)
                    .thenCompose(start -> reads.submit(EXPORTS, tx -> export.page(tx, event, last)))
                    .exceptionallyCompose(failure -> {
                        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
                        return retries > 0 && (cause instanceof Overload || cause instanceof DatabaseException)
                                ? CompletableFuture.supplyAsync(() -> retries - 1, later)
                                        .thenCompose(this::read)
                                : CompletableFuture.failedFuture(cause);
                    });
        }
    }

    private static Problem.Refused noSuchEvent() {
        return Problem.of(HttpProblem.NOT_FOUND, "No such event.").refuse();
    }
}
