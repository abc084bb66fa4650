/** The tickets of an order: seat, holder and state, and what one can do with each. */
import {call, now} from '../lib/api.js';
import {announce, h, save} from '../lib/dom.js';
import {amount, shortDateTime} from '../lib/format.js';
import {explain, t} from '../lib/texts.js';
import {nameHolder, transfer} from './dialogs.js';
import {priceType, seatFacts, seatName} from './seats.js';

const isOpen = ticket => ticket.status !== 'VOIDED' && ticket.status !== 'TRANSFERRED';

/** Whether a PDF is still to be made, so that the page asks again. */
export const awaitsDocuments = ({tickets = [], reservation, event}) =>
  event.status !== 'CANCELLED' && reservation.email !== 'erased' && tickets.some(ticket => isOpen(ticket) && !ticket.documentReady);

/**
 * Draws the tickets.
 *
 * @param {object} order `event`, `reservation`, `tickets`
 * @param {Access} access
 * @param {function(): void} changed is called after an effect
 */
export function ticketsCard(order, access, changed) {
  const {event, tickets} = order;
  return h('section.card', {'aria-labelledby': 'tickets'},
    h('div.head', {}, h('h2', {id: 'tickets'}, t('order.tickets.title', {count: tickets.length})),
      event.status === 'CANCELLED' ? null : calendarButton(access)),
    h('ul.tickets', {}, tickets.map(ticket => h('li', {}, card(order, ticket, access, changed)))));
}

/** Draws the seats of an order that has no tickets yet. */
export function seatsCard({event, reservation}) {
  const isOver = reservation.status === 'EXPIRED' || reservation.status === 'CANCELLED';
  return h('section.card', {'aria-labelledby': 'seats'},
    h('h2', {id: 'seats'}, isOver ? t('order.seats.former') : t('order.seats.title', {count: reservation.seats.length})),
    h('ul.rows.plain', {}, reservation.seats.map(seat => h('li', {},
      h('span.grow', {}, seatName(event, seat.label), detail(event, reservation, seat)),
      h('span.num', {}, seat.price === 0 ? t('common.free') : amount(seat.price, reservation.total.currency))))));
}

function detail(event, reservation, seat) {
  const words = [priceType(event, seat.priceType), seat.holder].filter(Boolean);
  return words.length > 0 && h('small.muted', {}, words.join(', '));
}

function card(order, ticket, access, changed) {
  const {event, reservation} = order;
  const seat = [...reservation.seats, ...(reservation.refundedSeats || [])].find(each => each.label === ticket.seat);
  const name = seatName(event, ticket.seat);
  const type = priceType(event, seat?.priceType);
  return h(isOpen(ticket) && event.status !== 'CANCELLED' ? 'article.ticket' : 'article.ticket.void', {'aria-label': name},
    h('div.stub', {},
      h('dl.place', {}, seatFacts(event, ticket.seat).map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))),
      h('dl.facts', {},
        isOpen(ticket) && fact(t('order.ticket.holder'), seat?.holder || reservation.name || reservation.email),
        type && fact(t('order.ticket.type'), type),
        fact(t('order.ticket.number'), h('span.num', {}, ticket.number)))),
    h('div.doings', {}, badge(event, ticket), isOpen(ticket) && buttons(order, ticket, seat, name, access, changed)));
}

const fact = (label, value) => h('div', {}, h('dt', {}, label), h('dd', {}, value));

function badge(event, ticket) {
  const at = instant => shortDateTime(instant, event.timeZone);
  const isOff = event.status === 'CANCELLED' && isOpen(ticket);
  switch (isOff ? 'VOIDED' : ticket.status) {
    case 'CHECKED_IN': return h('p.badge.warn', {}, ticket.gate
      ? t('order.ticket.usedAt', {time: at(ticket.checkedInAt), gate: ticket.gate}) : t('order.ticket.used', {time: at(ticket.checkedInAt)}));
    case 'CHECKED_OUT': return h('p.badge', {}, t('order.ticket.left', {time: at(ticket.checkedOutAt)}));
    case 'VOIDED': return h('p.badge.bad', {}, '✕ ', t('order.ticket.void'));
    case 'TRANSFERRED': return h('p.badge', {}, '→ ', t('order.ticket.transferred'));
    default: return h('p.badge.ok', {}, '✓ ', t('order.ticket.valid'));
  }
}

function buttons(order, ticket, seat, name, access, changed) {
  const {event, reservation} = order;
  if (event.status === 'CANCELLED' || reservation.email === 'erased') {
    return null;
  }
  const isTransferable = ticket.status === 'VALID' && now() < Date.parse(event.transferUntil ?? event.startsAt);
  return h('div.buttons', {},
    ticket.documentReady
      ? documentButton(ticket, name, access, changed)
      : h('p.making', {}, h('span.spinner', {'aria-hidden': 'true'}), t('order.ticket.making')),
    h('div.pair', {}, h('button.small', {id: `name-${ticket.id}`, type: 'button', 'aria-label': t('order.holder.title', {seat: name}), onclick: () =>
      nameHolder(name, seat?.holder, async holder => {
        await access.act('PATCH', access.path, {holders: {[ticket.seat]: holder}});
        changed();
        return t('order.saved');
      })}, t('order.ticket.name')),
    isTransferable && h('button.small', {id: `transfer-${ticket.id}`, type: 'button', 'aria-label': t('order.transfer.title', {seat: name}), onclick: () =>
      transfer(name, async to => {
        await access.act('POST', `api/events/${access.eventId}/tickets/${ticket.id}/transfer`, to);
        changed();
        return t('order.transfer.done', {name: to.name});
      })}, t('order.ticket.transfer'))));
}

function documentButton(ticket, name, access, changed) {
  const path = `api/events/${access.eventId}/tickets/${ticket.id}.pdf`;
  return fileButton('button.primary.small', {id: `pdf-${ticket.id}`, 'aria-label': `${t('order.ticket.pdf')}: ${name}`}, t('order.ticket.pdf'),
    () => file(path, access, 'application/pdf', `ticket-${ticket.number}.pdf`), changed);
}

function calendarButton(access) {
  return fileButton('button.small', {id: 'calendar'}, t('order.calendar'),
    () => file(`${access.path}/event.ics`, access, 'text/calendar', 'event.ics'), () => {});
}

async function file(path, access, type, name) {
  const {response} = await call('GET', path, {token: access.token, accept: `${type}, application/problem+json`});
  save(new Blob([await response.arrayBuffer()], {type}), name);
}

/** A button that fetches a file, because a link could not send the token. */
function fileButton(kind, properties, label, fetchFile, failed) {
  const told = h('span.error', {role: 'alert'});
  const button = h(kind, {type: 'button', ...properties, onclick: async () => {
    if (button.getAttribute('aria-busy')) {
      return;
    }
    button.setAttribute('aria-busy', 'true');
    told.textContent = '';
    try {
      await fetchFile();
      announce(t('order.downloaded'));
    } catch (problem) {
      told.textContent = problem.slug === 'not-ready' ? t('order.ticket.making') : explain(problem);
      failed();
    }
    button.removeAttribute('aria-busy');
  }}, label);
  return h('span.file', {}, button, told);
}
