package seatlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.db.DatabaseException;
import seatlock.inventory.Basket;
import seatlock.inventory.Breakdown;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;
import seatlock.inventory.Quota;
import seatlock.inventory.Reference;
import seatlock.inventory.Refusal;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;
import seatlock.inventory.SeatChoice;
import seatlock.payments.Fact;
import seatlock.privacy.Erasure;
import seatlock.sales.Corrections;
import seatlock.sales.Receipt;
import seatlock.tickets.CheckInResult;
import seatlock.tickets.CheckOutResult;
import seatlock.tickets.Tickets;
import seatlock.tickets.UndoResult;

/**
 * Java 17 cannot check that an {@code instanceof} chain has a branch for every variant of a sealed type. So each sealed type has
 * one instance of every variant here, and each place that tells the variants apart is called with all of them: {@code
 * HandlesEveryVariantTest} in the package of the chain. A new variant, or a new sealed type, fails this test until it is added.
 */
public class SealedTypesTest {

    private static final ReservationId ID = new ReservationId(new UUID(1, 1));
    private static final Quota QUOTA = Quota.of("email", "ada@example.org", 1, 1);
    private static final Reservation RESERVATION = new Reservation(
            ID,
            new Reference("ABCDEFGH"),
            1,
            1,
            new Reservation.Buyer("ada@example.org", Optional.empty(), Optional.empty(), new byte[32]),
            List.of(),
            Breakdown.of(0),
            Optional.empty(),
            Instant.EPOCH,
            Instant.EPOCH,
            Instant.EPOCH,
            new Reservation.State.Pending(),
            Optional.empty(),
            Optional.empty());
    private static final Reservation.State.Confirmed CONFIRMED =
            new Reservation.State.Confirmed(Instant.EPOCH, new Reservation.Payment("pi_1", 0));

    public static final List<Command> COMMANDS = List.of(
            new Command.Reserve(ID, List.of("S-A-1"), "ada@example.org", new ReservationToken("rsv_1")),
            new Command.Extend(ID, Optional.empty()),
            new Command.Confirm(ID, new Reservation.Payment("pi_1", 0)),
            new Command.Cancel(ID, new Command.Canceller.Seller(false)),
            new Command.CancelSeats(ID, Set.of("S-A-1"), false),
            new Command.Expire(ID),
            new Command.Look(ID),
            new Command.NotePayment(ID, Command.NotePayment.News.REFUNDED),
            new Command.Withhold(new UUID(2, 2), "HOUSE", Optional.empty(), Basket.ofSeats(List.of("S-A-1"))),
            new Command.Release("HOUSE", Optional.empty()));

    public static final List<Command.Canceller> CANCELLERS = List.of(
            new Command.Canceller.Holder(new ReservationToken("rsv_1")),
            new Command.Canceller.Seller(false),
            new Command.Canceller.EventCancelled(true));

    public static final List<Outcome> OUTCOMES = List.of(
            new Outcome.Done(RESERVATION, true),
            new Outcome.Noted(RESERVATION),
            new Outcome.Refused(Refusal.RESERVATION_NOT_FOUND, List.of(), Optional.empty()),
            new Outcome.TooManySeats(QUOTA),
            new Outcome.TooManyPending(QUOTA),
            new Outcome.SoldOut(Optional.of("FLOOR"), 2),
            new Outcome.NotTogether(2),
            new Outcome.LeavesOrphans(List.of("S-A-1"), List.of("S-A-1", "S-A-2")),
            new Outcome.PriceExhausted(PriceType.STANDARD, 2),
            new Outcome.NotOnSale(Optional.empty(), Optional.empty()),
            new Outcome.CodeInvalid(Outcome.CodeInvalid.Reason.UNKNOWN),
            new Outcome.CodeExhausted(1),
            new Outcome.TooManySeatsWithCode(1),
            new Outcome.Allocated("HOUSE", Map.of("S", 1)));

    public static final List<Receipt> RECEIPTS = List.of(
            new Receipt.Answered(null, OUTCOMES.get(0), "200 \n{}".getBytes()),
            new Receipt.Done("200 \n{}".getBytes()),
            new Receipt.Replayed("200 \n{}".getBytes()),
            new Receipt.NotNow(null, OUTCOMES.get(4)),
            new Receipt.Unfinished(null, OUTCOMES.get(0)),
            new Receipt.KeyReused(),
            new Receipt.KeyBusy(),
            new Receipt.UnknownEvent());

    public static final List<CheckOutResult> CHECK_OUT_RESULTS = List.of(
            new CheckOutResult.CheckedOut(null, null),
            new CheckOutResult.NotCheckedIn(),
            new CheckOutResult.NoReentry(),
            new CheckOutResult.ImpossibleTime("must not be in the future"),
            new CheckOutResult.Rejected(CheckInResult.Reason.FORGED));

    public static final List<UndoResult> UNDO_RESULTS = List.of(
            new UndoResult.Undone(null),
            new UndoResult.NotCheckedIn(null),
            new UndoResult.Rejected(CheckInResult.Reason.FORGED));

