/** The actions on an order. Each says before what it will do. */
import {h, save, show} from '../lib/dom.js';
import {decimals, parseAmount} from '../lib/format.js';
import {LANGUAGES, t} from '../lib/texts.js';
import {act, change, eventPath, read} from './session.js';
import {askForm, check, choice, field, tell, wrong} from './ui.js';
import {money, seats} from './words.js';

/** A change that has been made is shown, and then told. */
async function after(order, isDone, sentence) {
  await order.done();
  if (isDone) {
    tell(sentence);
  }
}

const toText = (minorUnits, currency) => (minorUnits / 10 ** decimals(currency)).toFixed(decimals(currency));

/** Returns the fields with which a payment at the desk is named: how, and by which reference. */
export function paymentFields(reference) {
  const how = choice(['cash', 'card', 'invoice'].map(each => [each, t(`office.pay.${each}`)]), 'cash', {id: 'pay-how', onchange: () => { input.value = how.value === 'invoice' ? '' : `${how.value}-${reference}`; }});
  const input = h('input', {id: 'pay-reference', required: true, maxlength: 255, value: `cash-${reference}`});
  return {fields: [field(t('office.pay.how'), how), field(t('office.pay.reference'), input, {name: 'paymentReference'})], value: () => input.value.trim()};
}

/** Confirms what was paid at the desk; a lapsed reservation only if its seats are still free. */
export async function confirm(order) {
  const {reservation: it} = order;
  const isFree = it.total.amount === 0;
  const payment = paymentFields(it.reference);
  const confirmed = await askForm({title: t('office.order.confirm'), submit: t('office.pay.submit', {amount: money(it.total)})}, [
    it.status === 'EXPIRED' ? h('p.told.warn', {}, t('office.pay.lapsed')) : null,
    h('p', {}, t('office.pay.will', {seats: seats(it.seats.length), amount: money(it.total), email: it.email})), isFree ? null : payment.fields,
  ], async () => (await act('POST', `${order.path}/confirm`, {
    ...(isFree ? {} : {paymentReference: payment.value(), amount: it.total.amount}), ifLapsed: it.status === 'EXPIRED' ? 'REACQUIRE' : undefined,
  })).body);
  if (confirmed && confirmed.id !== it.id) {
    location.hash = `#/e/${order.event.id}/orders/${confirmed.id}`;
    return;
  }
  await after(order, confirmed, t('office.pay.done'));
}

export async function extend(order) {
  const {body} = await act('POST', `${order.path}/extend`);
  await after(order, true, Date.parse(body.expiresAt) > Date.parse(order.reservation.expiresAt) ? t('office.order.extended') : t('office.order.notExtended'));
}

export async function resend(order) {
  const email = h('input', {type: 'email', id: 'resend-email', required: true, value: order.reservation.email});
  const isDone = await askForm({title: t('office.order.resend'), submit: t('office.resend.submit')}, [
    h('p', {}, t('office.resend.will', {seats: seats(order.reservation.seats.length)})), field(t('office.word.email'), email, {name: 'email', hint: t('office.resend.hint')}),
  ], async () => {
    await change('POST', `${order.path}/resend`, {email: email.value.trim()});
    return true;
  });
  await after(order, isDone, t('office.resend.done', {email: email.value.trim()}));
}

export async function correct(order) {
  const {reservation: it} = order;
  const email = h('input', {type: 'email', id: 'correct-email', required: true, value: it.email});
  const name = h('input', {id: 'correct-name', value: it.name ?? '', maxlength: 200});
  const language = choice([['', t('office.correct.ofEvent')], ...Object.entries(LANGUAGES)], it.language ?? '', {id: 'correct-language'});
  const transferred = new Set(order.tickets.filter(ticket => ticket.status === 'TRANSFERRED').map(ticket => ticket.seat));
  const holders = it.seats.filter(seat => !transferred.has(seat.label)).map(seat => [seat, h('input', {id: `holder-${seat.label}`, value: seat.holder ?? '', maxlength: 200})]);
  const isDone = await askForm({title: t('office.order.correct'), submit: t('office.save')}, [
    h('p.muted', {}, t('office.correct.hint')),
    field(t('office.word.email'), email, {name: 'email'}), field(t('office.word.name'), name, {name: 'name'}), field(t('office.field.language'), language, {name: 'language'}),
    holders.length > 0 ? h('details.part', {}, h('summary', {}, t('office.correct.holders')), holders.map(([seat, input]) => field(seat.label, input, {name: `holders.${seat.label}`}))) : null,
  ], async () => {
    const patch = {};
    if (email.value.trim() !== it.email) patch.email = email.value.trim();
    if (name.value.trim() !== (it.name ?? '')) patch.name = name.value.trim() || null;
    if (language.value !== (it.language ?? '')) patch.language = language.value || null;
    const renamed = holders.filter(([seat, input]) => input.value.trim() !== (seat.holder ?? ''));
    if (renamed.length > 0) patch.holders = Object.fromEntries(renamed.map(([seat, input]) => [seat.label, input.value.trim() || null]));
    await change('PATCH', order.path, patch, {patience: 30_000});
    return true;
  });
  await after(order, isDone, t('office.correct.done'));
}

