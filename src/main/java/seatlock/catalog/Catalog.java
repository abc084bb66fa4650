package seatlock.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.Event.Organiser;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.SectionPrice;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.text.SoughtText;

/** Creates events from a seat plan, and reads them. */
public final class Catalog {

    /** A few hundred kilobytes; more events are rarely on sale at the same time. */
    private static final int MAX_CACHED = 1_000;

    /** Prices of sections take some ten megabytes. */
    private static final int MAX_CACHED_PRICES = 100_000;

    /** Rows, and seats that are listed, take some ten megabytes. */
    private static final int MAX_CACHED_ROWS = 100_000;

    private static final Logger log = LoggerFactory.getLogger(Catalog.class);

    private static final String SELECT_EVENT = """
            SELECT e.event_id, e.status, e.is_public, e.name, e.venue, e.description, e.url, e.image_url, e.organiser_name,
                   e.organiser_email, e.organiser_url, e.doors_at, e.ends_at, e.language, e.time_zone, e.currency, e.tax_rate,
                   e.printed_version, e.capacity, e.created_at, t.version, t.starts_at, t.on_sale_from, t.on_sale_until,
                   t.is_paused, t.max_seats_per_reservation, t.max_seats_per_customer, t.reservation_ttl_ms, t.max_hold_ms,
                   t.reentry, t.transfer_until, t.orphans, t.accessible_released,
                   EXISTS (SELECT FROM presales AS p WHERE p.event_id = t.event_id AND p.version = t.version) AS has_presales
              FROM events AS e
              JOIN event_terms AS t ON t.event_id = e.event_id AND t.version = e.terms_version
            """;

    /** An event in one of its versions, which never change. */
    private record Version(EventId event, int number) {}

    private final Cache<EventId, Event> events =
            Caffeine.newBuilder().maximumSize(MAX_CACHED).build();

    private final Cache<Version, PriceList> priceLists = Caffeine.newBuilder()
            .maximumWeight(MAX_CACHED_PRICES)
            .weigher((Version version, PriceList list) -> list.prices().size())
            .build();

    private final Cache<Version, Layout> layouts = Caffeine.newBuilder()
            .maximumWeight(MAX_CACHED_ROWS)
            .weigher((Version version, Layout layout) -> layout.weight())
            .build();

    private final Set<String> unknownNames = ConcurrentHashMap.newKeySet();

