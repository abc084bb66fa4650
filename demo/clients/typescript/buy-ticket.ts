// Buys a ticket with the TypeScript client that openapi-generator makes. `make clients` runs it.
// URL is the server and SEATLOCK_ADMIN_KEY its admin key.
import { randomUUID } from 'node:crypto';
import { Configuration, EventsApi, ReservationsApi, TicketStatus, TicketsApi } from './client';

async function buyTicket(): Promise<void> {
    const configuration = new Configuration({
        basePath: process.env.URL,
        accessToken: process.env.SEATLOCK_ADMIN_KEY,
    });

    const event = await new EventsApi(configuration).createEvent({
        idempotencyKey: randomUUID(),
        newEvent: {
            name: 'Aida',
            venue: 'Teatro Grande',
            startsAt: new Date(Date.now() + 30 * 24 * 3600 * 1000),
            timeZone: 'Europe/Rome',
            currency: 'EUR',
            sections: [{ name: 'STALLS', price: 4500, rows: [{ name: 'A', seats: 2 }] }],
        },
    });

    const reservations = new ReservationsApi(configuration);
    const reservation = await reservations.reserve({
        eventId: event.id,
        idempotencyKey: randomUUID(),
        newReservation: { seats: ['STALLS-A-1'], email: 'ada@example.org' },
    });
    await reservations.confirm({
        eventId: event.id,
        reservationId: reservation.id,
        idempotencyKey: randomUUID(),
        confirmation: { paymentReference: `typescript-${reservation.id}`, amount: reservation.total.amount },
    });

    const { tickets } = await new TicketsApi(configuration).getTickets({
        eventId: event.id,
        reservationId: reservation.id,
    });
    if (tickets.length !== 1 || tickets[0].seat !== 'STALLS-A-1' || tickets[0].status !== TicketStatus.Valid) {
        throw new Error(`Expected one valid ticket for STALLS-A-1, got ${JSON.stringify(tickets)}`);
    }
    console.log(`ok       TypeScript bought ticket ${tickets[0].number}`);
}

buyTicket().catch(error => {
    console.error(error);
    process.exitCode = 1;
});
