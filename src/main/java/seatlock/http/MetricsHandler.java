package seatlock.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import seatlock.metrics.Metrics;

/** Serves the metrics to Prometheus. It never waits for the database. */
record MetricsHandler(Metrics metrics) implements Handler {

    @Override
    public void handle(Context ctx) {
        ctx.contentType(Metrics.CONTENT_TYPE).result(metrics.scrape());
    }
}
