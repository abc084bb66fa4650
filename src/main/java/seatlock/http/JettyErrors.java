package seatlock.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what never gets as far as Javalin, such as a request line that is not HTTP, in the form of all problems. */
final class JettyErrors extends ErrorHandler {

    /** Jetty itself would explain only to GET, POST and HEAD. */
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        var problem = switch (code) {
            case 404 -> Problem.of(ProblemType.NOT_FOUND, "There is nothing at this path.");
            case 413 -> Problem.of(ProblemType.CONTENT_TOO_LARGE, "The content is too large.");
            case 414, 431 -> Problem.of(ProblemType.HEADER_TOO_LARGE, "The request line and the header are too large.");
            case 503 -> Problem.of(ProblemType.OVERLOADED, "Too many large requests at once.");
            default ->
                code < 500 || code == 505 // an HTTP version that does not exist
                        ? Problem.of(ProblemType.MALFORMED_REQUEST, "The request is not HTTP as it should be.")
                        : Problem.of(ProblemType.INTERNAL_ERROR, "It was noted in the log.");
        };
        var visit = Visit.of(request);
        visit.refused(problem.type());
        response.setStatus(problem.status());
        SecurityHeaders.ALWAYS.forEach(response.getHeaders()::put);
        // After what it could not parse Jetty closes the connection, and would not say so: the next request would be
        // lost.
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .put(RequestId.HEADER, visit.id().value());
        problem.retryAfter().ifPresent(seconds -> response.getHeaders().put(HttpHeader.RETRY_AFTER, seconds));
        response.write(true, ByteBuffer.wrap(problem.json(visit.id())), callback);
    }
}
