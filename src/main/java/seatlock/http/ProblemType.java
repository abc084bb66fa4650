package seatlock.http;

/**
 * A type of problem. The slug is part of the contract: clients branch on it, so it never changes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, Problem Details for HTTP APIs</a>
 */
public interface ProblemType {

    /** The name on the wire, such as {@code not-found}. */
    String slug();

    /** The HTTP status. */
    int status();

    /** A short summary, the same for every problem of this type. */
    String title();

    /** Advice to the client, as a sentence. */
    String advice();

    /** Whether the same request may succeed a moment later. The response then has {@code Retry-After: 1}. */
    boolean isTransient();

    /** The {@code type} member: a reference, relative to the server, to a page that explains the type. */
    default String uri() {
        return "/problems/" + slug();
    }
}
