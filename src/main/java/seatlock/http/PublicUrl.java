package seatlock.http;

import io.javalin.config.Key;
import io.javalin.http.Context;
import java.util.regex.Pattern;

/**
 * The URL by which clients reach the API, if it is not the root of a host: a proxy that serves {@code https://tickets.example/box}
 * removes {@code /box} before it passes a request on, so that the server itself cannot know it. Links then begin with this URL.
 *
 * @param base without a slash at the end; empty if none is set, so that links are paths on the host that the client asked
 */
public record PublicUrl(String base) {

    /** For a server whose clients see the paths that it serves. */
    public static final PublicUrl NONE = new PublicUrl("");

    static final Key<PublicUrl> KEY = new Key<>(PublicUrl.class.getName());

    /** The characters of the path need no escaping, neither in a URL nor in a page. */
    private static final Pattern FORM =
            Pattern.compile("(?<origin>https?://(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?)"
                    + "(?<path>(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*)/?");

    /**
     * Parses a URL with or without a path.
     *
     * @throws IllegalArgumentException if it is none, or has a login, a query, a fragment, or a path with other characters than
     *     letters, digits and {@code . _ ~ -}
     */
    public static PublicUrl parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an HTTP URL");
        }
        return new PublicUrl(matcher.group("origin") + matcher.group("path"));
    }

    /** Returns the one of the server that got a request. */
    public static PublicUrl of(Context ctx) {
        return ctx.appData(KEY);
    }

    /** Returns the link to a path of this server: a URL, or the path itself if no public URL is set. */
    public String link(String path) {
        return base + path;
    }

    /** Returns the path of the URL, without a slash at the end: empty, or such as {@code /box}. */
    public String path() {
        return base.replaceFirst("^[a-z]+://[^/]+", "");
    }
}
