package seatlock.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import seatlock.metrics.Metrics;

/** The figures, for Prometheus. Nobody waits for the database in it. */
record MetricsHandler(Metrics metrics) implements Handler {

    @Override
    public void handle(Context ctx) {
        ctx.contentType(Metrics.CONTENT_TYPE).result(metrics.scrape());
    }
}
