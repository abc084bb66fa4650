/** The answer to a scan, over the whole screen. */
import {h, svg} from '../lib/dom.js';
import {clock, shortDateTime} from '../lib/format.js';
import {parts} from '../lib/seats.js';
import {explain, t} from '../lib/texts.js';
import {ticketNumber} from './code.js';

/** A shape for each kind of answer, so that it is not told by its colour alone. */
const SIGNS = {
  ok: () => [svg('circle', {cx: 50, cy: 50, r: 44}), svg('path', {d: 'M29 52l15 15 28-31'})],
  used: () => [svg('path', {d: 'M50 8L95 89H5Z'}), svg('path', {d: 'M50 36v27M50 75v2'})],
  no: () => [svg('path', {d: 'M32 6h36l26 26v36l-26 26H32L6 68V32Z'}), svg('path', {d: 'M34 34l32 32M66 34L34 66'})],
  unsure: () => [svg('rect', {x: 8, y: 8, width: 84, height: 84, rx: 16}), svg('path', {d: 'M37 38a13 13 0 1 1 19 12q-6 4-6 12M50 75v2'})],
};

/** Returns a time as people at the gate say it: with the day only if it is not today. */
export function timeOf(instant, timeZone) {
  const isToday = shortDateTime(instant, timeZone).replace(clock(instant, timeZone), '')
    === shortDateTime(Date.now(), timeZone).replace(clock(Date.now(), timeZone), '');
  return isToday ? clock(instant, timeZone) : shortDateTime(instant, timeZone);
}

/** Returns the words of a seat, the large ones first: `['Row A · Seat 1', 'STALLS']`. */
export function seatWords(label, event) {
  const {section, row, number, kind} = parts(event, label);
  if (!section || !row) {
    return [label];
  }
  if (kind === 'place') {
    return [t('gate.answer.place', {place: number}), section];
  }
  return [kind === 'table' ? t('gate.answer.table', {table: row, seat: number}) : t('gate.answer.seat', {row, seat: number}), section];
}

/** The word of an answer, such as "Welcome". */
function word({kind, direction, reason}) {
  if (kind === 'ok') {
    return direction === 'out' ? t('gate.answer.goodbye') : t('gate.answer.welcome');
  }
  if (kind === 'used') {
    return reason === 'USED' ? t('gate.answer.used') : t('gate.answer.letOut');
  }
  return kind === 'no' ? t('gate.answer.no') : t('gate.answer.unsure');
}

/** The sentence that says why. */
function why({kind, reason, at, gate, problem}, timeZone) {
  if (kind === 'ok') {
    return null;
  }
  if (reason === 'USED') {
    return t('gate.answer.usedAt', {time: timeOf(at, timeZone), gate});
  }
  return reason === 'PROBLEM' ? explain(problem) : t(`gate.reason.${reason}`);
}

/** Returns one line about an answer, for the list of the last ones. */
export function line(answer, event) {
  const {seat, ticket} = answer;
  const of = seat ? seatWords(seat, event).join(', ') : ticket && ticketNumber(ticket);
  return [word(answer), of].filter(Boolean).join(': ');
}

/** @param {function()} next continues before the time is over */
export function answerView(answer, event, next) {
  const {kind, seat, ticket, isOffline} = answer;
  const [large, small] = seat ? seatWords(seat, event) : [null, ticket && t('gate.answer.ticket', {number: ticketNumber(ticket)})];
  return h('div.answer', {onclick: next},
    svg('svg.sign', {viewBox: '0 0 100 100', 'aria-hidden': 'true'}, SIGNS[kind]()),
    h('div.words', {},
      h('p.word', {}, word(answer)),
      h('p.why', {hidden: kind === 'ok'}, why(answer, event?.timeZone)),
      large && h('p.seat', {}, large),
      small && h('p.section', {}, small),
      isOffline && kind === 'ok' && h('p.aside', {}, t('gate.answer.offline'))),
    h('button.next', {type: 'button'}, t('gate.answer.next')));
}
