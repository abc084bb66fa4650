package seatlock.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seatlock.idempotency.Reply;

/**
 * A refusal as it goes over the wire, {@code application/problem+json}. {@link ApiDocument} describes it.
 *
 * @param detail what happened this time, for a person to read
 * @param members what a client may want to know besides, by name
 * @param retryAfter seconds after which a client should try again, where trying again can help
 */
record Problem(ProblemType type, String detail, Map<String, Object> members, Optional<Integer> retryAfter) {

    static final String CONTENT_TYPE = "application/problem+json";

    /** @param field where, as in {@code sections[0].price}; empty for the whole */
    record FieldError(String field, String message) {}

    static Problem of(ProblemType type, String detail) {
        var retryAfter = switch (type) {
            case OVERLOADED, OUTCOME_UNKNOWN, IDEMPOTENCY_KEY_IN_USE, NOT_READY -> Optional.of(1);
            default -> Optional.<Integer>empty();
        };
        return new Problem(type, detail, Map.of(), retryAfter);
    }

    static Problem invalid(List<FieldError> errors) {
        var first = errors.get(0);
        var detail = (first.field().isEmpty() ? "" : first.field() + ": ")
                + first.message()
                + (errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : "");
        return of(ProblemType.INVALID_REQUEST, detail).with("errors", errors);
    }

    static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    /** The same with another member. */
    Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(type, detail, more, retryAfter);
    }

    /** The same for who should try again after so long, in whole seconds. */
    Problem retryAfter(Duration wait) {
        return new Problem(
                type, detail, members, Optional.of((int) wait.plusMillis(999).toSeconds()));
    }

    int status() {
        return type.status();
    }

    /** @param request the one that it answers */
    byte[] json(RequestId request) {
        var json = new LinkedHashMap<String, Object>();
        json.put("type", type.uri());
        json.put("title", type.title());
        json.put("status", type.status());
        json.put("detail", detail);
        json.put("instance", request.uri());
        json.putAll(members);
        return Json.write(json);
    }

    Reply reply(RequestId request) {
        return new Reply(status(), null, json(request));
    }

    /** Ends the request with this problem. */
    Refused refuse() {
        return new Refused(this);
    }

    /** Carries a problem from where the request is found wanting to where it is answered. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        private Refused(Problem problem) {
            super(problem.detail(), null, false, false); // an answer, not an accident: no stack trace
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}
