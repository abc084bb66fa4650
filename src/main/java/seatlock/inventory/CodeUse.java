package seatlock.inventory;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import seatlock.catalog.Code;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Limit;
import seatlock.inventory.Outcome.CodeInvalid;
import seatlock.inventory.Outcome.CodeInvalid.Reason;
import seatlock.inventory.Reservation.ReservedSeat;
import seatlock.inventory.Reservation.UsedCode;

/** The use of the code that a basket names, if it names one. A part of {@link Decision}. */
final class CodeUse {

    private final boolean isNamed;
    private final Optional<Code> code;

    /** @param known the codes that were read */
    CodeUse(Basket basket, Map<String, Code> known) {
        this.isNamed = basket.code().isPresent();
        this.code = basket.code().map(known::get);
    }

    /** Returns why the code is not valid at an instant, whatever it is used for; empty if it is, or if none is named. */
    Optional<Outcome> invalidAt(Instant now) {
        if (!isNamed) {
            return Optional.empty();
        } else if (code.isEmpty()) {
            return invalid(Reason.UNKNOWN);
        } else if (!code.get().isActive()) {
            return invalid(Reason.OFF);
        } else if (code.get().validFrom().filter(now::isBefore).isPresent()) {
            return invalid(Reason.EARLY);
        }
        return code.get().validUntil().filter(until -> !now.isBefore(until)).isPresent()
                ? invalid(Reason.LATE)
                : Optional.empty();
    }

    private static Optional<Outcome> invalid(Reason reason) {
        return Optional.of(new CodeInvalid(reason));
    }

    /** Returns the code that is named; empty if there is no such code. */
    Optional<Code> named() {
        return code;
    }

    /** Returns what the code opens. */
    Opened opened() {
        return new Opened(
                code.map(Code::effect).flatMap(CodeEffect::access).map(Set::of).orElse(Set.of()));
    }

    /** Returns what the code takes off the price of a seat. */
    long discount(String section, String priceType, long price) {
        return code.filter(each -> each.covers(section, priceType))
                .map(each -> each.effect().discount(price))
                .orElse(0L);
    }

    /**
     * Returns why the code does not fit the seats. One that changes prices must cover a seat, and leaves the others at their full
     * price; an access code must cover all of them, because it would open the others as well.
     */
    Optional<Outcome> misfit(Collection<ReservedSeat> reserved) {
        if (code.isEmpty()) {
            return Optional.empty();
        }
        var covered = covered(code.get(), reserved);
        var opensAll = code.get().effect().access().isPresent();
        if (covered == 0 || opensAll && covered < reserved.size()) {
            return invalid(Reason.OUT_OF_SCOPE);
        }
        var max = code.get().maxSeatsPerReservation().orElse(covered);
        return covered > max ? Optional.of(new Outcome.TooManySeatsWithCode(max)) : Optional.empty();
    }

    /** Returns on how many seats a code has an effect. */
    static int covered(Code code, Collection<ReservedSeat> reserved) {
        return (int) reserved.stream()
                .filter(each -> code.covers(each.section(), each.priceType()))
                .count();
    }

    /** Returns what counts against the limit of the code: the seats that it covers, or one reservation. */
    Map<UUID, Integer> uses(Collection<ReservedSeat> reserved) {
        var uses = new TreeMap<UUID, Integer>();
        code.flatMap(Code::limit)
                .map(Limit::id)
                .ifPresent(limit -> uses.put(limit, code.get().isSingleUse() ? 1 : covered(code.get(), reserved)));
        return uses;
    }

    /** Returns what the reservation keeps of the code. */
    Optional<UsedCode> used() {
        return code.map(each -> new UsedCode(each.id(), each.code()));
    }
}
