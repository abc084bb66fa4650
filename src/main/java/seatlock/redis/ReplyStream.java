package seatlock.redis;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import seatlock.net.Conversation;

/**
 * The replies of Redis (RESP 2), checked while they are read. Jedis reserves memory for the length that a header announces,
 * before any of it arrives. Here a length counts towards the limit of the conversation as soon as it is announced.
 *
 * <p>A reply that Jedis would read differently from this class ends in an exception, so that both always agree on where the
 * next header begins.
 */
final class ReplyStream extends FilterInputStream {

    /** Arrays within arrays. Jedis reads them recursively, so that many would exhaust the stack; no reply that is used has three. */
    private static final int MAX_DEPTH = 16;

    /** Counted for each array. */
    private static final long BYTES_PER_ARRAY = 100;

    /** Counted for each element of an array. */
    private static final long BYTES_PER_ELEMENT = 8;

    private static final int MAX_DIGITS = 10;

    private enum State {
        TYPE,
        LINE,
        LINE_END,
        LENGTH,
        LENGTH_END,
        BULK
    }

    private final Conversation conversation;
    private State state = State.TYPE;
    private boolean isArray;
    private final StringBuilder length = new StringBuilder(); // of an array or a bulk string
    private long bulkLeft;
    private final long[] elementsLeft = new long[MAX_DEPTH]; // of the arrays that are being read, the innermost last
    private int depth;

    ReplyStream(InputStream in, Conversation conversation) {
        super(in);
        this.conversation = conversation;
    }

    @Override
    public int read() throws IOException {
        throw new UnsupportedOperationException("Jedis reads into a buffer");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        var read = super.read(bytes, offset, length);
        for (int i = offset; i < offset + read; ) {
            if (state == State.BULK) {
                var skipped = (int) Math.min(bulkLeft, offset + read - i);
                bulkLeft -= skipped;
                i += skipped;
                if (bulkLeft == 0) {
                    endValue();
                }
            } else {
                check(bytes[i++]);
            }
        }
        return read;
    }

    private void check(byte b) throws IOException {
        switch (state) {
            case TYPE -> {
                isArray = b == '*';
                state = isArray || b == '$' ? State.LENGTH : State.LINE;
            }
            case LINE -> state = b == '\r' ? State.LINE_END : State.LINE;
            case LINE_END -> {
                require(b == '\n', "an invalid end of line");
                endValue();
            }
            case LENGTH -> {
                if (b == '\r') {
                    state = State.LENGTH_END;
                } else {
                    var isPart = b >= '0' && b <= '9' || b == '-' && length.isEmpty();
                    require(isPart && length.length() < MAX_DIGITS, "an invalid length");
                    length.append((char) b);
                }
            }
            case LENGTH_END -> {
                require(b == '\n', "an invalid end of line");
                announce(length.toString());
                length.setLength(0);
            }
            case BULK -> throw new IllegalStateException("Bulk strings are skipped");
        }
    }

    private void announce(String text) throws IOException {
        if (text.equals("-1")) { // no value
            endValue();
            return;
        }
        require(!text.isEmpty() && text.charAt(0) != '-', "an invalid length");
        var announced = Long.parseLong(text);
        if (isArray) {
            conversation.announce(BYTES_PER_ARRAY + BYTES_PER_ELEMENT * announced);
            beginArray(announced);
        } else {
            conversation.announce(announced);
            bulkLeft = announced + 2; // and the end of the line
            state = State.BULK;
        }
    }

    private void beginArray(long elements) throws IOException {
        if (elements == 0) {
            endValue();
            return;
        }
        require(depth < MAX_DEPTH, "arrays that are nested too deeply");
        elementsLeft[depth++] = elements;
        state = State.TYPE;
    }

    /** Ends a value, and each array of which it is the last element. */
    private void endValue() {
        state = State.TYPE;
        while (depth > 0 && --elementsLeft[depth - 1] == 0) {
            depth--;
        }
    }

    private static void require(boolean condition, String fault) throws IOException {
        if (!condition) {
            throw new IOException("Redis sent " + fault);
        }
    }
}
