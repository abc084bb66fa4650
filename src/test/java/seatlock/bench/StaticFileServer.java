package seatlock.bench;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.http.staticfiles.Location;

/** A server of the same make that serves one file, and nothing else: what a seat map is compared with. */
final class StaticFile {

    private StaticFile() {}

    /** @param args the directory */
    public static void main(String[] args) {
        var javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.http.compressionStrategy = CompressionStrategy.NONE; // the file is compressed already
            config.staticFiles.add(args[0], Location.EXTERNAL);
        });
        javalin.start(0);
        System.out.println("PORT=" + javalin.port() + " Ready.");
    }
}
