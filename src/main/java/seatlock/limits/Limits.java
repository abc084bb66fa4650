package seatlock.limits;

/**
 * How much anybody may ask for.
 *
 * @param isOn whether what is counted is limited; the sizes always are, since what has no size fits into no memory
 * @param requestsPerAddress in a minute, of those who come without a key
 * @param requestsPerKey in a minute
 * @param pendingPerAddress reservations of one event, of those who come without a key
 * @param pendingPerEmail reservations of one event
 * @param seatsPerEmail in the pending and confirmed reservations of one event
 * @param bodyBytes of the content of a request
 * @param seatPlanBytes of the content of one that makes an event
 * @param headerBytes of the request line and the header of a request
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
        int headerBytes) {

    /**
     * Roomy enough for the crowd behind the one address of a mobile network's translator, and for a shop that asks for all
     * its buyers with one key; narrow enough that one machine can neither keep the server busy nor an event's seats to
     * itself. A key is trusted more: ten thousand requests in a second are a mistake, and fewer may be a sale.
     */
    public static final Limits DEFAULT = new Limits(true, 1_200, 600_000, 50, 5, 40, 65_536, 1_000_000, 8_192);

    /** The same sizes, and nothing else. */
    public static final Limits OFF = DEFAULT.off();

    /** The same, but for what is counted. */
    public Limits off() {
        return new Limits(
                false,
                requestsPerAddress,
                requestsPerKey,
                pendingPerAddress,
                pendingPerEmail,
                seatsPerEmail,
                bodyBytes,
                seatPlanBytes,
                headerBytes);
    }
}