/** Cancels a reservation that is not paid. */
export async function cancelPending(order) {
  const isDone = await askForm({title: t('office.order.cancel'), submit: t('office.order.cancel'), danger: true}, [
    h('p', {}, t('office.order.cancelWill', {seats: seats(order.reservation.seats.length)})),
  ], async () => {
    await act('POST', `${order.path}/cancel`);
    return true;
  });
  await after(order, isDone, t('office.order.cancelDone'));
}

/** Returns what goes back for some seats: their prices, without fees that are not refundable. */
function refundOf({reservation: it, event}, chosen) {
  if (chosen.length === it.seats.length) {
    return it.refundable?.amount ?? 0;
  }
  const kept = (event.fees ?? []).filter(fee => fee.per === 'SEAT' && fee.refundable === false).reduce((sum, fee) => sum + fee.amount, 0);
  return chosen.reduce((sum, seat) => sum + (seat.price > 0 ? seat.price - kept : 0), 0);
}

/** Gives back seats, money, or both. Seatlock moves the money of a payment through a provider, and only that. */
export async function refund(order) {
  const {reservation: it, event, tickets} = order;
  const currency = it.total.currency;
  const isPaidHere = it.payment?.status === 'CAPTURED';
  const left = isPaidHere ? it.payment.amount - it.payment.refunded : 0;
  const boxes = it.seats.map(seat => [seat, h('input', {id: `refund-${seat.label}`, checked: true, onchange: () => draw(true)})]);
  const keep = h('input', {id: 'refund-keep', onchange: () => draw(true)});
  const amount = h('input', {id: 'refund-amount', inputmode: 'decimal', required: true, oninput: () => draw(false)});
  const reason = h('input', {id: 'refund-reason', maxlength: 200});
  const force = h('input', {id: 'refund-force'});
  const used = new Set(tickets.filter(ticket => ticket.checkedInAt).map(ticket => ticket.seat));
  const forced = check(t('office.refund.force'), force);
  const will = h('p.told.warn', {id: 'refund-will', 'aria-live': 'polite'});
  const chosen = () => keep.checked ? [] : boxes.filter(([, box]) => box.checked).map(([seat]) => seat);
  const fieldset = h('fieldset', {}, h('legend', {}, t('office.refund.seats')), boxes.map(([seat, box]) => check(`${seat.label} · ${money({amount: seat.price, currency})}`, box)));
  const draw = isNew => {
    const of = keep.checked ? it.seats : chosen();
    if (isNew) {
      amount.value = toText(Math.min(refundOf(order, of), isPaidHere ? left : Infinity), currency);
    }
    fieldset.hidden = keep.checked;
    forced.hidden = !chosen().some(seat => used.has(seat.label));
    const value = isPaidHere ? parseAmount(amount.value, currency) : refundOf(order, of);
    const sum = Number.isNaN(value) ? '–' : money({amount: value, currency});
    show(will, keep.checked ? t('office.refund.onlyMoney', {amount: sum, email: it.email})
      : isPaidHere ? t('office.refund.both', {seats: seats(of.length), amount: sum, email: it.email}) : t('office.refund.byHand', {seats: seats(of.length), amount: sum}));
  };
  draw(true);
  const isDone = await askForm({title: t('office.order.refund'), submit: t('office.order.refund'), danger: true}, [
    it.seats.length > 0 ? fieldset : null,
    isPaidHere && it.seats.length > 0 ? check(t('office.refund.keep'), keep) : null,
    isPaidHere ? [field(t('office.refund.amount', {currency}), amount, {name: 'amount', hint: t('office.refund.left', {amount: money({amount: left, currency})})}),
      field(t('office.word.reason'), reason, {name: 'reason'})] : null,
    forced, will,
  ], async () => {
    const labels = chosen().map(seat => seat.label);
    if (!keep.checked && labels.length === 0 && it.seats.length > 0) {
      throw wrong('seats', t('office.refund.none'));
    }
    const some = labels.length === it.seats.length || keep.checked ? undefined : labels;
    if (isPaidHere) {
      const value = parseAmount(amount.value, currency);
      if (Number.isNaN(value)) {
        throw wrong('amount', t('office.form.amount'));
      }
      const isMoneyOnly = keep.checked || it.seats.length === 0;
      await act('POST', `${order.path}/refunds`, {
        seats: some, amount: value, cancel: isMoneyOnly ? false : undefined, force: force.checked || undefined, reason: reason.value.trim() || undefined});
    } else {
      await act('POST', `${order.path}/cancel`, {seats: some, force: force.checked || undefined});
    }
    return true;
  });
  await after(order, isDone, t('office.refund.done'));
}

