package seatlock.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The resources that a node uses at a moment.
 *
 * @param memory proportional set size in megabytes, which counts a share of each shared page
 * @param threads number of threads
 * @param files number of open files, including sockets
 * @param connections number of connections to PostgreSQL
 */
record ResourceUsage(double memory, int threads, int files, int connections) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static ResourceUsage of(Node node) {
        var process = Path.of("/proc", String.valueOf(node.pid()));
        try (var files = Files.list(process.resolve("fd"))) {
            return new ResourceUsage(
                    field(process.resolve("smaps_rollup"), "Pss:") / 1024,
                    (int) field(process.resolve("status"), "Threads:"),
                    (int) files.count(),
                    (int) metric(node, "hikaricp_connections{"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the heap in use after a full garbage collection, in megabytes. */
    static double liveHeap(Node node) {
        Commands.run(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), node.pid() + "", "GC.run");
        return metric(node, "jvm_memory_used_bytes{area=\"heap\"") / (1 << 20);
    }

    /**
     * Reads a node's metrics.
     *
     * @param series prefix of the series to add up
     * @return their sum
     */
    static double metric(Node node, String series) {
        try {
            var request = HttpRequest.newBuilder(URI.create(node.address() + "/metrics"))
                    .build();
            return HTTP.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(series))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.0f MB, %d threads, %d files, %d connections", memory, threads, files, connections);
    }
}
