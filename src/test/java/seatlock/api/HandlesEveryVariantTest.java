package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import seatlock.SealedTypesTest;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Terms;
import seatlock.http.Problem;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.privacy.Erasure;
import seatlock.sales.Corrections;
import seatlock.sales.Receipt;
import seatlock.tickets.CheckInResult;
import seatlock.tickets.CheckOutResult;
import seatlock.tickets.Tickets;
import seatlock.tickets.UndoResult;

/**
 * The chains in the handlers have a branch for every variant. Without a request most branches fail with a {@link
 * NullPointerException}, or refuse as they should; the last branch, for a variant that is unknown, would throw an {@link
 * IllegalArgumentException}.
 */
class HandlesEveryVariantTest {

    private static final Event EVENT = new Event(
            new EventId(new UUID(1, 1)),
            "Aida",
            "Arena",
            ZoneId.of("Europe/Rome"),
            Currency.getInstance("EUR"),
            Terms.first(Instant.EPOCH, 10, Optional.empty()),
            10,
            Instant.EPOCH);

    private static final Reservation RESERVATION = ((Outcome.Done) SealedTypesTest.OUTCOMES.get(0)).reservation();

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#OUTCOMES")
    void every_refusal_has_a_problem(Outcome outcome) {
        if (!outcome.isRefused()) {
            assertThat(catchThrowable(() -> Refusals.problem(null, outcome)))
                    .isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThatCode(() -> Refusals.problem(EVENT, outcome)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#RECEIPTS")
    void every_receipt_has_an_answer(Receipt receipt) {
        assertThat(catchThrowable(() -> ReservationHandlers.respond(null, null, receipt)))
                .isNotInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#CHECK_IN_RESULTS")
    void every_result_of_a_check_in_has_an_answer(CheckInResult result) {
        assertThat(catchThrowable(() -> TicketHandlers.respond(null, result)))
                .isNotInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#CHECK_OUT_RESULTS")
    void every_result_of_a_check_out_has_an_answer(CheckOutResult result) {
        assertThat(catchThrowable(() -> GateHandlers.respond(null, result)))
                .isNotInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#UNDO_RESULTS")
    void every_result_of_undoing_a_check_in_has_an_answer(UndoResult result) {
        assertThat(catchThrowable(() -> GateHandlers.respond(null, result)))
                .isNotInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#RESENDS")
    void every_result_of_a_resend_has_an_answer(Tickets.Resend result) {
        assertThat(
                        catchThrowable(() -> TicketHandlers.requireQueued(result, RESERVATION))
                                instanceof IllegalArgumentException)
                .isFalse();
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#ERASURES")
    void every_result_of_an_erasure_has_an_answer(Erasure.Result result) {
        assertThat(catchThrowable(() -> PrivacyHandlers.respond(null, result)))
                .isNotInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#CORRECTIONS")
    void every_result_of_a_correction_has_an_answer(Corrections.Result result) {
        assertThatCode(() -> {
                    try {
                        BuyerHandlers.require(result);
                    } catch (Problem.Refused refused) {
                        // an answer, too
                    }
                })
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @FieldSource("seatlock.SealedTypesTest#OUTCOMES")
    void every_outcome_says_whether_it_is_final(Outcome outcome) {
        assertThatCode(outcome::isFinal).doesNotThrowAnyException();
    }
}
