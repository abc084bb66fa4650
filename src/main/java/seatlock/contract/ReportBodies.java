package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.reports.SalesFigures;

/** JSON of the figures of a sale. */
public final class ReportBodies {

    private ReportBodies() {}

    @OpenApiName("SalesAmounts")
    public record Amounts(
            @OpenApiRequired @OpenApiDescription("All that was confirmed, refunded or not, in minor units")
            long sold,

            @OpenApiRequired @OpenApiDescription("The part of it that was refunded, in minor units")
            long refunded) {

        private static Amounts of(SalesFigures.Amounts amounts) {
            return new Amounts(amounts.sold(), amounts.refunded());
        }
    }

    @OpenApiName("PriceTypeSales")
    public record PriceTypeSales(
            @OpenApiRequired String id,

            @OpenApiRequired @OpenApiDescription("Seats of confirmed reservations that were not refunded")
            long sold,

            @OpenApiRequired @OpenApiDescription("After discounts, without fees")
            Amounts amounts) {

        private static PriceTypeSales of(SalesFigures.PriceTypeSales type) {
            return new PriceTypeSales(type.id(), type.sold(), Amounts.of(type.amounts()));
        }
    }

    @OpenApiName("FeeSales")
    public record FeeSales(
            @OpenApiRequired String name,

            @OpenApiRequired
            @OpenApiDescription(
                    "One per seat is refunded with each of its seats, one per reservation with the last seat; one that is not refundable never is")
            Amounts amounts) {

        private static FeeSales of(SalesFigures.FeeSales fee) {
            return new FeeSales(fee.name(), Amounts.of(fee.amounts()));
        }
    }

    @OpenApiName("SectionSales")
    public record SectionSales(
            @OpenApiRequired String name,
            @OpenApiRequired long capacity,
            @OpenApiRequired long available,
            @OpenApiRequired long held,
            @OpenApiRequired long sold,
            @OpenApiRequired long withheld,
            @OpenApiRequired long checkedIn,

            @OpenApiRequired @OpenApiDescription("After discounts, without fees")
            Amounts amounts) {

        private static SectionSales of(SalesFigures.Section section) {
            var figures = section.figures();
            return new SectionSales(
                    section.name(),
                    figures.capacity(),
                    figures.available(),
                    figures.held(),
                    figures.sold(),
                    figures.withheld(),
                    figures.checkedIn(),
                    new Amounts(figures.soldAmount(), figures.refundedAmount()));
        }
    }

    @OpenApiName("DailySales")
    public record DailySales(
            @OpenApiRequired @OpenApiDescription("In the time zone of the event")
            String date,

            @OpenApiRequired @OpenApiDescription("Seats confirmed on that day, even if they were refunded later")
            long sold,

            @OpenApiRequired @OpenApiDescription("Seats refunded on that day, whenever they were confirmed")
            long refunded,

            @OpenApiRequired Amounts amounts) {

        private static DailySales of(SalesFigures.Day day) {
            return new DailySales(
                    day.date().toString(),
                    day.sold(),
                    day.refunded(),
                    new Amounts(day.soldAmount(), day.refundedAmount()));
        }
    }

    @OpenApiName("PaymentSums")
    public record PaymentSums(
            @OpenApiRequired @OpenApiDescription("Money that was moved, in minor units")
            long captured,

            @OpenApiRequired @OpenApiDescription("The part of it that was given back or is on its way")
            long refunded,

            @OpenApiRequired @OpenApiDescription("Money that confirms nothing and was not given back yet")
            long stranded) {

        private static PaymentSums of(SalesFigures.PaymentSums sums) {
            return new PaymentSums(sums.captured(), sums.refunded(), sums.stranded());
        }
    }

    @OpenApiName("Sales")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sales(
            @OpenApiRequired UUID eventId,

            @OpenApiRequired @OpenApiDescription("When the figures were right, all at once")
            Instant asOf,

            @OpenApiRequired @OpenApiDescription("ISO 4217 code of the currency of all amounts")
            String currency,

            @OpenApiRequired @OpenApiDescription("Number of seats: the sum of available, held, sold and withheld")
            long capacity,

            @OpenApiRequired long available,

            @OpenApiRequired @OpenApiDescription("Seats of pending reservations that have not lapsed")
            long held,

            @OpenApiRequired @OpenApiDescription("Seats of confirmed reservations that were not refunded")
            long sold,

            @OpenApiRequired @OpenApiDescription("Free seats that are withheld for somebody: those of allocations")
            long withheld,

            @OpenApiRequired @OpenApiDescription("Valid tickets that were checked in")
            long checkedIn,

            @OpenApiRequired @OpenApiDescription("The amounts of all sections and of all fees")
            Amounts amounts,

            @OpenApiRequired @OpenApiDescription("What codes took off the prices; the amounts are without it")
            Amounts discounts,

            @OpenApiRequired
            @OpenApiDescription("The tax that the amounts contain, as it is on the bills: rounded once per line")
            Amounts tax,

            @OpenApiRequired @OpenApiDescription("In the order of the seat plan")
            List<SectionSales> sections,

            @OpenApiRequired List<PriceTypeSales> priceTypes,
            @OpenApiRequired List<FeeSales> fees,

            @OpenApiDescription("Of payments through a provider; absent if there are none")
            PaymentSums payments,

            @OpenApiRequired @OpenApiDescription("Days on which something was sold or refunded, in order")
            List<DailySales> days) {

        public static Sales of(Event event, SalesFigures figures) {
            var total = figures.total();
            return new Sales(
                    event.id().value(),
                    figures.asOf(),
                    event.currencyCode(),
                    total.capacity(),
                    total.available(),
                    total.held(),
                    total.sold(),
                    total.withheld(),
                    total.checkedIn(),
                    new Amounts(total.soldAmount(), total.refundedAmount()),
                    Amounts.of(figures.discounts()),
                    Amounts.of(figures.tax()),
                    figures.sections().stream().map(SectionSales::of).toList(),
                    figures.priceTypes().stream().map(PriceTypeSales::of).toList(),
                    figures.fees().stream().map(FeeSales::of).toList(),
                    figures.payments().map(PaymentSums::of).orElse(null),
                    figures.days().stream().map(DailySales::of).toList());
        }
    }
}
