/** Counts what an action on a whole event concerns, before a person decides. */
import {eventPath, read} from './session.js';

const MAX_PAGES = 20;

/**
 * Returns how many reservations are confirmed and pending, how many addresses have tickets, and the money that goes back if all is
 * cancelled: `byProvider`, which Seatlock gives back, and `byHand`. `isPart` if there are more than were counted.
 */
export async function tally(eventId, signal) {
  const result = {confirmed: 0, pending: 0, byProvider: 0, byHand: 0, isPart: false};
  const people = new Set();
  await walk('CONFIRMED', reservation => {
    result.confirmed++;
    people.add(reservation.email.toLowerCase());
    const back = reservation.refundable?.amount ?? 0;
    const left = reservation.payment?.status === 'CAPTURED' ? Math.max(0, reservation.payment.amount - reservation.payment.refunded) : 0;
    if (reservation.payment && reservation.payment.status !== 'CLOSED' && reservation.payment.status !== 'VOIDED') {
      result.byProvider += Math.min(back, left);
    } else {
      result.byHand += back;
    }
  });
  await walk('PENDING', () => { result.pending++; });
  result.people = people.size;
  return result;

  async function walk(status, count) {
    let after = '';
    for (let page = 0; after !== null; page++) {
      if (page === MAX_PAGES) {
        result.isPart = true;
        return;
      }
      const {body} = await read(eventPath(eventId, `/reservations?limit=1000&status=${status}${after && `&after=${after}`}`), {signal});
      body.reservations.forEach(count);
      after = body.next;
    }
  }
}
