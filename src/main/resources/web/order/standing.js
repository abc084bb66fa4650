/** Where an order stands, as a function of what the API says: one sentence, and what follows from it. */
import {amount} from '../lib/format.js';
import {t} from '../lib/texts.js';

/** Returns what was given back or is on its way, or is to be given back by the seller: an amount in minor units. */
export function moneyBack({payment, refunded}) {
  return payment ? payment.refunded : refunded?.amount ?? 0;
}

/** How the money of a payment that confirms nothing goes back. */
function back(payment) {
  return t(`order.back.${payment.status === 'VOIDED' ? 'VOIDED' : payment.status === 'CAPTURED' ? 'CAPTURED' : 'AUTHORIZED'}`);
}

const good = (kind, sentence, more) => ({kind, sentence, tone: 'good', ...more});
const wait = (kind, sentence, more) => ({kind, sentence, tone: 'wait', ...more});
const over = (kind, sentence, more) => ({kind, sentence, tone: 'over', ...more});

/**
 * @param {object} order `event`, `reservation`, and `hasPaid`: whether the buyer has just come back from the page for the payment
 * @returns {{kind: string, sentence: string, tone: string, isUnderWay: boolean, canPay: boolean, hasTickets: boolean}}
 */
export function standing({event, reservation, hasPaid}) {
  const {status, payment} = reservation;
  if (event.status === 'CANCELLED') {
    return eventCancelled(reservation);
  }
  if (status === 'PENDING') {
    return hasPaid && payment
      ? wait('asking', t('order.standing.asking'), {isUnderWay: true})
      : wait('pending', '', {canPay: true});
  }
  if (status === 'EXPIRED') {
    return expired(payment, hasPaid);
  }
  return status === 'CONFIRMED' ? confirmed(reservation) : cancelled(reservation);
}

function eventCancelled(reservation) {
  const {payment, confirmedAt, status} = reservation;
  const isPaid = confirmedAt !== undefined;
  return over('event-cancelled', t('order.standing.eventCancelled'), {
    note: !isPaid
      ? payment?.returned ? back(payment) : t('order.note.notCharged')
      : moneyBack(reservation) > 0 ? t('order.note.moneyBack', {amount: money(moneyBack(reservation), reservation)}) : t('order.note.askForMoney'),
    isUnderWay: status === 'PENDING' || (isPaid && status === 'CONFIRMED'),
    hasTickets: isPaid,
  });
}

function expired(payment, hasPaid) {
  if (payment?.returned) {
    return over('too-late', `${t('order.standing.tooLate')} ${back(payment)}`, {isUnderWay: payment.status === 'AUTHORIZED', canChooseAgain: true});
  }
  if (payment && (hasPaid || payment.status === 'AUTHORIZED' || payment.status === 'CAPTURED')) {
    return wait('asking', t('order.standing.asking'), {isUnderWay: true});
  }
  // A payment that is under way now would still be noticed: the page asks again.
  return over('expired', t('order.standing.expired'), {isUnderWay: payment?.status === 'OPEN', canChooseAgain: true});
}

function confirmed(reservation) {
  const {payment, refundedSeats = [], seats} = reservation;
  if (payment && payment.status !== 'CAPTURED') {
    return wait('checking', t('order.standing.checking'), {isUnderWay: true});
  }
  const returned = moneyBack(reservation);
  const values = {count: refundedSeats.length, amount: money(returned, reservation)};
  if (refundedSeats.length > 0) {
    return good('partly', returned > 0 ? t('order.standing.partly', values) : t('order.standing.partlyWithout', values), {hasTickets: true});
  }
  if (returned > 0) {
    return good('partly', t('order.standing.moneyBack', values), {hasTickets: true});
  }
  const count = {count: seats.length};
  return good('paid', payment?.late
    ? t('order.standing.late', count)
    : reservation.total.amount === 0 ? t('order.standing.free', count) : t('order.standing.paid', count), {hasTickets: true});
}

function cancelled(reservation) {
  const {payment, confirmedAt} = reservation;
  if (payment?.returned) {
    return over('unwanted', `${t('order.standing.unwanted')} ${back(payment)}`, {isUnderWay: payment.status === 'AUTHORIZED', canChooseAgain: true});
  }
  if (confirmedAt === undefined) {
    return over('given-up', t('order.standing.givenUp'), {canChooseAgain: true});
  }
  if (payment?.status === 'VOIDED') {
    return over('not-moved', t('order.standing.notMoved'), {canChooseAgain: true});
  }
  const returned = moneyBack(reservation);
  return over('refunded', returned > 0
    ? t('order.standing.refunded', {amount: money(returned, reservation)})
    : t('order.standing.cancelled'), {hasTickets: true});
}

const money = (minorUnits, {total}) => amount(minorUnits, total.currency);