    public static final List<CheckInResult> CHECK_IN_RESULTS = List.of(
            new CheckInResult.Admitted(null, null),
            new CheckInResult.AlreadyCheckedIn(null),
            new CheckInResult.ImpossibleTime("must not be in the future"),
            new CheckInResult.Rejected(CheckInResult.Reason.FORGED));

    public static final List<Tickets.Resend> RESENDS = List.of(
            new Tickets.Resend.Queued(true),
            new Tickets.Resend.NotConfirmed(),
            new Tickets.Resend.EventCancelled(),
            new Tickets.Resend.Transferred(),
            new Tickets.Resend.TooOften(Duration.ofMinutes(1)));

    public static final List<Corrections.Result> CORRECTIONS = List.of(
            new Corrections.Result.Corrected(RESERVATION),
            new Corrections.Result.NotFound(),
            new Corrections.Result.Erased(),
            new Corrections.Result.Ended(RESERVATION),
            new Corrections.Result.UnknownSeats(List.of("S-A-9")),
            new Corrections.Result.Transferred(List.of("S-A-1")));

    public static final List<Reservation.State> STATES = List.of(
            new Reservation.State.Pending(),
            CONFIRMED,
            new Reservation.State.Cancelled(Instant.EPOCH, Optional.of(CONFIRMED)),
            new Reservation.State.Expired(Instant.EPOCH));

    public static final List<Fact> FACTS = List.of(
            new Fact.Open(),
            new Fact.Closed(),
            new Fact.Authorized("pi_1", 4500, "EUR"),
            new Fact.Captured("pi_1", 4500, "EUR", List.of(), false),
            new Fact.Voided("pi_1"));

    public static final List<Erasure.Result> ERASURES = List.of(
            new Erasure.Result.Erased(List.of()),
            new Erasure.Result.Lapsed(),
            new Erasure.Result.Refused(ReservationStatus.PENDING),
            new Erasure.Result.Unknown());

    public static final List<SeatChoice> SEAT_CHOICES =
            List.of(new SeatChoice.Chosen(List.of(1), true), new SeatChoice.SoldOut(0), new SeatChoice.NotTogether(1));

    private static final List<SeatPlan.Seats> SEATS_OF_A_ROW = List.of(
            new SeatPlan.Numbered(2), new SeatPlan.Listed(List.of(new SeatPlan.Numbered(1).at(0), Optional.empty())));

    /** Variants by their sealed type. */
    private static final Map<Class<?>, List<?>> VARIANTS = Map.ofEntries(
            Map.entry(Command.class, COMMANDS),
            Map.entry(Command.OfReservation.class, Command.select(COMMANDS, Command.OfReservation.class)),
            Map.entry(Command.Canceller.class, CANCELLERS),
            Map.entry(Outcome.class, OUTCOMES),
            Map.entry(
                    Outcome.OfReservation.class,
                    OUTCOMES.stream()
                            .filter(Outcome.OfReservation.class::isInstance)
                            .toList()),
            Map.entry(Receipt.class, RECEIPTS),
            Map.entry(Fact.class, FACTS),
            Map.entry(
                    Fact.Paid.class,
                    FACTS.stream().filter(Fact.Paid.class::isInstance).toList()),
            Map.entry(CheckInResult.class, CHECK_IN_RESULTS),
            Map.entry(Tickets.Resend.class, RESENDS),
            Map.entry(Erasure.Result.class, ERASURES),
            Map.entry(Corrections.Result.class, CORRECTIONS),
            Map.entry(Reservation.State.class, STATES),
            Map.entry(SeatChoice.class, SEAT_CHOICES),
            Map.entry(SeatPlan.Seats.class, SEATS_OF_A_ROW),
            Map.entry(CheckOutResult.class, CHECK_OUT_RESULTS),
            Map.entry(UndoResult.class, UNDO_RESULTS));

    /** Exceptions are told apart by catch clauses and by Javalin's handlers, which fall back to a supertype. */
    private static final Set<Class<?>> EXCEPTIONS =
            Set.of(DatabaseException.class, DatabaseException.Unavailable.class);

    static Stream<Class<?>> sealedTypes() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("seatlock").stream()
                        .<Class<?>>map(type -> type.reflect())
                        .filter(Class::isSealed)
                        .filter(type -> !EXCEPTIONS.contains(type));
    }

    @ParameterizedTest
    @MethodSource("sealedTypes")
    void every_variant_of_a_sealed_type_has_an_instance_here(Class<?> type) {
        assertThat(VARIANTS).as("a new sealed type").containsKey(type);
        assertThat(VARIANTS.get(type).stream().map(Object::getClass).collect(Collectors.toSet()))
                .isEqualTo(variants(type).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> variants(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(SealedTypesTest::variants)
                : Stream.of(type);
    }

    @Test
    void every_kind_of_seats_counts_its_seats() {
        assertThat(SEATS_OF_A_ROW)
                .allSatisfy(seats -> assertThat(IntStream.range(0, seats.length())
                                .filter(position -> seats.at(position).isPresent()))
                        .hasSize(seats.count()));
    }

    @Test
    void every_state_has_a_status_of_its_own() {
        assertThat(STATES.stream().map(Reservation.State::status)).doesNotHaveDuplicates();
        assertThatCode(() -> STATES.forEach(Reservation.State::endedAt)).doesNotThrowAnyException();
    }
}
