package seatlock.catalog;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The effect of a code.
 *
 * @param value percent, or an amount in minor units of the event's currency; 0 for {@link Kind#ACCESS}
 * @param access the name that an access code opens: of an allocation or of a presale; empty for another kind
 */
public record CodeEffect(Kind kind, long value, Optional<String> access) {

    /** The form of a name that a code can open. */
    public static final Pattern ACCESS_FORM = Pattern.compile("[A-Z0-9][A-Z0-9_-]{0,29}");

    /** The kinds of effects. The names are those in the database. */
    public enum Kind {
        /** Takes a percentage off the price. */
        PERCENT,
        /** Takes an amount off the price, at most the whole price. */
        OFF,
        /** Sets the price, unless it is lower already. */
        PRICE,
        /** Opens what is not for everybody. The price stays as it is. */
        ACCESS
    }

    /** Returns an effect on prices. */
    public static CodeEffect on(Kind kind, long value) {
        return new CodeEffect(kind, value, Optional.empty());
    }

    /** Returns an effect that opens what is not for everybody. */
    public static CodeEffect opening(String access) {
        return new CodeEffect(Kind.ACCESS, 0, Optional.of(access));
    }

    /**
     * Returns what the code takes off the price of one seat, from 0 to the price. A percentage is rounded half up to whole minor
     * units.
     */
    public long discount(long price) {
        return switch (kind) {
            case PERCENT -> Math.floorDiv(2 * price * value + 100, 200);
            case OFF -> Math.min(price, value);
            case PRICE -> Math.max(price - value, 0);
            case ACCESS -> 0;
        };
    }
}
