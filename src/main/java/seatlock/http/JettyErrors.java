package seatlock.http;

import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import seatlock.limits.RateLimiter;

/**
 * Responds with a problem to requests that never reach Javalin, such as one with an invalid request line. Each counts against its
 * client's limit, so that nobody can send more requests by making them invalid.
 */
final class JettyErrors extends ErrorHandler {

    private final Predicate<Request> admits;

    /** @param admits see {@link Listener.Setup} */
    JettyErrors(Predicate<Request> admits) {
        this.admits = admits;
    }

    /** By default Jetty sends a body to GET, POST and HEAD only. */
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        var problem = problem(code);
        if (problem.type().status() < 500 && !admits.test(request)) {
            if (cause instanceof HttpException) {
                // It was not valid HTTP, so a response would be wasted on it. This closes the connection.
                callback.failed(new QuietException.Exception("Too many requests"));
                return;
            }
            problem = Problem.of(HttpProblem.RATE_LIMITED, "An address may not send so many requests.")
                    .retryAfter(RateLimiter.WINDOW);
        }
        var exchange = Exchange.of(request);
        exchange.refused(problem.type());
        response.setStatus(problem.type().status());
        SecurityHeaders.ALWAYS.forEach(response.getHeaders()::put);
        // Jetty closes the connection after a request that it could not parse. Without this field, the client would
        // not know, and its next request would be lost.
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .put(RequestId.HEADER, exchange.id().value());
        if (code == 415) {
            response.getHeaders().put(HttpHeader.ACCEPT_ENCODING, "identity"); // RFC 9110 section 15.5.16
        }
        problem.retryAfter().ifPresent(seconds -> response.getHeaders().put(HttpHeader.RETRY_AFTER, seconds));
        response.write(true, ByteBuffer.wrap(problem.json(exchange.id())), callback);
    }

    private static Problem problem(int code) {
        return switch (code) {
            case 404 -> Problem.of(HttpProblem.NOT_FOUND, "No such endpoint.");
            case 413 -> Problem.of(HttpProblem.CONTENT_TOO_LARGE, "The body is too large.");
            case 414, 431 ->
                Problem.of(HttpProblem.HEADER_TOO_LARGE, "The request line and header fields are too large.");
            case 415 ->
                Problem.of(
                        HttpProblem.UNSUPPORTED_MEDIA_TYPE,
                        "The body must not be compressed: send it without Content-Encoding.");
            case 503 -> Problem.of(HttpProblem.OVERLOADED, "Too many large requests are being received.");
            default ->
                code < 500 || code == 505 // unknown HTTP version
                        ? Problem.of(HttpProblem.MALFORMED_REQUEST, "The request is not valid HTTP.")
                        : Problem.of(HttpProblem.INTERNAL_ERROR, "The error was logged.");
        };
    }
}
