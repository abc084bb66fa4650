package seatlock.http;

/**
 * A type of problem. The slug is part of the contract: clients branch on it, so it never changes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, Problem Details for HTTP APIs</a>
 */
public interface ProblemType {

    /**
     * The properties that all problems of a type share.
     *
     * @param slug the name on the wire, such as {@code not-found}
     * @param status the HTTP status
     * @param title a short summary
     * @param advice advice to the client, as a sentence
     */
    record Text(String slug, int status, String title, String advice) {}

    Text text();

    default String slug() {
        return text().slug();
    }

    default int status() {
        return text().status();
    }

    default String title() {
        return text().title();
    }

    default String advice() {
        return text().advice();
    }

    /** Whether the same request may succeed a moment later. The response then has {@code Retry-After: 1}. */
    boolean isTransient();

    /** The {@code type} member: a reference, relative to the server, to a page that explains the type. */
    default String uri() {
        return "/problems/" + slug();
    }
}
