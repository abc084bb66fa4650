package seatlock.loadtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The HTTP connections to the server, shared by all simulated clients and served by a few threads. */
final class ServerConnections implements AutoCloseable {

    /** A server queues a request for at most ten seconds; after this time no response will come. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Leaves most cores to the server: one thread waits for sockets, one or two process responses. */
    private static final int THREADS = 4;

    /** Connections opened at the same time: no more than a newly started server can accept. */
    private static final int CONNECTS_AT_ONCE = 256;

    /** Prefix of the names of all threads of the load test; their CPU time is measured by it. */
    static final String THREAD_NAME = "loadtest";

    private static final byte[] NONE = {};
    private static final HttpField GZIP = new PreEncodedHttpField(HttpHeader.ACCEPT_ENCODING, "gzip");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A request to send.
     *
     * @param body JSON, or {@code null} for a GET
     * @param idempotencyKey value of the Idempotency-Key header, or {@code null}
     * @param knownEtag ETag of the copy that the client has, or {@code null}
     * @param keepBody whether to keep the body of a successful response; an error body is always kept
     */
    record Request(URI uri, byte[] body, String idempotencyKey, String knownEtag, boolean keepBody) {

        static Request get(URI uri) {
            return new Request(uri, null, null, null, true);
        }

        static Request post(URI uri, byte[] body, String idempotencyKey) {
            return new Request(uri, body, idempotencyKey, null, true);
        }
    }

    /**
     * A response, or the failure that took its place.
     *
     * @param status 0 if there was no response
     * @param length of the body in bytes, whether or not it was kept
     * @param failure why there was no response, or {@code null}
     */
    record Response(int status, byte[] body, long length, String etag, Throwable failure) {

        /** Names the result of the request: {@code 201}, {@code 409 seats-taken} or {@code no response}. */
        String outcome() {
            if (failure != null) {
                return Report.NO_RESPONSE;
            }
            if (status < 400) {
                return Integer.toString(status);
            }
            var type = JsonScanner.findText(body, "\"type\"");
            return type == null ? Integer.toString(status) : status + " " + type.substring(type.lastIndexOf('/') + 1);
        }

        /** Parses the body into a tree. Slow, so it is used only while nothing is measured. */
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final List<URI> nodes;
    private final AtomicInteger turn = new AtomicInteger();
    private final HttpField authorization;
    private final HttpClient client;

    /**
     * Starts the HTTP client. {@link #open} opens the connections.
     *
     * @param nodes base URLs; requests are sent to them in turn
     * @param key API key sent with every request
     * @param connections maximum number of connections to each node
     */
    ServerConnections(List<URI> nodes, String key, int connections) {
        this.nodes = nodes;
        this.authorization = new PreEncodedHttpField(HttpHeader.AUTHORIZATION, "Bearer " + key);
        var threads = new QueuedThreadPool(THREADS, 1);
        threads.setName(THREAD_NAME);
        threads.setDaemon(true);
        client = new HttpClient(new HttpClientTransportOverHTTP(1));
        client.setExecutor(threads);
        client.setMaxConnectionsPerDestination(connections);
        client.setMaxRequestsQueuedPerDestination(2 * connections + 16);
        client.setFollowRedirects(false);
        client.setUserAgentField(new PreEncodedHttpField(HttpHeader.USER_AGENT, "seatlock-loadtest"));
        client.setConnectTimeout(TIMEOUT.toMillis());
        client.setIdleTimeout(2 * TIMEOUT.toMillis());
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot start the HTTP client", e);
        }
        client.getContentDecoderFactories().clear(); // the size of a seat map is counted as sent, compressed
    }

    /** Returns the URL of a path on the first node. */
    URI uri(String path) {
        return nodes.get(0).resolve(path);
    }

    /** Opens connections in advance, so that no request has to wait for one. */
    void open(int count) {
        nodes.forEach(node -> open(node, (count + nodes.size() - 1) / nodes.size()));
    }

    private void open(URI node, int count) {
        var destination = client.resolveDestination(client.newRequest(node));
        for (int opened = 0; opened < count; opened += CONNECTS_AT_ONCE) {
            destination
                    .getConnectionPool()
                    .preCreateConnections(Math.min(CONNECTS_AT_ONCE, count - opened))
                    .join();
        }
    }

    /** @param done called with the response or the failure; must not block */
    void send(Request request, Consumer<Response> done) {
        var sent = client.newRequest(next(request.uri())).timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (request.body() != null) {
            sent.method(HttpMethod.POST).body(new BytesRequestContent("application/json", request.body()));
        }
        sent.headers(headers -> {
            headers.put(authorization);
            if (request.idempotencyKey() != null) {
                headers.put("Idempotency-Key", request.idempotencyKey());
            }
            if (!request.keepBody()) {
                headers.put(GZIP);
            }
            if (request.knownEtag() != null) {
                headers.put(HttpHeader.IF_NONE_MATCH, request.knownEtag());
            }
        });
        sent.send(new Receiver(request.keepBody(), done));
    }

    /** Moves a URL to the node whose turn it is. */
    private URI next(URI uri) {
        if (nodes.size() == 1) {
            return uri;
        }
        var node = nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
        return node.resolve(uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery());
    }

    /** Sends a request and waits for the response. Used only while nothing is measured. */
    Response sendAndWait(Request request) {
        var response = new CompletableFuture<Response>();
        send(request, response::complete);
        return response.join();
    }

    /** Collects one response. */
    private static final class Receiver implements org.eclipse.jetty.client.Response.Listener {

        private final boolean keepBody;
        private final Consumer<Response> done;
        private byte[] body = NONE;
        private int length;

        Receiver(boolean keepBody, Consumer<Response> done) {
            this.keepBody = keepBody;
            this.done = done;
        }

        @Override
        public void onContent(org.eclipse.jetty.client.Response response, ByteBuffer content) {
            var more = content.remaining();
            if (keepBody || response.getStatus() >= 400) {
                if (length + more > body.length) {
                    var announced = response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
                    body = Arrays.copyOf(body, (int) Math.max(announced, length == 0 ? more : 2L * (length + more)));
                }
                content.get(body, length, more);
            } else {
                content.position(content.limit());
            }
            length += more;
        }

        @Override
        public void onComplete(Result result) {
            if (result.isFailed()) {
                done.accept(new Response(0, NONE, 0, null, result.getFailure()));
                return;
            }
            var response = result.getResponse();
            var kept = body.length > length ? Arrays.copyOf(body, length) : body;
            var etag = response.getHeaders().get(HttpHeader.ETAG);
            done.accept(new Response(response.getStatus(), kept, length, etag, null));
        }
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot stop the HTTP client", e);
        }
    }
}
