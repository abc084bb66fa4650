/** Seats in words. */
import {parts} from '../lib/seats.js';
import {t} from '../lib/texts.js';

/** Returns a seat in one line: `STALLS, row D, seat 9`. */
export function seatName(event, label) {
  const {kind, ...values} = parts(event, label);
  return values.section ? t(`order.seat.${kind}`, values) : label;
}

/** Returns the parts of a seat with their names, for a ticket: `[['Section', 'STALLS'], ['Row', 'D'], ['Seat', '9']]`. */
export function seatFacts(event, label) {
  const {section, row, number, kind} = parts(event, label);
  const facts = [[t('order.seat.section'), section || label]];
  if (kind === 'place') {
    facts.push([t('order.seat.admission'), number]);
  } else if (section) {
    facts.push([kind === 'table' ? t('order.seat.tableName') : t('order.seat.row'), row], [t('order.seat.number'), number]);
  }
  return facts;
}

/** Returns the name of a price type; empty if the event has only one, because then it says nothing. */
export function priceType(event, id) {
  const types = event.priceTypes || [];
  return types.length < 2 ? '' : types.find(each => each.id === id)?.name ?? id ?? '';
}
