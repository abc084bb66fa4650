package seatlock.http;

/** The problems of any HTTP service. Those of the domain are in {@code api}. */
public enum HttpProblem implements ProblemType {
    MALFORMED_REQUEST(
            "malformed-request",
            400,
            "Malformed request",
            "See `detail`. A body must be valid JSON (RFC 8259) in UTF-8, without duplicate names."),
    INVALID_REQUEST(
            "invalid-request",
            422,
            "Invalid request",
            "Correct the fields and query parameters listed in `errors` and send the request again."),
    NOT_FOUND("not-found", 404, "Not found", "Check the path, the ids and the credentials."),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "Method not allowed", "Use one of the methods in the Allow header."),
    PRECONDITION_FAILED(
            "precondition-failed",
            412,
            "Precondition failed",
            "Read the current version, with its ETag, and decide again. Nothing was changed."),
    CONTENT_TOO_LARGE("content-too-large", 413, "Content too large", "Send a smaller body."),
    HEADER_TOO_LARGE("header-too-large", 431, "Header too large", "Send a shorter path and smaller header fields."),
    UNSUPPORTED_MEDIA_TYPE(
            "unsupported-media-type",
            415,
            "Unsupported media type",
            "Send Content-Type: application/json, and no Content-Encoding."),
    RATE_LIMITED("rate-limited", 429, "Too many requests", "Send the request again after Retry-After seconds."),
    OVERLOADED(
            "overloaded",
            503,
            "Service unavailable",
            "Nothing was done. Send the request again after Retry-After seconds."),
    OUTCOME_UNKNOWN(
            "outcome-unknown",
            503,
            "Outcome unknown",
            "The request may have taken effect. With an Idempotency-Key, send it again with the same key: it takes effect"
                    + " once. Without one, read the state before you send it again."),
    INTERNAL_ERROR("internal-error", 500, "Internal error", "Please report it with the request id (X-Request-Id).");

    private final Text text;

    HttpProblem(String slug, int status, String title, String advice) {
        this.text = new Text(slug, status, title, advice);
    }

    @Override
    public Text text() {
        return text;
    }

    @Override
    public boolean isTransient() {
        return this == OVERLOADED || this == OUTCOME_UNKNOWN;
    }
}
