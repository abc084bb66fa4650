package seatlock.plans;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Point;
import seatlock.http.Validation;
import seatlock.plans.ConvertedPlan.Warning;
import seatlock.plans.FileZone.FileRow;
import seatlock.plans.FileZone.FileSeat;
import seatlock.text.PrintableText;

/**
 * Reads pretix's published format of seating plans (version 0.0.1). Zones have rows, rows have seats, and the position of each is
 * relative to that of the one around it. Categories take the place of prices. Fields that are not needed are ignored, because plans
 * from pretix's editor have more than the published ones.
 */
public final class PretixPlan {

    private static final int MAX_PLAN_NAME = 200;
    private static final Point ORIGIN = new Point(0, 0);

    private final Map<String, Long> prices;
    private final String root;
    private final Validation validation = new Validation();
    private final Warnings warnings = new Warnings();
    private final List<Warning> areas = new ArrayList<>();
    private final Set<String> categories = new LinkedHashSet<>();

    private PretixPlan(Map<String, Long> prices, String root) {
        this.prices = prices;
        this.root = root;
    }

    /**
     * Converts a plan.
     *
     * @param root path of the plan in the request, such as {@code plan.}; empty if it is all of it
     * @param prices by category, in minor units; a category that is not among them has no price yet
     * @throws seatlock.http.Problem.Refused invalid-request
     */
    public static ConvertedPlan convert(JsonNode plan, String root, Map<String, Long> prices) {
        return new PretixPlan(prices, root).convert(plan);
    }

    private ConvertedPlan convert(JsonNode plan) {
        var name = Optional.of(PrintableText.asName(text(plan, "name", root)))
                .filter(each -> !each.isEmpty())
                .map(each -> new UniqueNames(MAX_PLAN_NAME).of("", each));
        each(
                plan,
                "categories",
                root,
                (category, path) -> categories.add(PrintableText.asName(text(category, "name", path))));
        var zones = new ArrayList<FileZone>();
        validation.check(plan.hasNonNull("zones"), root + "zones", "is required: the zones of a pretix plan");
        each(plan, "zones", root, (zone, path) -> zones.add(zone(zone, path)));
        checkPrices();
        validation.finish();
        var builder = new PlanBuilder(warnings);
        zones.forEach(builder::add);
        areas.forEach(area -> warnings.add(area.field(), area.message()));
        return builder.build(name);
    }

    private FileZone zone(JsonNode zone, String path) {
        var rows = new ArrayList<FileRow>();
        var position = point(zone, path).orElse(ORIGIN);
        each(zone, "rows", path, (row, rowPath) -> rows.add(row(row, rowPath, position)));
        each(zone, "areas", path, this::warnOfArea);
        return new FileZone(withoutDot(path), text(zone, "name", path), rows);
    }

    private FileRow row(JsonNode row, String path, Point zone) {
        var seats = new ArrayList<FileSeat>();
        var position = plus(zone, point(row, path).orElse(ORIGIN));
        each(row, "seats", path, (seat, seatPath) -> seats.add(seat(seat, seatPath, position)));
        return new FileRow(withoutDot(path), text(row, "row_number", path), seats);
    }

    private FileSeat seat(JsonNode seat, String path, Point row) {
        var category = PrintableText.asName(text(seat, "category", path));
        categories.add(category);
        var point = point(seat, path).map(relative -> plus(row, relative));
        validation.check(
                point.isEmpty() || isNear(point.get().x()) && isNear(point.get().y()),
                path + "position",
                "must be at most " + (long) SeatPlan.MAX_COORDINATE + " from the origin along each axis");
        return new FileSeat(
                withoutDot(path),
                text(seat, "seat_number", path),
                category,
                prices.get(category),
                false,
                false,
                false,
                point);
    }

    private void checkPrices() {
        prices.forEach((category, price) -> {
            var field = "prices." + PrintableText.orQuestionMark(category);
            validation.check(
                    price != null && price >= 0 && price <= PriceType.MAX_PRICE,
                    field,
                    "must be from 0 to " + PriceType.MAX_PRICE + ", in minor units");
            validation.check(categories.contains(category), field, "must be a category of the plan");
        });
    }

    /** An area has no capacity, and many areas are drawings, so none becomes places. */
    private void warnOfArea(JsonNode area, String path) {
        var text = area.path("text").isObject() ? area.path("text").path("text") : area.path("text");
        var name = PrintableText.asName(text.asText(""));
        areas.add(
                new Warning(
                        withoutDot(path),
                        (name.isEmpty() ? "is an area" : "is the area " + Warnings.quoted(name))
                                + ", for which a pretix plan has no capacity: if places in it are sold, add a section with places"));
    }

    /** Passes on each object of a list that may be absent, with its path, which ends with a dot. */
    private void each(JsonNode parent, String name, String path, BiConsumer<JsonNode, String> action) {
        var list = parent.path(name);
        if (!list.isMissingNode() && !list.isNull()) {
            validation.check(list.isArray(), path + name, "must be a list");
        }
        if (list.isArray()) {
            for (int i = 0; i < list.size(); i++) {
                var itemPath = path + name + "[" + i + "]";
                if (validation.check(list.get(i).isObject(), itemPath, "must be an object")) {
                    action.accept(list.get(i), itemPath + ".");
                }
            }
        }
    }

    /** Returns a text or a whole number as text; empty if it is absent. */
    private String text(JsonNode parent, String name, String path) {
        var value = parent.path(name);
        validation.check(
                value.isTextual() || value.isIntegralNumber() || value.isNull() || value.isMissingNode(),
                path + name,
                "must be a text");
        return value.isTextual() || value.isIntegralNumber() ? value.asText() : "";
    }

    private Optional<Point> point(JsonNode parent, String path) {
        var position = parent.path("position");
        if (position.isMissingNode() || position.isNull()) {
            return Optional.empty();
        }
        var isPoint = position.path("x").isNumber() && position.path("y").isNumber();
        validation.check(isPoint, path + "position", "must have the numbers x and y");
        return isPoint
                ? Optional.of(new Point(
                        position.get("x").doubleValue(), position.get("y").doubleValue()))
                : Optional.empty();
    }

    private static boolean isNear(double coordinate) {
        return Math.abs(coordinate) <= SeatPlan.MAX_COORDINATE; // which NaN is not
    }

    private static Point plus(Point one, Point other) {
        return new Point(one.x() + other.x(), one.y() + other.y());
    }

    private static String withoutDot(String path) {
        return path.substring(0, path.length() - 1);
    }
}
