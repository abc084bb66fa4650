/** One order with all its facts. */
import {h, save, show} from '../lib/dom.js';
import {call} from '../lib/api.js';
import {countdown, shortDateTime} from '../lib/format.js';
import {now} from '../lib/api.js';
import {LANGUAGES, t} from '../lib/texts.js';
import {eventPath, read, readAll, session} from './session.js';
import {action, badge, facts, table} from './ui.js';
import {actorWords, changeWords, money, number, reservationStatus, typeNames} from './words.js';
import * as acts from './order-acts.js';

/** Shows an order. Its dialogs get the `reservation`, its `tickets`, its `event`, `path`, and `done`, which reads it again. */
export async function orderView(view) {
  const path = eventPath(view.id, `/reservations/${view.argument}`);
  const load = async () => {
    const [{body: reservation}, {body: {tickets}}, changes] = await Promise.all([
      read(path, {signal: view.signal}),
      read(`${path}/tickets`, {signal: view.signal}).catch(problem => problem.slug === 'reservation-not-confirmed' ? {body: {tickets: []}} : Promise.reject(problem)),
      readAll(`${path}/changes?limit=1000`, 'changes', {signal: view.signal})]);
    const order = {view, event: view.event, path, reservation, tickets, done: load};
    show(view.root,
        h('p', {}, h('a', {href: `#/e/${view.id}/orders`, id: 'back'}, `← ${t('office.part.orders')}`)),
        summary(order), seatsCard(order), bill(order), tickets.length > 0 ? ticketsCard(order) : null, history(order, changes));
  };
  await load();
}

function summary(order) {
  const {reservation: it, event} = order;
  const when = instant => instant && shortDateTime(instant, event.timeZone);
  const payment = it.payment;
  const left = h('span.num');
  if (it.status === 'PENDING') {
    const tick = () => { left.textContent = ` (${countdown(Date.parse(it.expiresAt) - now())})`; };
    tick();
    const timer = setInterval(tick, 1000);
    order.view.signal.addEventListener('abort', () => clearInterval(timer));
  }
  return h('section.card', {'aria-labelledby': 'order-title'},
      h('h2', {id: 'order-title'}, t('office.order.title', {reference: it.reference ?? it.id}), ' ', reservationStatus(it)),
      facts([
        [t('office.word.name'), it.name], [t('office.word.email'), h('span', {id: 'email'}, it.email)],
        [t('office.field.language'), LANGUAGES[it.language]], [t('office.order.customer'), it.customer], [t('office.word.code'), it.code],
        [t('office.word.made'), when(it.createdAt)],
        [t('office.order.heldUntil'), it.status === 'PENDING' ? [when(it.expiresAt), left] : null],
        [t('office.order.confirmedAt'), when(it.confirmedAt)], [t('office.order.cancelledAt'), when(it.cancelledAt)],
        [t('office.order.paymentReference'), it.paymentReference],
        [t('office.order.payment'), payment && paymentWords(payment, it.total.currency)],
        [t('office.order.mail'), it.mail && it.mail.state !== 'none' ? [badge(it.mail.state, t(`office.mail.${it.mail.state}`)), it.mail.reason ? ` ${it.mail.reason}` : ''] : null],
        [t('office.order.replaces'), it.replaces && link(order, it.replaces)], [t('office.order.replacedBy'), it.replacedBy && link(order, it.replacedBy)],
      ]),
      h('div.actions.start', {}, buttons(order)));
}

const link = ({event}, id) => h('a', {href: `#/e/${event.id}/orders/${id}`}, t('office.order.another'));

function paymentWords(payment, currency) {
  const cash = amount => money({amount, currency});
  return [
    badge(payment.status, t(`office.payment.${payment.status}`)), ` ${cash(payment.amount)} `,
    payment.refunded > 0 ? t('office.sales.refunded', {amount: cash(payment.refunded)}) : '',
    payment.late ? ` · ${t('office.payment.late')}` : '', payment.disputed ? ` · ${t('office.payment.disputed')}` : '',
    payment.returned ? ` · ${t(`office.returned.${payment.returned}`)}` : '',
    (payment.refunds ?? []).map(each => h('div.small', {}, `${cash(each.amount)}: ${t(`office.refundStatus.${each.status}`)}`, each.reason ? ` · ${each.reason}` : '', each.failure ? h('span.bad', {}, ` · ${each.failure}`) : '')),
  ];
}

/** The actions on an order depend on where it stands. */
function buttons(order) {
  const {status, email, payment, replacedBy} = order.reservation;
  const isLive = order.event.status !== 'CANCELLED';
  const isPending = status === 'PENDING';
  const isConfirmed = status === 'CONFIRMED';
  const isErased = email === 'erased';
  const hasMoney = payment?.status === 'CAPTURED' && payment.refunded < payment.amount;
  return [
    isPending && isLive ? action(t('office.order.confirm'), () => acts.confirm(order), {id: 'confirm'}, 'button.primary') : null,
    status === 'EXPIRED' && !replacedBy && isLive ? action(t('office.order.reacquire'), () => acts.confirm(order), {id: 'confirm'}) : null,
    isPending && isLive ? action(t('office.order.extend'), () => acts.extend(order), {id: 'extend'}) : null,
    isConfirmed && isLive && !isErased ? action(t('office.order.resend'), () => acts.resend(order), {id: 'resend'}) : null,
    (isPending || isConfirmed) && !isErased ? action(t('office.order.correct'), () => acts.correct(order), {id: 'correct'}) : null,
    isConfirmed || hasMoney ? action(t('office.order.refund'), () => acts.refund(order), {id: 'refund'}, 'button.danger') : null,
    isPending ? action(t('office.order.cancel'), () => acts.cancelPending(order), {id: 'cancel-order'}, 'button.danger') : null,
    action(t('office.order.calendar'), async () => save(await (await call('GET', `${order.path}/event.ics`, {token: session.key, accept: 'text/calendar'})).response.blob(), `${order.reservation.reference}.ics`), {id: 'calendar'}),
    action(t('office.order.data'), () => acts.data(order), {id: 'data'}),
    isErased ? null : action(t('office.order.erase'), () => acts.erase(order), {id: 'erase'}, 'button.danger'),
  ];
}

