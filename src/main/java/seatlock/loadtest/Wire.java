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
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The connections to the server, all on a few threads; and the little JSON that is read of the answers. */
final class Wire implements AutoCloseable {

    /** The server gives a request ten seconds until its turn comes; beyond this it will not answer at all. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Of the machine's cores most are for the server: one thread waits for sockets, and one or two do what comes. */
    private static final int THREADS = 4;

    /** Opened at the same time: no more than a server that has just started can take. */
    private static final int CONNECTS_AT_ONCE = 256;

    /** By the names of its threads it is told how much CPU time they took. */
    static final String THREAD_NAME = "loadtest";

    private static final byte[] NONE = {};
    private static final HttpField GZIP = new PreEncodedHttpField(HttpHeader.ACCEPT_ENCODING, "gzip");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What is to be sent.
     *
     * @param body JSON, or {@code null} for a GET
     * @param idempotencyKey or {@code null}
     * @param have ETag of what the client has already, or {@code null}
     * @param keep whether the content of the answer is wanted, other than that of a refusal, which always is
     */
    record Call(URI uri, byte[] body, String idempotencyKey, String have, boolean keep) {

        static Call get(URI uri) {
            return new Call(uri, null, null, null, true);
        }

        static Call post(URI uri, byte[] body, String idempotencyKey) {
            return new Call(uri, body, idempotencyKey, null, true);
        }
    }

    /**
     * What came back.
     *
     * @param status 0 if there was no answer
     * @param length of the content, kept or not
     * @param failure why there was no answer, or {@code null}
     */
    record Answer(int status, byte[] body, long length, String etag, Throwable failure) {

        /** What became of the request: {@code 201}, {@code 409 seats-taken}, {@code no answer}. */
        String outcome() {
            if (failure != null) {
                return Report.NO_ANSWER;
            }
            if (status < 400) {
                return Integer.toString(status);
            }
            var type = Scan.text(body, "\"type\"");
            return type == null ? Integer.toString(status) : status + " " + type.substring(type.lastIndexOf('/') + 1);
        }

        /** The content as a tree: for what is read when nothing is measured. */
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
     * @param nodes requests go to them in turn
     * @param connections at most so many to each
     */
    Wire(List<URI> nodes, String key, int connections) {
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
            throw new IllegalStateException("The HTTP client does not start", e);
        }
        client.getContentDecoderFactories().clear(); // seat maps are counted, not unpacked
    }

    URI at(String path) {
        return nodes.get(0).resolve(path);
    }

    /** Opens connections beforehand, so that no request waits for one. */
    void connect(int count) {
        nodes.forEach(node -> connect(node, (count + nodes.size() - 1) / nodes.size()));
    }

    private void connect(URI node, int count) {
        var destination = client.resolveDestination(client.newRequest(node));
        for (int opened = 0; opened < count; opened += CONNECTS_AT_ONCE) {
            destination
                    .getConnectionPool()
                    .preCreateConnections(Math.min(CONNECTS_AT_ONCE, count - opened))
                    .join();
        }
    }

    /** @param done is told when there is an answer, or when it is sure that there will be none; must not block */
    void send(Call call, Consumer<Answer> done) {
        var request = client.newRequest(next(call.uri())).timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (call.body() != null) {
            request.method(HttpMethod.POST).body(new BytesRequestContent("application/json", call.body()));
        }
        request.headers(headers -> {
            headers.put(authorization);
            if (call.idempotencyKey() != null) {
                headers.put("Idempotency-Key", call.idempotencyKey());
            }
            if (!call.keep()) {
                headers.put(GZIP);
            }
            if (call.have() != null) {
                headers.put(HttpHeader.IF_NONE_MATCH, call.have());
            }
        });
        request.send(new Receiver(call.keep(), done));
    }

    /** Where the next request goes. */
    private URI next(URI uri) {
        if (nodes.size() == 1) {
            return uri;
        }
        var node = nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
        return node.resolve(uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery());
    }

    /** Sends and waits: for what is done when nothing is measured. */
    Answer ask(Call call) {
        var answer = new CompletableFuture<Answer>();
        send(call, answer::complete);
        return answer.join();
    }

    /** Collects one answer. */
    private static final class Receiver implements Response.Listener {

        private final boolean keep;
        private final Consumer<Answer> done;
        private byte[] body = NONE;
        private int length;

        Receiver(boolean keep, Consumer<Answer> done) {
            this.keep = keep;
            this.done = done;
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            var more = content.remaining();
            if (keep || response.getStatus() >= 400) {
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
                done.accept(new Answer(0, NONE, 0, null, result.getFailure()));
                return;
            }
            var response = result.getResponse();
            var kept = body.length > length ? Arrays.copyOf(body, length) : body;
            var etag = response.getHeaders().get(HttpHeader.ETAG);
            done.accept(new Answer(response.getStatus(), kept, length, etag, null));
        }
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The HTTP client does not stop", e);
        }
    }
}
