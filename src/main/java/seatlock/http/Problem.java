package seatlock.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A refusal as {@code application/problem+json} (RFC 9457).
 *
 * @param detail what happened this time, as a sentence for people
 * @param members further members of the JSON object, by name
 * @param retryAfter seconds after which a retry may succeed; empty if it cannot
 */
public record Problem(ProblemType type, String detail, Map<String, Object> members, Optional<Integer> retryAfter) {

    public static final String CONTENT_TYPE = "application/problem+json";

    /** @param field path of the field, such as {@code sections[0].price}, or a query parameter; empty for the whole body */
    public record FieldError(String field, String message) {}

    /** Creates a problem. A transient one may be retried after one second. */
    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, Map.of(), type.isTransient() ? Optional.of(1) : Optional.empty());
    }

    /** An {@code invalid-request} with all errors; the detail names the first. */
    public static Problem invalid(List<FieldError> errors) {
        var first = errors.get(0);
        var more = errors.size() - 1;
        var detail = (first.field().isEmpty() ? "The body " : first.field() + ": ")
                + first.message()
                + (more == 0 ? "" : " (" + more + (more == 1 ? " more error)" : " more errors)"));
        return of(HttpProblem.INVALID_REQUEST, detail).with("errors", errors);
    }

    /** An {@code invalid-request} with one error. */
    public static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    /** Returns the same problem with one more member. */
    public Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(type, detail, more, retryAfter);
    }

    /** Returns the same problem for a client that should retry after a time, which is rounded up to whole seconds. */
    public Problem retryAfter(Duration wait) {
        return new Problem(
                type, detail, members, Optional.of((int) wait.plusMillis(999).toSeconds()));
    }

    /** Returns the problem as JSON, with the id of the request in its {@code instance}. */
    public byte[] json(RequestId request) {
        var json = new LinkedHashMap<String, Object>();
        json.put("type", type.uri());
        json.put("title", type.title());
        json.put("status", type.status());
        json.put("detail", detail);
        json.put("instance", request.uri());
        json.putAll(members);
        return Json.write(json);
    }

    /** Returns the response with this problem to a request. */
    public Reply reply(RequestId request) {
        return new Reply(type.status(), null, json(request));
    }

    /** Returns an exception that ends the request with this problem. */
    public Refused refuse() {
        return new Refused(this);
    }

    /** Ends a request with a problem. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        private Refused(Problem problem) {
            super(problem.detail(), null, false, false); // expected, so no stack trace
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }
}