function seatsCard({reservation: it, event}) {
  const names = typeNames(event);
  const isTaken = it.status === 'PENDING' || it.status === 'CONFIRMED';
  const rows = [...it.seats.map(seat => [seat, isTaken ? t('office.order.taken') : t('office.order.givenBack')]), ...(it.refundedSeats ?? []).map(seat => [seat, t('office.order.givenBack')])];
  return h('section.card', {'aria-labelledby': 'seats-title'}, h('h2', {id: 'seats-title'}, t('office.word.seats')),
      table(t('office.word.seats'), [t('office.word.seat'), t('office.word.priceType'), t('office.order.holder'), t('office.word.status'), {text: t('office.word.price'), right: true}],
          rows.map(([seat, status]) => [seat.label, names.get(seat.priceType) ?? seat.priceType ?? '', seat.holder ?? '', status, money({amount: seat.price, currency: it.total.currency})])));
}

function bill({reservation: it, event}) {
  const names = typeNames(event);
  const cash = amount => money({amount, currency: it.total.currency});
  if (!it.breakdown) {
    return null;
  }
  const rows = [
    ...it.breakdown.seats.map(line => [`${line.section}${event.priceTypes?.length > 1 ? ` · ${names.get(line.priceType) ?? line.priceType}` : ''}`, number(line.quantity),
      line.discount > 0 ? `${cash(line.price)} − ${cash(line.discount)}` : cash(line.price), cash(line.amount)]),
    ...it.breakdown.fees.map(line => [line.refundable ? line.name : t('office.order.keptFee', {name: line.name}), number(line.quantity), '', cash(line.amount)]),
  ];
  return h('section.card', {'aria-labelledby': 'bill-title'}, h('h2', {id: 'bill-title'}, t('office.order.bill')),
      table(t('office.order.bill'), [t('office.sales.what'), {text: t('office.word.quantity'), right: true}, {text: t('office.word.price'), right: true}, {text: t('office.word.amount'), right: true}], rows,
          {foot: [t('office.word.total'), '', '', h('span', {id: 'total'}, money(it.total))]}),
      h('p.small.muted', {}, it.breakdown.tax > 0 ? t('office.order.tax', {amount: cash(it.breakdown.tax)}) : ''),
      it.refunded ? h('p', {}, t('office.order.refunded', {amount: money(it.refunded)})) : null);
}

function ticketsCard(order) {
  const {tickets, event} = order;
  return h('section.card', {'aria-labelledby': 'tickets-title'}, h('h2', {id: 'tickets-title'}, t('office.order.tickets')),
      table(t('office.order.tickets'), [t('office.word.seat'), t('office.order.number'), t('office.word.status'), t('office.order.holder'), t('office.order.actions')],
          tickets.map((ticket, i) => [
            ticket.seat, h('span.num', {}, ticket.number),
            [badge(ticket.status, t(`office.ticket.${ticket.status}`)), ticket.checkedInAt ? h('div.small.muted', {}, `${shortDateTime(ticket.checkedInAt, event.timeZone)}, ${ticket.gate ?? ''}`) : null],
            [ticket.holderName, ticket.holderEmail].filter(Boolean).join(', '),
            h('div.row', {}, ticket.status === 'VOIDED' || ticket.status === 'TRANSFERRED' ? null : [
              action(t('office.order.pdf'), () => acts.openPdf(order, ticket), {id: `pdf-${i}`, 'aria-label': `${t('office.order.pdf')}: ${ticket.seat}`}),
              ticket.status === 'VALID' ? action(t('office.order.transfer'), () => acts.transfer(order, ticket), {id: `transfer-${i}`, 'aria-label': `${t('office.order.transfer')}: ${ticket.seat}`}) : null,
              ticket.status === 'CHECKED_IN' ? action(t('office.order.undo'), () => acts.undoCheckIn(order, ticket), {id: `undo-${i}`, 'aria-label': `${t('office.order.undo')}: ${ticket.seat}`}) : null]),
          ])));
}

function history({tickets, event}, changes) {
  const ofTicket = new Map(tickets.map(ticket => [ticket.id, ticket.seat]));
  return h('section.card', {'aria-labelledby': 'history-title'}, h('h2', {id: 'history-title'}, t('office.word.history')),
      changes.length === 0 ? h('p.muted', {}, t('office.order.noHistory'))
        : h('ol.history', {}, changes.map(each => h('li', {}, h('span.small.muted.num', {}, shortDateTime(each.at, event.timeZone)), ' ',
            h('span', {}, changeWords(each.type), each.ticketId && ofTicket.has(each.ticketId) ? ` (${ofTicket.get(each.ticketId)})` : ''), ' ',
            h('span.small.muted', {}, actorWords(each.actor))))));
}
