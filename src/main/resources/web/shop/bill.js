/** The price of the choice: before it is reserved, by the map; afterwards, as the server has computed it. */
import {h} from '../lib/dom.js';
import {amount} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {numberOf} from './house.js';

/** The name of a seat as people say it: `D 12`. */
export const shortName = seat => `${seat.row} ${numberOf(seat)}`;

/** Returns where a seat is: `Stalls, row D, seat 12`. */
export const longName = seat => seat.table
  ? t('shop.at-table', {section: seat.section, table: seat.row, seat: numberOf(seat)})
  : t('shop.at-row', {section: seat.section, row: seat.row, seat: numberOf(seat)});

export const price = (cents, currency) => cents === 0 ? t('common.free') : amount(cents, currency);

/** Returns what was chosen as lines: `{kind, id, section, type, quantity, where, price}`, in the order of the house. */
export function linesOf(house, basket) {
  const lines = [];
  for (const [label, type] of Object.entries(basket.seats)) {
    const seat = house.live.seats.get(label);
    lines.push({kind: 'seat', id: label, section: seat?.section, type, quantity: 1, where: seat ? longName(seat) : label,
      price: seat ? house.price(seat.section, type) : 0});
  }
  for (const [label, type] of Object.entries(basket.tables)) {
    const seats = house.tableSeats(label);
    const first = seats[0];
    lines.push({kind: 'table', id: label, section: first?.section, type, quantity: seats.length,
      where: first ? t('shop.table-line', {section: first.section, table: first.row, count: seats.length}) : label,
      price: first ? seats.length * house.price(first.section, type) : 0});
  }
  for (const [section, types] of Object.entries(basket.places)) {
    for (const [type, quantity] of Object.entries(types)) {
      lines.push({kind: 'places', id: section, section, type, quantity, where: t('shop.places-line', {section, count: quantity}),
        price: quantity * house.price(section, type)});
    }
  }
  return lines;
}

/** Returns `{total, isLeast}` of a choice: with the best seats, nobody knows yet where they are. */
export function estimate(house, basket, lines) {
  const best = Object.entries(basket.best?.types || {}).reduce((sum, [type, n]) => sum + n * leastOf(house, type), 0);
  const seats = lines.reduce((sum, line) => sum + line.price, 0) + best;
  const perOrder = (house.event.fees || []).filter(fee => fee.per === 'RESERVATION').reduce((sum, fee) => sum + fee.amount, 0);
  return {total: seats === 0 ? 0 : seats + perOrder, isLeast: !!basket.best, perOrder: seats === 0 ? 0 : perOrder};
}

function leastOf(house, type) {
  const prices = house.sections.filter(section => !section.isPlaces && section.prices[type] !== undefined).map(section => section.prices[type]);
  return prices.length ? Math.min(...prices) : 0;
}

const sum = (name, value, className = '') => h(`div.sum${className}`, {}, h('span', {}, name), h('span.num', {}, value));

/** The sums of a choice. */
export function estimateSums(house, basket, lines) {
  const {total, isLeast, perOrder} = estimate(house, basket, lines);
  const currency = house.event.currency;
  const perSeat = (house.event.fees || []).filter(fee => fee.per === 'SEAT').reduce((all, fee) => all + fee.amount, 0);
  const paid = lines.filter(line => line.price > 0).reduce((all, line) => all + line.quantity, 0);
  const text = price(total, currency);
  return [
    perSeat > 0 && paid > 0 && sum(t('shop.includes-fees'), amount(perSeat * paid, currency)),
    perOrder > 0 && (house.event.fees || []).filter(fee => fee.per === 'RESERVATION').map(fee => sum(fee.name, amount(fee.amount, currency))),
    sum(t('shop.total'), isLeast ? t('shop.from', {price: text}) : text, '.total'),
  ];
}

/** The bill of a reservation, as the server has computed it. */
export function billSums(house, {breakdown, total}) {
  const currency = total.currency;
  if (!breakdown) {
    return [sum(t('shop.total'), price(total.amount, currency), '.total')];
  }
  const several = house.types.length > 1;
  return [
    breakdown.seats.map(line => [
      sum(`${line.quantity} × ${line.section}${several ? `, ${house.typeName(line.priceType)}` : ''}`, amount(line.quantity * line.price, currency)),
      line.discount > 0 && sum(t('shop.discount'), `−${amount(line.quantity * line.discount, currency)}`)]),
    breakdown.fees.map(fee => sum(fee.quantity > 1 ? `${fee.quantity} × ${fee.name}` : fee.name, amount(fee.amount, currency))),
    sum(t('shop.total'), price(total.amount, currency), '.total'),
    breakdown.tax > 0 && h('p.small.muted.num', {}, t('shop.tax', {amount: amount(breakdown.tax, currency)})),
  ];
}
