import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import seatlock.client.ApiClient;
import seatlock.client.api.EventsApi;
import seatlock.client.api.ReservationsApi;
import seatlock.client.api.TicketsApi;
import seatlock.client.model.Confirmation;
import seatlock.client.model.NewEvent;
import seatlock.client.model.NewReservation;
import seatlock.client.model.Row;
import seatlock.client.model.SeatChoice;
import seatlock.client.model.Section;
import seatlock.client.model.TicketStatus;

/**
 * Buys a ticket with the Java client that openapi-generator makes. {@code make clients} runs it.
 *
 * <p>URL is the server and SEATLOCK_ADMIN_KEY its admin key.
 */
public final class BuyTicket {

    public static void main(String[] args) throws Exception {
        var key = System.getenv("SEATLOCK_ADMIN_KEY");
        var client = new ApiClient();
        client.updateBaseUri(System.getenv("URL"));
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + key));

        var event = new EventsApi(client)
                .createEvent(
                        new NewEvent()
                                .name("Aida")
                                .venue("Teatro Grande")
                                .startsAt(OffsetDateTime.now().plusDays(30))
                                .timeZone("Europe/Rome")
                                .currency("EUR")
                                .sections(List.of(new Section()
                                        .name("STALLS")
                                        .price(4500L)
                                        .rows(List.of(new Row().name("A").seats(2))))),
                        UUID.randomUUID().toString());

        var reservations = new ReservationsApi(client);
        var reservation = reservations.reserve(
                event.getId(),
                UUID.randomUUID().toString(),
                new NewReservation()
                        .seats(List.of(new SeatChoice("STALLS-A-1")))
                        .email("ada@example.org"));
        reservations.confirm(
                event.getId(),
                reservation.getId(),
                UUID.randomUUID().toString(),
                new Confirmation()
                        .paymentReference("java-" + reservation.getId())
                        .amount(reservation.getTotal().getAmount()));

        var tickets = new TicketsApi(client)
                .getTickets(event.getId(), reservation.getId())
                .getTickets();
        if (tickets.size() != 1
                || !tickets.get(0).getSeat().equals("STALLS-A-1")
                || tickets.get(0).getStatus() != TicketStatus.VALID) {
            throw new AssertionError("Expected one valid ticket for STALLS-A-1, got " + tickets);
        }
        System.out.println("ok       Java bought ticket " + tickets.get(0).getNumber());
    }

    private BuyTicket() {}
}
