package seatlock.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Optional;
import seatlock.idempotency.Reply;

/**
 * A refusal as it goes over the wire, {@code application/problem+json}. {@link ApiDocument} describes it.
 *
 * @param seats the seats in question, by label; {@code null} where the problem is not about seats
 * @param errors what is wrong with which field; {@code null} unless the request is not valid
 * @param reservationStatus what the reservation is instead; {@code null} where it is not about that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"type", "title", "status", "detail"})
record Problem(
        String type,

        String title,

        int status,

        String detail,

        List<String> seats,

        List<FieldError> errors,

        String reservationStatus) {

    static final String CONTENT_TYPE = "application/problem+json";

    /** @param field where, as in {@code sections[0].price}; empty for the whole */
    record FieldError(String field, String message) {}

    static Problem of(ProblemType type, String detail) {
        return new Problem(type.uri(), type.title(), type.status(), detail, null, null, null);
    }

    static Problem invalid(List<FieldError> errors) {
        var type = ProblemType.INVALID_REQUEST;
        var first = errors.get(0);
        var detail = (first.field().isEmpty() ? "" : first.field() + ": ")
                + first.message()
                + (errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : "");
        return new Problem(type.uri(), type.title(), type.status(), detail, null, errors, null);
    }

    static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    Problem withSeats(List<String> labels) {
        return new Problem(type, title, status, detail, labels, errors, reservationStatus);
    }

    Problem withReservationStatus(String instead) {
        return new Problem(type, title, status, detail, seats, errors, instead);
    }

    /** Seconds after which a client should try again, where trying again can help. */
    Optional<Integer> retryAfter() {
        return status == 503 || type.equals(ProblemType.IDEMPOTENCY_KEY_IN_USE.uri())
                ? Optional.of(1)
                : Optional.empty();
    }

    Reply reply() {
        return new Reply(status, null, Json.write(this));
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
