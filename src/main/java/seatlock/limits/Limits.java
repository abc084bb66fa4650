package seatlock.limits;

/**
 * Limits for clients: rates, quotas and sizes.
 *
 * @param isOn whether rates and quotas are limited; sizes always are, since memory is finite
 * @param requestsPerAddress requests per minute from one address without an API key
 * @param requestsPerKey requests per minute with one API key
 * @param pendingPerAddress pending reservations for one event from one address without a sales key
 * @param pendingPerEmail pending reservations for one event and e-mail address
 * @param seatsPerEmail seats in the pending and confirmed reservations for one event and e-mail address
 * @param bodyBytes size of the body of a request
 * @param seatPlanBytes size of the body of a request with a seat plan
 * @param headerBytes size of the request line and header of a request
 * @param streams clients that follow the seat maps of a node at a time; like sizes, always limited
 */
public record Limits(
        boolean isOn,
        int requestsPerAddress,
        int requestsPerKey,
        int pendingPerAddress,
        int pendingPerEmail,
        int seatsPerEmail,
        int bodyBytes,
        int seatPlanBytes,
        int headerBytes,
        int streams) {

    private static final int MIN_STREAMS = 500;
    private static final int MAX_STREAMS = 10_000;
    private static final long HEAP_OF_SALE = 128L << 20;
    private static final long HEAP_OF_STREAM = 25L << 10;

    /**
     * High enough for the many clients of a mobile network that share one address, and for a seller that sends the requests
     * of all its buyers with one key; low enough that a single machine can neither keep the server busy nor hold all seats of
     * an event. Keys are trusted more: 10,000 requests per second may be a large sale, more are a mistake.
     */
    public static final Limits DEFAULT = new Limits(
            true,
            1_200,
            600_000,
            50,
            5,
            40,
            65_536,
            1_000_000,
            8_192,
            streams(Runtime.getRuntime().maxMemory()));

    /** The default sizes, without rates and quotas. */
    public static final Limits OFF = DEFAULT.off();

    /**
     * Returns how many streams there may be by default: the heap that a busy sale leaves them, divided by the share of one, both
     * measured with StreamBenchTest. A node with more would spend its time on collecting garbage.
     *
     * @param maxHeap in bytes
     */
    static int streams(long maxHeap) {
        return (int) Math.max(MIN_STREAMS, Math.min(MAX_STREAMS, (maxHeap - HEAP_OF_SALE) / HEAP_OF_STREAM));
    }

    /** Returns the same quotas and sizes, with rates that nobody reaches. */
    public Limits withoutRates() {
        return with(isOn, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Returns the same sizes, without rates and quotas. */
    public Limits off() {
        return with(false, requestsPerAddress, requestsPerKey);
    }

    private Limits with(boolean areOn, int perAddress, int perKey) {
        return new Limits(
                areOn,
                perAddress,
                perKey,
                pendingPerAddress,
                pendingPerEmail,
                seatsPerEmail,
                bodyBytes,
                seatPlanBytes,
                headerBytes,
                streams);
    }
}
