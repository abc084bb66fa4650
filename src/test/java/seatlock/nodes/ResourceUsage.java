package seatlock.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a node has of the machine at a moment.
 *
 * @param memory proportional set size, in megabytes: what is shared is counted in parts
 * @param threads of the process
 * @param files it has open, sockets included
 * @param connections it has to PostgreSQL
 */
record Vitals(double memory, int threads, int files, int connections) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static Vitals of(Node node) {
        var process = Path.of("/proc", String.valueOf(node.pid()));
        try (var files = Files.list(process.resolve("fd"))) {
            return new Vitals(
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

    /** What lives on the heap of a node, in megabytes: what is left after a full collection. */
    static double liveHeap(Node node) {
        Commands.run(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), node.pid() + "", "GC.run");
        return metric(node, "jvm_memory_used_bytes{area=\"heap\"") / (1 << 20);
    }

    /** The sum of the series of a node's metrics whose names begin so. */
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
        return "%.0f MB, %d threads, %d files, %d connections".formatted(memory, threads, files, connections);
    }
}
