package seatlock.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoader;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoaderFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Reads the bodies of requests. A request is given to a thread when its body is complete, so a client that sends slowly or
 * never finishes occupies no thread. Bodies take memory while they arrive, so all large ones together may use only a part of the
 * heap. A body that is too large is refused here, and none of it is kept.
 */
final class BodyLoader implements ContentLoaderFactory {

    /** Bodies up to this size are always accepted. */
    private static final int SMALL_BYTES = 8_192;

    private static final long MAX_LARGE_BYTES = Runtime.getRuntime().maxMemory() / 8;

    /**
     * A client that sends its whole body before it reads would not see the response if the connection were closed early. So a
     * refused body is read and discarded, up to this size and time.
     */
    private static final int MAX_DRAINED_BYTES = 10_000_000;

    private static final Duration DRAINED_FOR = Duration.ofSeconds(2);

    private final int maxBytes;
    private final Map<Pattern, Integer> maxBytesOfPost;
    private final AtomicLong largeBytes = new AtomicLong();
    private final AtomicInteger incomplete = new AtomicInteger();

    /**
     * @param maxBytes the largest body
     * @param maxBytesOfPost the largest body of a POST, by path, where it differs
     */
    BodyLoader(int maxBytes, Map<Pattern, Integer> maxBytesOfPost) {
        this.maxBytes = maxBytes;
        this.maxBytesOfPost = maxBytesOfPost;
    }

    /** Returns the number of requests whose body has started to arrive and is not complete. */
    int incomplete() {
        return incomplete.get();
    }

    @Override
    public String getApplicableMimeType() {
        return null; // all types
    }

    @Override
    public ContentLoader newContentLoader(
            String contentType,
            String mimeType,
            Handler handler,
            Request request,
            Response response,
            Callback callback) {
        var max = maxBytes(request);
        var announced = request.getLength(); // negative if the request has no Content-Length
        var size = announced < 0 ? max : announced;
        var loader = new Loader(handler, request, response, callback, max, incomplete);
        if (!isDecodable(request, HttpHeader.TRANSFER_ENCODING, "chunked")) {
            loader.refuse(HttpStatus.BAD_REQUEST_400);
        } else if (!isDecodable(request, HttpHeader.CONTENT_ENCODING, "identity")) {
            loader.refuse(HttpStatus.UNSUPPORTED_MEDIA_TYPE_415);
        } else if (announced > max) {
            loader.refuse(HttpStatus.PAYLOAD_TOO_LARGE_413);
        } else if (size > SMALL_BYTES) {
            if (largeBytes.addAndGet(size) > MAX_LARGE_BYTES) {
                largeBytes.addAndGet(-size);
                loader.refuse(HttpStatus.SERVICE_UNAVAILABLE_503);
            } else {
                Request.addCompletionListener(request, failure -> largeBytes.addAndGet(-size));
            }
        }
        return loader;
    }

    /** Returns whether all codings in a header field are the one that needs no decoding here, or there are none. */
    private static boolean isDecodable(Request request, HttpHeader field, String coding) {
        return request.getHeaders().getValuesList(field).stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::strip)
                .allMatch(name -> name.isEmpty() || name.equalsIgnoreCase(coding));
    }

    private int maxBytes(Request request) {
        var path = String.valueOf(request.getHttpURI().getCanonicalPath());
        return maxBytesOfPost.entrySet().stream()
                .filter(entry -> "POST".equals(request.getMethod())
                        && entry.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(maxBytes);
    }

    /**
     * Copies the body as it arrives, so that a client that sends byte by byte does not occupy a network buffer for each byte.
     * Then passes the complete request on or refuses it.
     */
    private static final class Loader extends ContentLoader implements Invocable.Task {

        private final int max;
        private final AtomicInteger incomplete;
        private final ByteArrayOutputStream content =
                new ByteArrayOutputStream(); // this field and those below are guarded by this
        private long arrived;
        private int refusal; // the status of the response; 0: accepted
        private boolean hasEnded;

        Loader(
                Handler handler,
                Request request,
                Response response,
                Callback callback,
                int max,
                AtomicInteger incomplete) {
            super(handler, request, response, callback);
            this.max = max;
            this.incomplete = incomplete;
            incomplete.incrementAndGet();
        }

        @Override
        protected void load() {
            if (read()) {
                finish();
            }
        }

        /** Reads more of the body when it arrives. Runs on a thread that must not block. */
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

        /** Refuses the request with a status and discards the rest of its body. */
        synchronized void refuse(int status) {
            refusal = status;
            content.reset();
            getRequest()
                    .getComponents()
                    .getScheduler()
                    .schedule(this::stopDraining, DRAINED_FOR.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** Stops discarding a refused body. */
        private void stopDraining() {
            if (end()) {
                getRequest().getContext().execute(this::finish);
            }
        }

        private synchronized boolean end() {
            if (hasEnded) {
                return false;
            }
            hasEnded = true;
            return true;
        }

        /** @return whether this call has ended the body; {@code true} on one thread only */
        private synchronized boolean read() {
            while (!hasEnded) {
                var chunk = getRequest().read();
                if (chunk == null) {
                    getRequest().demand(this);
                    return false;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    refusal = refusal == 0 ? HttpStatus.BAD_REQUEST_400 : refusal; // the client disconnected
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
            incomplete.decrementAndGet();
            if (refusal == 0) {
                handle(new CompleteRequest(getRequest(), content.toByteArray()), getResponse(), getCallback());
            } else {
                Response.writeError(getRequest(), getResponse(), getCallback(), refusal);
            }
        }
    }

    /** A request with a complete body. */
    private static final class CompleteRequest extends Request.Wrapper {

        private Content.Chunk next;

        CompleteRequest(Request request, byte[] content) {
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
            demandCallback.run(); // the whole body is available
        }
    }
}
