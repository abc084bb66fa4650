package seatlock.bench;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.http.staticfiles.Location;

/** A Javalin server that serves only static files; the benchmark compares the seat map with it. */
final class StaticFileServer {

    private StaticFileServer() {}

    /** @param args the directory to serve */
    public static void main(String[] args) {
        var javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.http.compressionStrategy = CompressionStrategy.NONE; // the file is already compressed
            config.staticFiles.add(args[0], Location.EXTERNAL);
        });
        javalin.start(0);
        System.out.println("PORT=" + javalin.port() + " Ready.");
    }
}
