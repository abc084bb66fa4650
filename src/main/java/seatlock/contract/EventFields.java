package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.Nullability;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Details;
import seatlock.catalog.Presale;
import seatlock.catalog.Terms;
import seatlock.http.Validation;

/** The fields of a request that a new event and a changed one have in common. An absent one is {@code null}. */
public interface EventFields {

    String name();

    String venue();

    String description();

    String url();

    String imageUrl();

    OrganiserBody organiser();

    String startsAt();

    String doorsAt();

    String endsAt();

    String timeZone();

    String language();

    String onSaleFrom();

    String onSaleUntil();

    String sales();

    Integer maxSeatsPerReservation();

    Integer maxSeatsPerCustomer();

    String reservationTtl();

    String maxHold();

    Boolean reentry();

    String transferUntil();

    List<PresaleBody> presales();

    String orphans();

    Boolean accessibleReleased();

    @OpenApiName("Organiser")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OrganiserBody(
            @OpenApiRequired @OpenApiDescription("1 to 200 characters")
            String name,

            @OpenApiDescription("Where buyers write to") String email,
            @OpenApiDescription("An http or https URL") String url) {

        public static OrganiserBody of(Event.Organiser organiser) {
            return new OrganiserBody(
                    organiser.name(),
                    organiser.email().orElse(null),
                    organiser.url().orElse(null));
        }
    }

    @OpenApiName("Presale")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PresaleBody(
            @OpenApiRequired
            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NOT_NULL)
            @OpenApiDescription("RFC 3339 with an offset or Z; before the start")
            String from,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("After `from`; default: until the sale is open to everybody")
            String until,

