package seatlock.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoader;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoaderFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import seatlock.limits.Limits;

/**
 * Takes in the content of requests. A request is not handed to a thread until it has arrived: who sends slowly, or never
 * ends, keeps none. Meanwhile it takes memory, so what is large waits for its turn elsewhere: what all large ones together
 * may have is a part of the heap. What is too large is refused here, and nothing of it is kept.
 */
final class Bodies implements ContentLoaderFactory {

    /** What an order has, many times over: always taken in. */
    private static final int SMALL_BYTES = 8_192;

    private static final long MAX_LARGE_BYTES = Runtime.getRuntime().maxMemory() / 8;

    /**
     * A client that sends first and listens then would not hear the answer if the connection were closed while it sends.
     * So what is refused is let run past, for so much and so long.
     */
    private static final int MAX_DRAINED_BYTES = 10_000_000;

    private static final Duration DRAINED_FOR = Duration.ofSeconds(2);

    private final Limits limits;
    private final AtomicLong large = new AtomicLong();
    private final AtomicInteger arriving = new AtomicInteger();

    Bodies(Limits limits) {
        this.limits = limits;
    }

    /** How many requests have begun to arrive and have not ended. */
    int arriving() {
        return arriving.get();
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
        var said = request.getLength(); // negative: it did not say
        var size = said < 0 ? max : said;
        var loader = new Loader(handler, request, response, callback, max, arriving);
        if (said > max) {
            loader.refuse(HttpStatus.PAYLOAD_TOO_LARGE_413);
        } else if (size > SMALL_BYTES) {
            if (large.addAndGet(size) > MAX_LARGE_BYTES) {
                large.addAndGet(-size);
                loader.refuse(HttpStatus.SERVICE_UNAVAILABLE_503);
            } else {
                Request.addCompletionListener(request, failure -> large.addAndGet(-size));
            }
        }
        return loader;
    }

    /** The only request that says much: it has a seat plan. */
    private static boolean isNewEvent(Request request) {
        return "POST".equals(request.getMethod())
                && "/api/events".equals(request.getHttpURI().getCanonicalPath());
    }

    /**
     * Copies what arrives, so that a client who sends byte by byte does not keep a network buffer for each; and hands the
     * request on, with all of it, or answers that it is refused.
     */
    private static final class Loader extends ContentLoader implements Invocable.Task {

        private final int max;
        private final AtomicInteger arriving;
        private final ByteArrayOutputStream content =
                new ByteArrayOutputStream(); // guarded by this, as all that follows
        private long arrived;
        private int refusal; // the status of the answer; 0: it is to be handed on
        private boolean isOver;

        Loader(
                Handler handler,
                Request request,
                Response response,
                Callback callback,
                int max,
                AtomicInteger arriving) {
            super(handler, request, response, callback);
            this.max = max;
            this.arriving = arriving;
            arriving.incrementAndGet();
        }

        @Override
        protected void load() {
            if (read()) {
                finish();
            }
        }

        /** More has arrived. On one of the threads that wait for nothing. */
        @Override
        public void run() {
            if (read()) {
                getRequest().getContext().execute(this::finish);
            }
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        /** From now on nothing is kept. */
        synchronized void refuse(int status) {
            refusal = status;
            content.reset();
            getRequest()
                    .getComponents()
                    .getScheduler()
                    .schedule(this::stopWaiting, DRAINED_FOR.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** Enough was let run past. */
        private void stopWaiting() {
            if (end()) {
                getRequest().getContext().execute(this::finish);
            }
        }

        private synchronized boolean end() {
            if (isOver) {
                return false;
            }
            isOver = true;
            return true;
        }

        /** @return whether there is no more to wait for, and nobody else has found that */
        private synchronized boolean read() {
            while (!isOver) {
                var chunk = getRequest().read();
                if (chunk == null) {
                    getRequest().demand(this);
                    return false;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    refusal = refusal == 0 ? HttpStatus.BAD_REQUEST_400 : refusal; // it broke off
                    return end();
                }
                take(chunk);
                if (chunk.isLast() || arrived > MAX_DRAINED_BYTES) {
                    return end();
                }
            }
            return false;
        }

        private void take(Content.Chunk chunk) {
            arrived += chunk.remaining();
            if (refusal == 0 && arrived > max) {
                refuse(HttpStatus.PAYLOAD_TOO_LARGE_413);
            }
            if (refusal == 0) {
                var bytes = new byte[chunk.remaining()];
                chunk.get(bytes, 0, bytes.length);
                content.writeBytes(bytes);
            }
            chunk.release();
        }

        private void finish() {
            arriving.decrementAndGet();
            if (refusal == 0) {
                handle(new Arrived(getRequest(), content.toByteArray()), getResponse(), getCallback());
            } else {
                Response.writeError(getRequest(), getResponse(), getCallback(), refusal);
            }
        }
    }

    /** A request whose content is here. */
    private static final class Arrived extends Request.Wrapper {

        private Content.Chunk next;

        Arrived(Request request, byte[] content) {
            super(request);
            this.next = Content.Chunk.from(ByteBuffer.wrap(content), true);
        }

        @Override
        public Content.Chunk read() {
            var chunk = next;
            next = Content.Chunk.next(chunk);
            return chunk;
        }

        @Override
        public void demand(Runnable demandCallback) {
            demandCallback.run(); // there is no waiting for it
        }
    }
}