    /**
     * Creates an event and all its seats, which are available.
     *
     * @return {@code false} if an event with this id exists already; it is left unchanged
     * @throws IllegalArgumentException if the event's capacity differs from the plan's
     */
    public boolean create(Tx tx, Event event, SeatPlan plan, Tariff tariff) throws SQLException {
        if (event.capacity() != plan.capacity()) {
            throw new IllegalArgumentException("The plan has " + plan.capacity() + " seats, not " + event.capacity());
        }
        if (!insertTerms(tx, event.id(), event.terms(), event.createdAt())) {
            return false;
        }
        var details = event.details();
        tx.updateExactly(
                1,
                """
                INSERT INTO events (event_id, status, is_public, name, venue, description, url, image_url,
                                    organiser_name, organiser_email, organiser_url, doors_at, ends_at, language, time_zone, currency,
                                    printed_version, terms_version, starts_at, capacity, tax_rate, focus_x,
                                    focus_y, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                event.id().value(),
                event.status().name(),
                event.isPublic(),
                details.name(),
                details.venue(),
                details.description().orElse(null),
                details.url().orElse(null),
                details.imageUrl().orElse(null),
                details.organiser().map(Organiser::name).orElse(null),
                details.organiser().flatMap(Organiser::email).orElse(null),
                details.organiser().flatMap(Organiser::url).orElse(null),
                details.doorsAt().orElse(null),
                details.endsAt().orElse(null),
                details.language().orElse(null),
                event.timeZoneName(),
                event.currencyCode(),
                event.printedVersion(),
                event.version(),
                event.startsAt(),
                event.capacity(),
                event.taxRate() == 0 ? null : event.taxRate(),
                plan.focus().map(Point::x).orElse(null),
                plan.focus().map(Point::y).orElse(null),
                event.createdAt());
        TariffStore.insert(tx, event.id(), tariff);
        TariffStore.insertPrices(tx, event, plan.prices());
        PlanStore.insert(tx, event.id(), plan, 1);
        return true;
    }

    /** Like {@link #create(Tx, Event, SeatPlan, Tariff)}, with the {@linkplain Tariff#STANDARD standard tariff}. */
    public boolean create(Tx tx, Event event, SeatPlan plan) throws SQLException {
        return create(tx, event, plan, Tariff.STANDARD);
    }

    /** @return {@code false} if the event has this version already */
    private static boolean insertTerms(Tx tx, EventId event, Terms terms, Instant createdAt) throws SQLException {
        var isNew = tx.update(
                        """
                        INSERT INTO event_terms (event_id, version, starts_at, on_sale_from, on_sale_until, is_paused,
                                                 max_seats_per_reservation, max_seats_per_customer, reservation_ttl_ms,
                                                 max_hold_ms, reentry, transfer_until, orphans, accessible_released,
                                                 created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (event_id, version) DO NOTHING
                        """,
                        event.value(),
                        terms.version(),
                        terms.startsAt(),
                        terms.onSaleFrom().orElse(null),
                        terms.onSaleUntil().orElse(null),
                        terms.isPaused(),
                        terms.maxSeatsPerReservation(),
                        terms.maxSeatsPerCustomer().stream().boxed().findFirst().orElse(null),
                        terms.reservationTtl().map(Duration::toMillis).orElse(null),
                        terms.maxHold().map(Duration::toMillis).orElse(null),
                        terms.hasReentry(),
                        terms.transferUntil().orElse(null),
                        terms.choice().refusesOrphans() ? "REFUSED" : "ALLOWED",
                        terms.choice().releasesAccessible(),
                        createdAt)
                == 1;
        if (isNew) {
            PresaleStore.insert(tx, event, terms);
        }
        return isNew;
    }

    public Optional<Event> find(Tx tx, EventId id) throws SQLException {
        var found = tx.find(SELECT_EVENT + " WHERE e.event_id = ?", this::found, id.value());
        return PresaleStore.complete(tx, found.stream().toList()).stream().findFirst();
    }

    /**
     * Finds an event in a version that was the current one when this node read it last, which costs nothing. The caller compares
     * its version with {@code events.terms_version} later, and then calls {@link #forget}.
     */
    public Optional<Event> lastKnown(Tx tx, EventId id) throws SQLException {
        var hit = events.getIfPresent(id);
        return hit == null ? read(tx, id) : Optional.of(hit);
    }

    /** Forgets the version of an event that this node has read, because it is not the current one any more. */
    public void forget(EventId id) {
        events.invalidate(id);
    }

    /** Finds the current version of an event. Like {@link #find}, but reads only the number of a version that is known here. */
    public Optional<Event> current(Tx tx, EventId id) throws SQLException {
        var hit = events.getIfPresent(id);
        if (hit != null) {
            var version = tx.find(
                    "SELECT terms_version AS n FROM events WHERE event_id = ?", row -> row.integer("n"), id.value());
            if (version.isPresent() && version.get() == hit.version()) {
                return Optional.of(hit);
            }
        }
        return read(tx, id);
    }

    private Optional<Event> read(Tx tx, EventId id) throws SQLException {
        var found = find(tx, id);
        found.ifPresent(event -> events.put(id, event));
        return found;
    }

    /** Returns the prices of an event as they are in its version. */
    public PriceList prices(Tx tx, Event event) throws SQLException {
        var version = new Version(event.id(), event.version());
        var hit = priceLists.getIfPresent(version);
        if (hit != null) {
            return hit;
        }
        var list = TariffStore.read(tx, event);
        priceLists.put(version, list);
        return list;
    }

    /** Returns the rows of an event, in its version, in the order of their seats' ids: the plan as it was first given, then what was added. */
    public List<PlannedRow> rows(Tx tx, Event event) throws SQLException {
        return PlanStore.rows(tx, event);
    }

    /** Returns the rows of an event in its version, by their names. */
    public Layout layout(Tx tx, Event event) throws SQLException {
        var version = new Version(event.id(), event.version());
        var hit = layouts.getIfPresent(version);
        if (hit != null) {
            return hit;
        }
        var layout = new Layout(rows(tx, event), PlanStore.focus(tx, event.id()));
        layouts.put(version, layout);
        return layout;
    }

    /** Returns the seat plan of an event in its version. Rows that were added to a section are the last ones of that section. */
    public SeatPlan plan(Tx tx, Event event) throws SQLException {
        var bySection = new LinkedHashMap<String, List<SeatPlan.Row>>();
        for (var row : rows(tx, event)) {
            bySection
                    .computeIfAbsent(row.section(), section -> new ArrayList<>())
                    .add(row.row());
        }
        var prices = prices(tx, event);
        return new SeatPlan(
                bySection.entrySet().stream()
                        .map(section ->
                                new SeatPlan.Section(section.getKey(), prices.of(section.getKey()), section.getValue()))
                        .toList(),
                PlanStore.focus(tx, event.id()));
    }

    /**
     * Locks an event against other changes of the event, not against sales, and reads it.
     *
     * <p>The lock comes before those of {@link seatlock.inventory}.
     */
    public Optional<Event> lockEvent(Tx tx, EventId id) throws SQLException {
        var locked = tx.lock(
                "SELECT event_id FROM events WHERE event_id = ? FOR NO KEY UPDATE",
                row -> row.uuid("event_id"),
                id.value());
        return locked.isEmpty() ? Optional.empty() : find(tx, id);
    }

    /**
     * Writes the next version of an event that this transaction has locked. Sales continue meanwhile under the version that they
     * began with.
     *
     * @param next with the number of the next version
     * @param newPrices in minor units, of those that change
     * @param now the database's clock, read after the lock
     */
    public void writeVersion(Tx tx, Event next, Map<SectionPrice, Long> newPrices, Instant now) throws SQLException {
        if (!insertTerms(tx, next.id(), next.terms(), now)) {
            throw new IllegalStateException("Event " + next.id() + " has a version " + next.version() + " already");
        }
        var details = next.details();
        tx.updateExactly(
                1,
                """
                UPDATE events
                   SET status = ?, is_public = ?, name = ?, venue = ?, description = ?, url = ?, image_url = ?, organiser_name = ?,
                       organiser_email = ?, organiser_url = ?, doors_at = ?, ends_at = ?, language = ?, time_zone = ?,
                       printed_version = ?, terms_version = ?, starts_at = ?, capacity = ?, erased_at = NULL
                 WHERE event_id = ?
                """,
                next.status().name(),
                next.isPublic(),
                details.name(),
                details.venue(),
                details.description().orElse(null),
                details.url().orElse(null),
                details.imageUrl().orElse(null),
                details.organiser().map(Organiser::name).orElse(null),
                details.organiser().flatMap(Organiser::email).orElse(null),
                details.organiser().flatMap(Organiser::url).orElse(null),
                details.doorsAt().orElse(null),
                details.endsAt().orElse(null),
                details.language().orElse(null),
                next.timeZoneName(),
                next.printedVersion(),
                next.version(),
                next.startsAt(),
                next.capacity(),
                next.id().value());
        if (!newPrices.isEmpty()) {
            TariffStore.insertPrices(tx, next, newPrices);
        }
    }

    /**
     * Adds the sections and rows of a plan, with their seats, to an event that this transaction has locked. Sales continue meanwhile:
     * nobody sees the new seats before the commit.
     *
     * @param next the version of the event that has them, as it is written by {@link #writeVersion}
     */
    public void addSeats(Tx tx, Event next, SeatPlan added) throws SQLException {
        var first = Math.toIntExact(next.capacity() - added.capacity()) + 1;
        PlanStore.insert(tx, next.id(), added, first);
    }

    /**
     * Writes the version in which an event is cancelled. This transaction has locked the event.
     *
     * @param next see {@link Event#cancelled}
     */
    public void cancel(Tx tx, Event next, Cancellation cancellation) throws SQLException {
        if (!insertTerms(tx, next.id(), next.terms(), cancellation.at())) {
            throw new IllegalStateException("Event " + next.id() + " has a version " + next.version() + " already");
        }
        tx.updateExactly(
                1,
                """
                UPDATE events
                   SET status = ?, terms_version = ?, cancelled_at = ?, cancel_reason = ?, cancel_refund = ?,
                       cancel_notify = ?
                 WHERE event_id = ?
                """,
                next.status().name(),
                next.version(),
                cancellation.at(),
                cancellation.reason().orElse(null),
                cancellation.refund(),
                cancellation.notifies(),
                next.id().value());
    }

    /** Lists events in the order in which they start, at most {@code limit}. */
    public List<Event> list(Tx tx, EventQuery query, int limit) throws SQLException {
        var after = query.after();
        var sought = query.text().map(SoughtText::of);
        var found = tx.query(
                SELECT_EVENT + """
                         CROSS JOIN (SELECT ?::timestamptz, ?::timestamptz, ?::text, ?::text, ?::text, ?::text)
                                 AS q (min, max, status, text, variants, plain)
                         WHERE CASE WHEN q.min IS NULL
                                    THEN coalesce(e.ends_at, e.starts_at + ?::interval) > statement_timestamp()
                                    ELSE e.starts_at >= q.min END AND (q.max IS NULL OR e.starts_at < q.max) AND (q.status IS NULL OR e.status = q.status)
                           AND (q.text IS NULL OR strpos(translate(e.name, q.variants, q.plain), q.text) > 0
                                OR strpos(translate(e.venue, q.variants, q.plain), q.text) > 0)
                           AND (e.is_public OR ? OR e.event_id = ANY (?))
                           AND (?::timestamptz IS NULL
                                OR e.starts_at >= ?
                               AND (e.starts_at > ? OR substring(uuid_send(e.event_id) FROM 9) > ?))
                         ORDER BY e.starts_at, substring(uuid_send(e.event_id) FROM 9)
                         LIMIT ?
                        """,
                this::found,
                query.from().orElse(null),
                query.to().orElse(null),
                query.status().map(Event.Status::name).orElse(null),
                sought.map(SoughtText::text).orElse(null),
                sought.map(SoughtText::variants).orElse(null),
                sought.map(SoughtText::plain).orElse(null),
                EventQuery.LASTS.toString(),
                query.hidden().all(),
                query.hidden().of().stream().map(EventId::value).toArray(UUID[]::new),
                after.map(EventQuery.Cursor::startsAt).orElse(null),
                after.map(EventQuery.Cursor::startsAt).orElse(null),
                after.map(EventQuery.Cursor::startsAt).orElse(null),
                after.map(EventQuery.Cursor::idTail).orElse(null),
                limit);
        return PresaleStore.complete(tx, found);
    }

    private PresaleStore.Found found(Row row) throws SQLException {
        return new PresaleStore.Found(event(row), row.bool("has_presales"));
    }

    private Event event(Row row) throws SQLException {
        var event = new Event(
                new EventId(row.uuid("event_id")),
                Event.Status.valueOf(row.text("status")),
                row.bool("is_public"),
                new Event.Details(
                        row.text("name"),
                        row.text("venue"),
                        Optional.ofNullable(row.text("description")),
                        Optional.ofNullable(row.text("url")),
                        Optional.ofNullable(row.text("image_url")),
                        organiser(row),
                        Optional.ofNullable(row.instant("doors_at")),
                        Optional.ofNullable(row.instant("ends_at")),
                        Optional.ofNullable(row.text("language"))),
                row.text("time_zone"),
                row.text("currency"),
                row.integer("tax_rate"),
                terms(row),
                row.integer("printed_version"),
                row.integer("capacity"),
                row.instant("created_at"));
        if (event.knownTimeZone().isEmpty()) {
            unknown("time zone", event.timeZoneName(), "times of its events are printed in UTC");
        }
        if (Amounts.digits(event.currencyCode()).isEmpty()) {
            unknown("currency", event.currencyCode(), "its amounts are printed with two decimals");
        }
        return event;
    }

    private static Optional<Organiser> organiser(Row row) throws SQLException {
        var name = row.text("organiser_name");
        return name == null
                ? Optional.empty()
                : Optional.of(new Organiser(
                        name,
                        Optional.ofNullable(row.text("organiser_email")),
                        Optional.ofNullable(row.text("organiser_url"))));
    }

    private static Terms terms(Row row) throws SQLException {
        var maxSeatsPerCustomer = row.integerOrNull("max_seats_per_customer");
        return new Terms(
                row.integer("version"),
                row.instant("starts_at"),
                Optional.ofNullable(row.instant("on_sale_from")),
                Optional.ofNullable(row.instant("on_sale_until")),
                row.bool("is_paused"),
                row.integer("max_seats_per_reservation"),
                maxSeatsPerCustomer == null ? OptionalInt.empty() : OptionalInt.of(maxSeatsPerCustomer),
                Optional.ofNullable(row.bigintOrNull("reservation_ttl_ms")).map(Duration::ofMillis),
                Optional.ofNullable(row.bigintOrNull("max_hold_ms")).map(Duration::ofMillis),
                row.bool("reentry"),
                Optional.ofNullable(row.instant("transfer_until")),
                List.of(),
                new Terms.Choice(row.text("orphans").equals("REFUSED"), row.bool("accessible_released")));
    }

    private void unknown(String kind, String name, String consequence) {
        if (unknownNames.add(name)) {
            log.warn("This version of Java does not know the {} {}, so {}. Upgrade Java.", kind, name, consequence);
        }
    }

    /** Returns how many time zones and currencies of the events that were read are too new for this version of Java. */
    public int unknownNames() {
        return unknownNames.size();
    }
}