            @OpenApiRequired @OpenApiDescription("The name that an access code must open, such as MEMBERS")
            String access) {

        static PresaleBody of(Presale presale) {
            return new PresaleBody(
                    presale.from().toString(),
                    presale.until().map(Instant::toString).orElse(null),
                    presale.access());
        }
    }

    /** Whether seats can be reserved. The names are those on the wire. */
    enum Sales {
        OPEN,
        PAUSED;

        public static Sales of(Terms terms) {
            return terms.isPaused() ? PAUSED : OPEN;
        }
    }

    /** Whether buyers may leave a single free seat. The names are those on the wire. */
    enum Orphans {
        ALLOWED,
        REFUSED;

        public static Orphans of(Terms terms) {
            return terms.choice().refusesOrphans() ? REFUSED : ALLOWED;
        }
    }

    /** Reads the fields, and finds all errors in them. */
    final class Reader {

        private static final int DEFAULT_MAX_SEATS_PER_RESERVATION = 10;
        private static final int MAX_SEATS_PER_CUSTOMER = 1_000_000;
        private static final int MAX_NAME = 200;
        private static final int MAX_DESCRIPTION = 10_000;

        /** The time zones that Java knows by their IANA names. The others are inventions of Java. */
        private static final Set<String> TIME_ZONES = ZoneId.getAvailableZoneIds().stream()
                .filter(id -> !id.startsWith("SystemV/"))
                .collect(Collectors.toUnmodifiableSet());

        private final Validation validation;
        private final EventFields fields;

        /** @param validation gets the errors; after one, the results below mean nothing */
        public Reader(EventFields fields, Validation validation) {
            this.fields = fields;
            this.validation = validation;
        }

        /** @param startsAt the start of the event; {@code null} if it is not valid */
        public Details details(Instant startsAt) {
            validation.checkText(fields.name(), "name", MAX_NAME);
            validation.checkText(fields.venue(), "venue", MAX_NAME);
            // Some forms send lines that end with CR and LF.
            var description = Optional.ofNullable(fields.description()).map(text -> text.replace("\r\n", "\n"));
            description.ifPresent(text -> validation.checkParagraphs(text, "description", MAX_DESCRIPTION));
            if (fields.url() != null) {
                validation.checkUrl(fields.url(), "url");
            }
            if (fields.imageUrl() != null) {
                validation.checkUrl(fields.imageUrl(), "imageUrl");
            }
            var doorsAt = instant(fields.doorsAt(), "doorsAt");
            var endsAt = instant(fields.endsAt(), "endsAt");
            if (startsAt != null) {
                doorsAt.ifPresent(
                        doors -> validation.check(!doors.isAfter(startsAt), "doorsAt", "must not be after startsAt"));
                endsAt.ifPresent(end -> validation.check(end.isAfter(startsAt), "endsAt", "must be after startsAt"));
            }
            if (fields.language() != null) {
                validation.check(
                        fields.language().matches("[a-z]{2}"), "language", "must be an ISO 639-1 code, such as de");
            }
            return new Details(
                    fields.name(),
                    fields.venue(),
                    description,
                    Optional.ofNullable(fields.url()),
                    Optional.ofNullable(fields.imageUrl()),
                    organiser(),
                    doorsAt,
                    endsAt,
                    Optional.ofNullable(fields.language()));
        }

        private Optional<Event.Organiser> organiser() {
            var organiser = fields.organiser();
            if (organiser == null) {
                return Optional.empty();
            }
            validation.checkText(organiser.name(), "organiser.name", MAX_NAME);
            if (organiser.email() != null) {
                validation.checkEmail(organiser.email(), "organiser.email");
            }
            if (organiser.url() != null) {
                validation.checkUrl(organiser.url(), "organiser.url");
            }
            return Optional.of(new Event.Organiser(
                    organiser.name(), Optional.ofNullable(organiser.email()), Optional.ofNullable(organiser.url())));
        }

        /** Returns the start; {@code null} if it is not valid. */
        public Instant startsAt() {
            return validation.parseInstant(fields.startsAt(), "startsAt");
        }

        /** @param known a name that is accepted even if this version of Java does not know it, or {@code null} */
        public String timeZone(String known) {
            var name = fields.timeZone();
            validation.check(
                    name != null && (name.equals(known) || TIME_ZONES.contains(name)),
                    "timeZone",
                    "must be an IANA time zone name, such as Europe/Rome");
            return name;
        }

        public Terms terms(int version, Instant startsAt) {
            var onSaleFrom = instant(fields.onSaleFrom(), "onSaleFrom");
            var onSaleUntil = instant(fields.onSaleUntil(), "onSaleUntil");
            if (onSaleFrom.isPresent() && onSaleUntil.isPresent()) {
                validation.check(
                        onSaleUntil.get().isAfter(onSaleFrom.get()), "onSaleUntil", "must be after onSaleFrom");
            }
            if (onSaleFrom.isPresent() && startsAt != null) {
                validation.check(onSaleFrom.get().isBefore(startsAt), "onSaleFrom", "must be before startsAt");
            }
            var ttl = duration(fields.reservationTtl(), "reservationTtl", "P7D");
            var maxHold = duration(fields.maxHold(), "maxHold", "P30D");
            if (ttl.isPresent() && maxHold.isPresent()) {
                validation.check(
                        maxHold.get().compareTo(ttl.get()) >= 0, "maxHold", "must not be less than reservationTtl");
            }
            return new Terms(
                    version,
                    startsAt,
                    onSaleFrom,
                    onSaleUntil,
                    isPaused(),
                    maxSeatsPerReservation(),
                    maxSeatsPerCustomer(),
                    ttl,
                    maxHold,
                    Boolean.TRUE.equals(fields.reentry()),
                    instant(fields.transferUntil(), "transferUntil"),
                    new PresaleReader(validation).read(fields.presales(), startsAt),
                    new Terms.Choice(refusesOrphans(), Boolean.TRUE.equals(fields.accessibleReleased())));
        }

        private boolean refusesOrphans() {
            var orphans = fields.orphans();
            var known = List.of(Orphans.ALLOWED.name(), Orphans.REFUSED.name());
            validation.check(orphans == null || known.contains(orphans), "orphans", "must be one of " + known);
            return Orphans.REFUSED.name().equals(orphans);
        }

        private boolean isPaused() {
            var sales = fields.sales();
            var known = List.of(Sales.OPEN.name(), Sales.PAUSED.name());
            validation.check(sales == null || known.contains(sales), "sales", "must be one of " + known);
            return Sales.PAUSED.name().equals(sales);
        }

        private int maxSeatsPerReservation() {
            var given = fields.maxSeatsPerReservation();
            var maxSeats = given == null ? DEFAULT_MAX_SEATS_PER_RESERVATION : given;
            validation.check(
                    maxSeats >= 1 && maxSeats <= Event.MAX_SEATS_PER_RESERVATION,
                    "maxSeatsPerReservation",
                    "must be from 1 to " + Event.MAX_SEATS_PER_RESERVATION);
            return maxSeats;
        }

        private OptionalInt maxSeatsPerCustomer() {
            var given = fields.maxSeatsPerCustomer();
            if (given == null) {
                return OptionalInt.empty();
            }
            validation.check(
                    given >= 1 && given <= MAX_SEATS_PER_CUSTOMER,
                    "maxSeatsPerCustomer",
                    "must be from 1 to " + MAX_SEATS_PER_CUSTOMER);
            return OptionalInt.of(given);
        }

        private Optional<Instant> instant(String text, String field) {
            return text == null ? Optional.empty() : Optional.ofNullable(validation.parseInstant(text, field));
        }

        private Optional<Duration> duration(String text, String field, String max) {
            return text == null
                    ? Optional.empty()
                    : Optional.ofNullable(validation.parseDuration(text, field, "PT0.1S", max))
                            .map(duration -> duration.truncatedTo(ChronoUnit.MILLIS));
        }
    }
}
