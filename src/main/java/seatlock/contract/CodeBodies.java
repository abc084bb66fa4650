package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Codes;
import seatlock.catalog.Limit;

/** JSON of requests and responses about codes. */
public final class CodeBodies {

    private CodeBodies() {}

    @OpenApiName("CodeEffect")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EffectBody(
            @OpenApiDescription("Takes this percentage off the price of each seat, rounded half up: 1 to 100")
            Integer percent,

            @OpenApiDescription("Takes this amount off the price of each seat, at most the whole price; in minor units")
            Long off,

            @OpenApiDescription("Sets the price of each seat, unless it is lower already; in minor units")
            Long price,

            @OpenApiDescription("Opens the presale or the allocation with this name; the prices stay as they are")
            String access) {

        static EffectBody of(CodeEffect effect) {
            var isPercent = effect.kind() == CodeEffect.Kind.PERCENT;
            return new EffectBody(
                    isPercent ? Math.toIntExact(effect.value()) : null,
                    effect.kind() == CodeEffect.Kind.OFF ? effect.value() : null,
                    effect.kind() == CodeEffect.Kind.PRICE ? effect.value() : null,
                    effect.access().orElse(null));
        }
    }

    @OpenApiName("NewCodes")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewCodes(
            @OpenApiDescription("3 to 50 characters, unique in the event; stored in upper case. Instead of `count`")
            String code,

            @OpenApiDescription("Creates this many random codes, each for one reservation; instead of `code`")
            Integer count,

            @OpenApiDescription("What the random codes begin with; at most 30 characters")
            String prefix,

            @OpenApiRequired @OpenApiDescription("Exactly one of its fields")
            EffectBody effect,

            @OpenApiDescription("Where it has an effect; default: everywhere")
            List<String> sections,

            @OpenApiDescription("Ids of the price types for which it has an effect; default: all")
            List<String> priceTypes,

            @OpenApiDescription(
                    "How many seats may be reserved with it altogether, counting those on which it has an effect; default: no"
                            + " limit. Not with `count`")
            Integer maxSeats,

            @OpenApiDescription("On how many seats of one reservation it may have an effect; default: no limit")
            Integer maxSeatsPerReservation,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("RFC 3339 with an offset or Z; default: valid at once")
            String validFrom,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("After `validFrom`. It is not valid from then on; default: no limit")
            String validUntil) {}

    @OpenApiName("Code")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CodeBody(
            @OpenApiRequired UUID id,

            @OpenApiRequired @OpenApiDescription("In upper case")
            String code,

            @OpenApiRequired EffectBody effect,

            @OpenApiDescription("Absent for all sections") List<String> sections,

            @OpenApiDescription("Absent for all price types")
            List<String> priceTypes,

            @OpenApiRequired @OpenApiDescription("Whether it is for one reservation")
            boolean singleUse,

            @OpenApiDescription("Absent if there is no limit, and for a single use")
            Integer maxSeats,

            @OpenApiDescription("Absent if there is no limit")
            Integer maxSeatsPerReservation,

            Instant validFrom,
            Instant validUntil,

            @OpenApiRequired @OpenApiDescription("False once it was switched off")
            boolean active,

            @OpenApiDescription(
                    "Seats of confirmed and pending reservations that count against `maxSeats`; reservations, for a single"
                            + " use; absent without a limit")
            Long used,

            @OpenApiDescription("How many more may be reserved; absent without a limit")
            Long left,

            @OpenApiRequired Instant createdAt) {

        public static CodeBody of(Codes.Counted counted) {
            var code = counted.code();
            return new CodeBody(
                    code.id(),
                    code.code(),
                    EffectBody.of(code.effect()),
                    scope(code.sections()),
                    scope(code.priceTypes()),
                    code.isSingleUse(),
                    code.isSingleUse() ? null : code.limit().map(Limit::size).orElse(null),
                    integer(code.maxSeatsPerReservation()),
                    code.validFrom().orElse(null),
                    code.validUntil().orElse(null),
                    code.isActive(),
                    number(counted.used()),
                    number(counted.left()),
                    code.createdAt());
        }

        private static List<String> scope(Set<String> names) {
            return names.isEmpty() ? null : names.stream().sorted().toList();
        }

        private static Integer integer(OptionalInt value) {
            return value.isPresent() ? value.getAsInt() : null;
        }

        private static Long number(OptionalLong value) {
            return value.isPresent() ? value.getAsLong() : null;
        }
    }

    @OpenApiName("NewCodesCreated")
    public record CreatedCodes(@OpenApiRequired List<CodeBody> codes) {}

    @OpenApiName("Codes")
    public record CodeList(
            @OpenApiRequired @OpenApiDescription("In order of creation")
            List<CodeBody> codes,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            UUID next) {}
}
