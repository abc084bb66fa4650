package seatlock.nodes;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/**
 * A reverse proxy as an operator would place in front of several nodes. It polls their readiness and sends requests to ready
 * nodes in turn. It tries another node only if a connection was refused, so that nothing was sent. Every other failure
 * becomes a 502, since only the client knows whether it may repeat the request.
 *
 * <p>Jetty's own proxy streams requests, so it cannot send them to a second node.
 */
final class Balancer implements AutoCloseable {

    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    private static final Duration POLL_TIMEOUT = Duration.ofSeconds(1);

    /** Longer than a node takes for any request. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Shorter than the 30 s after which a node closes idle connections, or a new request could meet the close. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private static final Duration CLIENT_IDLE = Duration.ofMinutes(30);

    private static final int MAX_RESPONSE_BYTES = 8 << 20;

    /** Headers of a single connection, which are set anew for the next one. */
    private static final Set<String> HOP_BY_HOP =
            Set.of("host", "connection", "keep-alive", "transfer-encoding", "content-length");

    private static final class Backend {
        private final URI address;
        private volatile boolean ready;

        private Backend(URI address) {
            this.address = address;
        }
    }

    private final List<Backend> backends;
    private final AtomicInteger turn = new AtomicInteger();
    private final HttpClient client = new HttpClient();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final ScheduledExecutorService poller = Executors.newSingleThreadScheduledExecutor();

    Balancer(List<URI> nodes) {
        backends = nodes.stream().map(Backend::new).toList();
        client.setMaxConnectionsPerDestination(256);
        client.setIdleTimeout(IDLE.toMillis());
        client.setFollowRedirects(false);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setIdleTimeout(CLIENT_IDLE.toMillis());
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Content.Source.asByteBuffer(
                        request,
                        Promise.from(
                                body -> pass(request, body, response, callback, new ArrayList<>()), callback::failed));
                return true;
            }
        });
        try {
            client.start();
            client.getContentDecoderFactories().clear(); // pass compressed bodies on as they are
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        poller.scheduleWithFixedDelay(this::poll, 0, POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Polls all nodes at the same time, so that a hanging node does not delay the others. */
    private void poll() {
        backends.forEach(backend -> new CompletableResponseListener(
                        client.newRequest(backend.address.resolve("/readyz"))
                                .timeout(POLL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS))
                .send()
                .whenComplete((received, failure) -> backend.ready = failure == null && received.getStatus() == 200));
    }

    /** @param refused nodes that have refused this request's connection */
    private void pass(Request request, ByteBuffer body, Response response, Callback callback, List<Backend> refused) {
        var backend = next(refused);
        if (backend == null) {
            respond(response, callback, 503);
            return;
        }
        var passed = client.newRequest(
                        backend.address.resolve(request.getHttpURI().getPathQuery()))
                .method(request.getMethod())
                .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .idleTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) // waiting for a response is not idleness
                .headers(headers -> {
                    headers.clear();
                    request.getHeaders().stream().filter(Balancer::isPassedOn).forEach(headers::add);
                });
        if (body.hasRemaining()) {
            var bytes = new byte[body.remaining()];
            body.duplicate().get(bytes);
            passed.body(new BytesRequestContent(request.getHeaders().get(HttpHeader.CONTENT_TYPE), bytes));
        }
        new CompletableResponseListener(passed, MAX_RESPONSE_BYTES).send().whenComplete((received, failure) -> {
            if (failure == null) {
                respond(response, callback, received);
            } else if (isRefused(failure)) {
                backend.ready = false;
                refused.add(backend);
                pass(request, body, response, callback, refused);
            } else {
                respond(response, callback, 502);
            }
        });
    }

    private Backend next(List<Backend> refused) {
        var ready = backends.stream()
                .filter(backend -> backend.ready && !refused.contains(backend))
                .toList();
        return ready.isEmpty() ? null : ready.get(Math.floorMod(turn.getAndIncrement(), ready.size()));
    }

    private static boolean isPassedOn(HttpField field) {
        return !HOP_BY_HOP.contains(field.getLowerCaseName());
    }

    private static boolean isRefused(Throwable failure) {
        var reason = failure instanceof CompletionException ? failure.getCause() : failure;
        return reason instanceof ConnectException;
    }

    private static void respond(Response response, Callback callback, ContentResponse received) {
        response.setStatus(received.getStatus());
        received.getHeaders().stream()
                .filter(Balancer::isPassedOn)
                .forEach(field -> response.getHeaders().add(field));
        response.write(true, ByteBuffer.wrap(received.getContent()), callback);
    }

    private static void respond(Response response, Callback callback, int status) {
        response.setStatus(status);
        response.write(true, ByteBuffer.allocate(0), callback);
    }

    /** Returns whether exactly this number of nodes get requests. */
    boolean reaches(int nodes) {
        return backends.stream().filter(backend -> backend.ready).count() == nodes;
    }

    boolean reaches(URI... nodes) {
        return Arrays.stream(nodes)
                .allMatch(node -> backends.stream().anyMatch(each -> each.address.equals(node) && each.ready));
    }

    String url() {
        return "http://127.0.0.1:" + connector.getLocalPort();
    }

    @Override
    public void close() {
        poller.shutdownNow();
        try {
            server.stop();
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
