package seatlock.http;

import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Gives each request the one spelling of its path before anything looks at it, so that limits, routes, access rules and metrics
 * cannot judge the same request by different paths. Percent-encoding of ordinary characters is decoded and dot segments are
 * resolved (RFC 3986 section 6.2.2); a slash at the end is removed. Jetty has already refused what is ambiguous, such as an
 * encoded slash or an empty segment. Path parameters are refused, since no path has any.
 */
final class CanonicalPath extends Handler.Wrapper {

    /** All characters that the paths of Seatlock have. A path with others matches no route in any spelling. */
    private static final Pattern PLAIN = Pattern.compile("/[A-Za-z0-9/._~-]*");

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        var uri = request.getHttpURI();
        if (uri.getPath() != null && uri.getPath().indexOf(';') >= 0) {
            Response.writeError(request, response, callback, HttpStatus.BAD_REQUEST_400);
            return true;
        }
        var path = of(uri);
        return super.handle(
                path.equals(uri.getPath())
                        ? request
                        : Request.serveAs(request, HttpURI.build(uri).path(path)),
                response,
                callback);
    }

    private static String of(HttpURI uri) {
        var path = uri.getCanonicalPath();
        if (path == null || !PLAIN.matcher(path).matches()) {
            return String.valueOf(uri.getPath());
        }
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
