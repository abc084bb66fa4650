package seatlock.api;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import seatlock.catalog.Code;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Event;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceList;
import seatlock.catalog.PriceType;
import seatlock.contract.CodeBodies.EffectBody;
import seatlock.contract.CodeBodies.NewCodes;
import seatlock.db.Ids;
import seatlock.http.Validation;

/** Reads a request to create codes, and finds all errors in it. */
final class CodeReader {

    private static final int MAX_COUNT = 10_000;
    private static final int MAX_PREFIX = 30;
    private static final int MAX_SECTIONS = 1_000;
    private static final int MAX_PRICE_TYPES = 50;
    private static final int MAX_SEATS = 1_000_000;

    /** Digits and letters without look-alikes. */
    private static final String ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

    /** Of the random part of a code: 58 bits, which cannot be guessed even if 10,000 of them are valid. */
    private static final int RANDOM_LENGTH = 12;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final NewCodes body;
    private final Validation validation;

    /** @param validation gets the errors; after one, the result means nothing */
    CodeReader(NewCodes body, Validation validation) {
        this.body = body;
        this.validation = validation;
    }

    /**
     * Returns the codes, which differ in nothing but their texts, ids and limits.
     *
     * @param prices of the event
     */
    List<Code> read(PriceList prices, Instant createdAt) {
        checkText();
        var effect = effect(body.effect());
        var sections = scope(
                body.sections(),
                "sections",
                MAX_SECTIONS,
                "must be a section of the event",
                name -> prices.prices().keySet().stream()
                        .anyMatch(priced -> priced.section().equals(name)));
        var priceTypes = scope(
                body.priceTypes(),
                "priceTypes",
                MAX_PRICE_TYPES,
                "must be a price type of the event",
                id -> prices.tariff().type(id).isPresent());
        checkRange(body.maxSeats(), "maxSeats", MAX_SEATS);
        checkRange(body.maxSeatsPerReservation(), "maxSeatsPerReservation", Event.MAX_SEATS_PER_RESERVATION);
        var from = instant(body.validFrom(), "validFrom");
        var until = instant(body.validUntil(), "validUntil");
        if (from.isPresent() && until.isPresent()) {
            validation.check(until.get().isAfter(from.get()), "validUntil", "must be after validFrom");
        }
        validation.finish();
        var isSingleUse = body.count() != null;
        var maxSeats = body.maxSeatsPerReservation();
        return texts().map(text -> new Code(
                        Ids.next(),
                        text,
                        effect,
                        sections,
                        priceTypes,
                        limit(isSingleUse),
                        isSingleUse,
                        maxSeats == null ? OptionalInt.empty() : OptionalInt.of(maxSeats),
                        from,
                        until,
                        true,
                        createdAt))
                .toList();
    }

    private void checkText() {
        if (body.prefix() != null && validation.checkText(body.prefix(), "prefix", MAX_PREFIX)) {
            checkLength(body.prefix(), "prefix", 1, MAX_PREFIX);
        }
        if (body.count() == null) {
            if (validation.checkText(body.code(), "code", Code.MAX_LENGTH)) {
                checkLength(body.code(), "code", Code.MIN_LENGTH, Code.MAX_LENGTH);
            }
            validation.check(body.prefix() == null, "count", "is required if there is a prefix");
            return;
        }
        checkRange(body.count(), "count", MAX_COUNT);
        validation.check(body.code() == null, "code", "must be left out if there is a count");
        validation.check(
                body.maxSeats() == null,
                "maxSeats",
                "must be left out if there is a count, because each of those codes is for one reservation");
    }

    /** Checks the length after the normalisation, which changes it. */
    private void checkLength(String text, String field, int min, int max) {
        var normalised = Code.normalised(text);
        var length = normalised.codePointCount(0, normalised.length());
        validation.check(length >= min && length <= max, field, "must have from " + min + " to " + max + " characters");
    }

    private Stream<String> texts() {
        return body.count() == null
                ? Stream.of(Code.normalised(body.code()))
                : Stream.generate(this::randomText).distinct().limit(body.count());
    }

    private String randomText() {
        var text = new StringBuilder(body.prefix() == null ? "" : Code.normalised(body.prefix()));
        RANDOM.ints(RANDOM_LENGTH, 0, ALPHABET.length()).forEach(index -> text.append(ALPHABET.charAt(index)));
        return text.toString();
    }

    private Optional<Limit> limit(boolean isSingleUse) {
        return isSingleUse
                ? Optional.of(new Limit(Ids.next(), 1))
                : Optional.ofNullable(body.maxSeats()).map(size -> new Limit(Ids.next(), size));
    }

    private CodeEffect effect(EffectBody effect) {
        if (!validation.check(
                effect != null
                        && Stream.of(effect.percent(), effect.off(), effect.price(), effect.access())
                                        .filter(Objects::nonNull)
                                        .count()
                                == 1,
                "effect",
                "must have one of percent, off, price and access")) {
            return null;
        }
        if (effect.percent() != null) {
            checkRange(effect.percent(), "effect.percent", 100);
            return CodeEffect.on(CodeEffect.Kind.PERCENT, effect.percent());
        } else if (effect.off() != null) {
            checkAmount(effect.off(), "effect.off", 1);
            return CodeEffect.on(CodeEffect.Kind.OFF, effect.off());
        } else if (effect.price() != null) {
            checkAmount(effect.price(), "effect.price", 0);
            return CodeEffect.on(CodeEffect.Kind.PRICE, effect.price());
        }
        validation.check(
                CodeEffect.ACCESS_FORM.matcher(effect.access()).matches(),
                "effect.access",
                "must be 1 to 30 of A-Z, 0-9, _ and -, such as MEMBERS");
        return CodeEffect.opening(effect.access());
    }

    private void checkAmount(long amount, String field, long min) {
        validation.check(
                amount >= min && amount <= PriceType.MAX_PRICE,
                field,
                "must be from " + min + " to " + PriceType.MAX_PRICE + ", in minor units");
    }

    private void checkRange(Integer value, String field, int max) {
        validation.check(value == null || value >= 1 && value <= max, field, "must be from 1 to " + max);
    }

    private Set<String> scope(List<String> names, String field, int max, String message, Predicate<String> isKnown) {
        var read = new HashSet<String>();
        if (names == null
                || !validation.check(
                        !names.isEmpty() && names.size() <= max,
                        field,
                        "must have from 1 to " + max + "; leave it out for all")) {
            return read;
        }
        for (int i = 0; i < names.size(); i++) {
            var path = field + "[" + i + "]";
            if (validation.check(names.get(i) != null && isKnown.test(names.get(i)), path, message)) {
                validation.check(read.add(names.get(i)), path, "is a duplicate");
            }
        }
        return read;
    }

    private Optional<Instant> instant(String text, String field) {
        return text == null ? Optional.empty() : Optional.ofNullable(validation.parseInstant(text, field));
    }
}
