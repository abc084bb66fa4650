package seatlock.http;

import io.javalin.http.Context;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoader;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoaderFactory;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.util.Callback;
import seatlock.limits.Limits;

/**
 * Takes in the content of requests. A request is not handed to a thread until it has arrived: who sends slowly, or never
 * ends, keeps none. Meanwhile it takes memory, so what is large waits for its turn elsewhere: what all large ones together
 * may have is a part of the heap.
 */
final class Bodies implements ContentLoaderFactory {

    /** What an order has, many times over: always taken in. */
    private static final int SMALL_BYTES = 8_192;

    private static final long MAX_LARGE_BYTES = Runtime.getRuntime().maxMemory() / 8;

    private static final String MAX_BYTES = Bodies.class.getName();

    private final Limits limits;
    private final AtomicLong large = new AtomicLong();

    Bodies(Limits limits) {
        this.limits = limits;
    }

    /** How large the content of this request may be. */
    static int maxBytes(Context ctx) {
        Integer max = ctx.attribute(MAX_BYTES);
        return max == null ? 0 : max; // it said that it has none
    }

    @Override
    public String getApplicableMimeType() {
        return null; // any
    }

    @Override
    public ContentLoader newContentLoader(
            String contentType,
            String mimeType,
            Handler handler,
            Request request,
            Response response,
            Callback callback) {
        var max = isNewEvent(request) ? limits.seatPlanBytes() : limits.bodyBytes();
        request.setAttribute(MAX_BYTES, max);
        var said = request.getLength(); // negative: it did not say
        if (said > max) {
            return null; // refused without it
        }
        var size = said < 0 ? max : said;
        if (size > SMALL_BYTES) {
            if (large.addAndGet(size) > MAX_LARGE_BYTES) {
                large.addAndGet(-size);
                return new Refusal(handler, request, response, callback);
            }
            Request.addCompletionListener(request, failure -> large.addAndGet(-size));
        }
        return new RetainedContentLoaderFactory(size + 1, 0, false)
                .newContentLoader(contentType, mimeType, handler, request, response, callback);
    }

    /** The only request that says much: it has a seat plan. */
    private static boolean isNewEvent(Request request) {
        return "POST".equals(request.getMethod())
                && "/api/events".equals(request.getHttpURI().getCanonicalPath());
    }

    /** Loads nothing, and says so. */
    private static final class Refusal extends ContentLoader {

        Refusal(Handler handler, Request request, Response response, Callback callback) {
            super(handler, request, response, callback);
        }

        @Override
        protected void load() {
            Response.writeError(getRequest(), getResponse(), getCallback(), HttpStatus.SERVICE_UNAVAILABLE_503);
        }
    }
}