export async function transfer(order, ticket) {
  const email = h('input', {type: 'email', id: 'transfer-email', required: true});
  const name = h('input', {id: 'transfer-name', required: true, maxlength: 200});
  const isDone = await askForm({title: `${t('office.order.transfer')}: ${ticket.seat}`, submit: t('office.order.transfer')}, [
    h('p', {}, t('office.transfer.will')), field(t('office.word.name'), name, {name: 'name'}), field(t('office.word.email'), email, {name: 'email'}),
  ], async () => {
    await act('POST', eventPath(order.event.id, `/tickets/${ticket.id}/transfer`), {email: email.value.trim(), name: name.value.trim()});
    return true;
  });
  await after(order, isDone, t('office.transfer.done', {name: name.value.trim()}));
}

export async function undoCheckIn(order, ticket) {
  const reason = h('input', {id: 'undo-reason', maxlength: 200, required: true});
  const isDone = await askForm({title: `${t('office.order.undo')}: ${ticket.seat}`, submit: t('office.order.undo')}, [
    h('p', {}, t('office.undo.will')), field(t('office.word.reason'), reason, {name: 'reason'}),
  ], async () => {
    await change('POST', eventPath(order.event.id, '/check-ins/undo'), {ticketId: ticket.id, reason: reason.value.trim()}, {patience: 30_000});
    return true;
  });
  await after(order, isDone, t('office.undo.done'));
}

/** Returns the PDF of a ticket, which a worker makes within seconds. @param {string} path of the reservation */
export async function pdf(path, eventId, ticketId, signal) {
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 4000)) {
    const {body: {tickets}} = await read(`${path}/tickets`, {signal});
    if (tickets.find(each => each.id === ticketId)?.documentReady || wait >= 4000) {
      const {response} = await read(eventPath(eventId, `/tickets/${ticketId}.pdf`), {accept: 'application/pdf', signal});
      return response.blob();
    }
    await new Promise(resolve => { setTimeout(resolve, wait); });
  }
}

/** The window is opened at once, because browsers block one that is opened later. */
export async function openPdf(order, ticket) {
  const page = open('', '_blank');
  try {
    const url = URL.createObjectURL(await pdf(order.path, order.event.id, ticket.id, order.view.signal));
    if (page) {
      page.location = url;
    } else {
      location.assign(url);
    }
  } catch (problem) {
    page?.close();
    throw problem;
  }
}

export async function data(order) {
  const {body} = await read(`${order.path}/data`);
  save(new Blob([JSON.stringify(body, null, 2)], {type: 'application/json'}), `${order.reservation.reference}.json`);
}

/** Erases a buyer: asked twice, because nothing brings the data back. */
export async function erase(order) {
  const {reservation: it, event} = order;
  const isForced = it.status === 'CONFIRMED' && Date.parse(event.endsAt ?? event.startsAt) > Date.now() - 86_400_000;
  const sure = h('input', {id: 'erase-sure'});
  const typed = h('input', {id: 'erase-reference', required: true, autocomplete: 'off'});
  const isDone = await askForm({title: t('office.order.erase'), submit: t('office.order.erase'), danger: true}, [
    h('p', {}, t('office.erase.will', {email: it.email})),
    isForced ? h('p.told.warn', {}, t('office.erase.notOver', {seats: seats(it.seats.length)})) : null,
    check(t('office.erase.sure'), sure, 'sure'), field(t('office.erase.type', {reference: it.reference}), typed, {name: 'typed'}),
  ], async () => {
    if (typed.value.trim().toUpperCase() !== it.reference) {
      throw wrong('typed', t('office.erase.differs'));
    }
    if (!sure.checked) {
      throw wrong('agreement', t('office.erase.sure'));
    }
    await act('POST', `${order.path}/erase`, isForced ? {force: true} : undefined);
    return true;
  });
  await after(order, isDone, t('office.erase.done'));
}

