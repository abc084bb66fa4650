package seatlock.http;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Removes from responses without a body the header fields that describe one. Javalin and Jetty add a type and a length to every
 * response. A cache copies the fields of a 304 into the response that it has stored, and would then serve JSON as text.
 */
final class BodilessResponses extends Handler.Wrapper {

    /** Fields that a cache needs to update a stored response (RFC 9110 section 15.4.5), and fields of the connection. */
    private static final Set<HttpHeader> KEPT_IN_304 = EnumSet.of(
            HttpHeader.CONTENT_LOCATION,
            HttpHeader.DATE,
            HttpHeader.ETAG,
            HttpHeader.VARY,
            HttpHeader.CACHE_CONTROL,
            HttpHeader.EXPIRES,
            HttpHeader.CONNECTION,
            HttpHeader.KEEP_ALIVE,
            HttpHeader.STRICT_TRANSPORT_SECURITY);

    private static final Set<HttpHeader> REMOVED_FROM_204 =
            EnumSet.of(HttpHeader.CONTENT_TYPE, HttpHeader.CONTENT_LENGTH, HttpHeader.CONTENT_ENCODING);

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        request.addHttpStreamWrapper(Stream::new);
        return super.handle(request, response, callback);
    }

    private static final class Stream extends HttpStream.Wrapper {

        private Stream(HttpStream wrapped) {
            super(wrapped);
        }

        @Override
        public void send(
                MetaData.Request request,
                MetaData.Response response,
                boolean last,
                ByteBuffer content,
                Callback callback) {
            super.send(request, response == null ? null : bodiless(response), last, content, callback);
        }

        private static MetaData.Response bodiless(MetaData.Response response) {
            // Without a length (-1): the HTTP parser of the client knows that a 304 and a 204 have no body.
            return switch (response.getStatus()) {
                case HttpStatus.NOT_MODIFIED_304 -> with(response, Stream::isKeptIn304, -1);
                case HttpStatus.NO_CONTENT_204 -> with(response, Stream::isKeptWithoutBody, -1);
                default ->
                    response.getContentLength() == 0
                            ? with(response, field -> field.getHeader() != HttpHeader.CONTENT_TYPE, 0)
                            : response;
            };
        }

        private static MetaData.Response with(MetaData.Response response, Predicate<HttpField> kept, long length) {
            var fields = HttpFields.build();
            response.getHttpFields().stream().filter(kept).forEach(fields::add);
            return new MetaData.Response(
                    response.getStatus(),
                    response.getReason(),
                    response.getHttpVersion(),
                    fields.asImmutable(),
                    length);
        }

        private static boolean isKeptWithoutBody(HttpField field) {
            return !REMOVED_FROM_204.contains(field.getHeader());
        }

        /** The request id and the limits belong to this response; a browser needs the fields of CORS to let a page read it. */
        private static boolean isKeptIn304(HttpField field) {
            var name = field.getName().toLowerCase(Locale.ROOT);
            return field.getHeader() != null && KEPT_IN_304.contains(field.getHeader())
                    || name.startsWith("access-control-")
                    || name.startsWith("ratelimit")
                    || name.equalsIgnoreCase(RequestId.HEADER);
        }
    }
}
