/** Selling at the desk: choose, reserve, take the money, print. */
import {LiveMap} from '../lib/live.js';
import {announce, h, show} from '../lib/dom.js';
import {LANGUAGES, t} from '../lib/texts.js';
import {act, draft, eventPath, read, readAll, session} from './session.js';
import {pdf, paymentFields} from './order-acts.js';
import {seatPicker} from './picker.js';
import {action, check, choice, field, form, tell, wrong} from './ui.js';
import {money, priceOf, seats} from './words.js';
import {countdown} from '../lib/format.js';
import {now} from '../lib/api.js';

export async function deskView(view) {
  const {event, id} = view;
  if (event.status !== 'PUBLISHED') {
    show(view.root, h('div.card', {}, h('p', {}, event.status === 'DRAFT' ? t('office.desk.draft') : t('office.desk.cancelled'))));
    return;
  }
  const pending = draft.load(`desk.${id}`);
  if (pending) {
    const {body} = await read(eventPath(id, `/reservations/${pending.id}`), {signal: view.signal});
    if (body.status === 'PENDING' || body.status === 'CONFIRMED') {
      await sold(view, body);
      return;
    }
    draft.drop(`desk.${id}`);
  }
  const map = new LiveMap(id, {token: session.key});
  const [allocations] = await Promise.all([readAll(eventPath(id, '/allocations'), 'allocations', {signal: view.signal}), map.load()]);
  if (view.signal.aborted) {
    return;
  }
  map.start();
  view.signal.addEventListener('abort', () => map.stop());
  choose(view, map, allocations);
}

function choose(view, map, allocations) {
  const {event, id} = view;
  const chosen = new Map();
  const places = new Map();
  const types = event.priceTypes ?? [];
  const typeOf = new Map(); // price types by what is in the basket
  let best = null;
  let withheld = new Set();
  const priceIn = (section, type) => priceOf(event, event.sections.find(each => each.name === section), type);
  const allocation = choice([['', t('office.desk.noAllocation')], ...allocations.map(each => [each.name, each.name])], '', {id: 'allocation', onchange: () => {
    withheld = new Set((allocations.find(each => each.name === allocation.value)?.sections ?? []).flatMap(section => section.seats ?? []));
    chosen.clear();
    picker.redraw();
    draw();
  }});
  const picker = seatPicker(map, {
    event, chosen, places, changed: () => draw(),
    isFree: seat => seat.status === 'AVAILABLE' && (seat.forSale !== false || withheld.has(seat.label)),
    mark: seat => withheld.has(seat.label),
  });
  map.addEventListener('change', ({detail}) => {
    for (const seat of detail.seats) {
      const label = seat.table ?? seat.label;
      if (chosen.has(label) && seat.status !== 'AVAILABLE') {
        chosen.delete(label);
        picker.redraw();
        tell(t('office.desk.lost', {seat: label}), 'warn');
        draw();
      }
    }
  });
  const count = h('input', {type: 'number', min: 1, max: event.maxSeatsPerReservation, value: 2, id: 'best-count'});
  const together = h('input', {id: 'best-together', checked: true});
  const bestButton = action(t('office.desk.takeBest'), async () => {
    best = {quantity: Math.max(1, Number(count.value) || 1), sections: picker.hasSeats ? [picker.section] : undefined, together: together.checked ? 'REQUIRED' : 'PREFERRED'};
    draw();
  }, {id: 'take-best'});

  const email = h('input', {type: 'email', id: 'email', required: true, autocomplete: 'off'});
  const name = h('input', {id: 'name', maxlength: 200, autocomplete: 'off'});
  const language = choice([['', t('office.correct.ofEvent')], ...Object.entries(LANGUAGES)], '', {id: 'language'});
  const code = h('input', {id: 'code', maxlength: 50, autocomplete: 'off'});
  const comp = h('input', {id: 'comp', onchange: () => draw()});
  const basket = h('div', {id: 'basket'});

  /** Everything that is in the basket: what is sold, in which section, how many, and how the API names it. */
  const lines = () => [
    ...[...chosen].map(([label, seat]) => ({key: label, label, section: seat.section, isTable: Boolean(seat.table), remove: () => { chosen.delete(label); picker.redraw(); },
      quantity: seat.table ? [...map.seats.values()].filter(each => each.table === label).length : 1})),
    ...[...places].map(([section, quantity]) => ({key: `places ${section}`, label: t('office.desk.placesIn', {count: quantity, section}), section, quantity, isPlaces: true, remove: () => { places.delete(section); picker.redraw(); }})),
    ...(best ? [{key: 'best', label: t('office.desk.bestIn', {count: best.quantity, section: best.sections?.[0] ?? t('office.desk.everywhere')}), section: best.sections?.[0], quantity: best.quantity, isBest: true, remove: () => { best = null; }}] : []),
  ];
  const typeFor = line => typeOf.get(line.key) ?? types[0]?.id;

  function draw() {
    const all = lines();
    let total = 0;
    let isExact = true;
    const rows = all.map((line, i) => {
      const price = priceIn(line.section, typeFor(line));
      if (price === undefined) {
        isExact = false;
      } else {
        total += price * line.quantity;
      }
      const offered = types.filter(type => !line.section || priceIn(line.section, type.id) !== undefined);
      const select = offered.length > 1 ? choice(offered.map(type => [type.id, type.name]), typeFor(line), {id: `type-${i}`, 'aria-label': `${t('office.word.priceType')}: ${line.label}`, onchange: () => { typeOf.set(line.key, select.value); draw(); }}) : null;
      return h('li', {}, h('span.grow', {}, line.label, select), h('span.num', {}, price === undefined ? '' : money({amount: price * line.quantity, currency: event.currency})),
          h('button.x', {type: 'button', 'aria-label': `${t('office.remove')}: ${line.label}`, onclick: () => { line.remove(); draw(); }}, '×'));
    });
    const fees = total > 0 ? (event.fees ?? []).filter(fee => fee.per === 'RESERVATION').reduce((sum, fee) => sum + fee.amount, 0) : 0;
    const quantity = all.reduce((sum, line) => sum + line.quantity, 0);
    show(basket, all.length === 0 ? h('p.muted', {}, t('office.desk.choose')) : [
      h('ul.rows', {}, rows),
      fees > 0 && !comp.checked ? h('div.sum', {}, h('span', {}, t('office.plan.fees')), h('span.num', {}, money({amount: fees, currency: event.currency}))) : null,
      h('div.sum.total', {}, h('span', {}, seats(quantity)), h('span.num', {}, comp.checked ? t('common.free') : isExact ? money({amount: total + fees, currency: event.currency}) : ''))]);
  }

  /** A seat that is given away has a code of its own, which makes it free: the record says so for ever. */
  async function freeCode() {
    const stored = draft.load(`comp.${id}`);
    if (stored) {
      return stored;
    }
    const {body} = await act('POST', eventPath(id, '/codes'), {count: 1, prefix: 'FREE-', effect: {percent: 100}});
    draft.save(`comp.${id}`, body.codes[0].code);
    return body.codes[0].code;
  }

  const sell = form({submit: t('office.desk.reserve'), properties: {id: 'sell'}}, [
    basket, field(t('office.desk.email'), email, {name: 'email'}), field(t('office.word.name'), name, {name: 'name'}), field(t('office.field.language'), language, {name: 'language'}),
    check(t('office.desk.comp'), comp), h('details.part', {}, h('summary', {}, t('office.desk.more')),
        allocations.length > 0 ? field(t('office.desk.allocation'), allocation, {name: 'allocation'}) : null, field(t('office.word.code'), code, {name: 'code'})),
  ], async () => {
    const all = lines();
    if (all.length === 0) {
      throw wrong('basket', t('office.desk.choose'));
    }
    const of = line => types.length > 1 ? typeFor(line) : undefined;
    const body = {
      seats: some(all.filter(line => !line.isTable && !line.isPlaces && !line.isBest).map(line => ({seat: line.key, priceType: of(line)}))),
      tables: some(all.filter(line => line.isTable).map(line => ({table: line.key, priceType: of(line)}))),
      places: some(all.filter(line => line.isPlaces).map(line => ({section: line.section, quantity: line.quantity, priceType: of(line)}))),
      best: best ? {...best, priceTypes: types.length > 1 ? {[typeFor({key: 'best'})]: best.quantity} : undefined} : undefined,
      email: email.value.trim(), name: name.value.trim() || undefined, language: language.value || undefined,
      allocation: allocation.value || undefined, code: comp.checked ? await freeCode() : code.value.trim() || undefined,
    };
    let reservation;
    try {
      reservation = (await act('POST', eventPath(id, '/reservations'), body)).body;
    } catch (problem) {
      if (problem.slug === 'code-invalid' || problem.slug === 'code-exhausted') {
        draft.drop(`comp.${id}`);
      }
      if (problem.slug === 'seats-taken') {
        problem.body.seats?.forEach(label => chosen.delete(label));
        picker.redraw();
        draw();
      }
      throw problem;
    }
    draft.drop(`comp.${id}`);
    draft.save(`desk.${id}`, {id: reservation.id});
    map.stop();
    if (reservation.total.amount === 0) {
      try {
        reservation = (await act('POST', eventPath(id, `/reservations/${reservation.id}/confirm`))).body;
      } catch (problem) { // the seats are held, and the next step confirms them
        tell(problem.message, 'warn');
      }
    }
    await sold(view, reservation);
  });
  draw();
  show(view.root, h('div.columns', {}, h('section.card', {'aria-labelledby': 'choose-title'}, h('h2', {id: 'choose-title'}, t('office.desk.title')),
      event.sales === 'PAUSED' ? h('p.told.warn', {}, t('office.event.pausedHint')) : null,
      h('div.tools.best', {}, field(t('office.desk.best'), count), check(t('office.desk.together'), together), bestButton), picker.element),
  h('section.card.sticky', {'aria-labelledby': 'basket-title'}, h('h2', {id: 'basket-title'}, t('office.desk.basket')), sell)));
}

const some = list => list.length > 0 ? list : undefined;

/** The second step: the money, and then the tickets. It survives a reload. */
async function sold(view, reservation) {
  const {event, id} = view;
  const path = eventPath(id, `/reservations/${reservation.id}`);
  const next = h('button', {type: 'button', id: 'next-sale', onclick: async () => { draft.drop(`desk.${id}`); await deskView(view); }}, t('office.desk.next'));
  const list = h('ul.rows', {}, reservation.seats.map(seat => h('li', {}, h('span.grow', {}, seat.label), h('span.num', {}, money({amount: seat.price, currency: reservation.total.currency})))));
  const head = [h('h2', {id: 'sold-title', tabindex: '-1'}, t('office.order.title', {reference: reservation.reference})), list,
    h('div.sum.total', {}, h('span', {}, t('office.word.total')), h('span.num', {id: 'desk-total'}, money(reservation.total)))];
  const order = h('a.button', {href: `#/e/${id}/orders/${reservation.id}`, id: 'open-order'}, t('office.desk.order'));
  if (reservation.status === 'PENDING') {
    const payment = reservation.total.amount === 0 ? null : paymentFields(reservation.reference);
    const left = h('b.num');
    const tick = () => { left.textContent = countdown(Date.parse(reservation.expiresAt) - now()); };
    tick();
    const timer = setInterval(tick, 1000);
    view.signal.addEventListener('abort', () => clearInterval(timer));
    show(view.root, h('section.card.narrow', {'aria-labelledby': 'sold-title'}, h('div.timer', {}, left, h('span', {}, t('office.desk.kept'))), head,
        form({submit: t('office.pay.submit', {amount: money(reservation.total)}), aside: [action(t('office.order.cancel'), async () => {
          await act('POST', `${path}/cancel`);
          draft.drop(`desk.${id}`);
          await deskView(view);
        }, {id: 'give-up'})], properties: {id: 'pay'}}, payment?.fields, async () => {
          const {body} = await act('POST', `${path}/confirm`, payment ? {paymentReference: payment.value(), amount: reservation.total.amount} : undefined);
          clearInterval(timer);
          await sold(view, body);
        }), h('div.actions', {}, order)));
    document.getElementById('sold-title').focus();
    return;
  }
  const prints = h('div.stack', {id: 'prints', 'aria-live': 'polite'}, h('p.muted', {}, t('office.desk.printing')));
  show(view.root, h('section.card.narrow', {'aria-labelledby': 'sold-title'}, h('p.told', {}, t('office.pay.done')), head, h('h3', {}, t('office.order.tickets')), prints, h('div.actions', {}, order, next)));
  document.getElementById('sold-title').focus();
  announce(t('office.pay.done'));
  try {
    const {body: {tickets}} = await read(`${path}/tickets`, {signal: view.signal});
    const links = [];
    for (const ticket of tickets) {
      const url = URL.createObjectURL(await pdf(path, id, ticket.id, view.signal));
      view.signal.addEventListener('abort', () => URL.revokeObjectURL(url));
      links.push(h('a.button', {href: url, target: '_blank'}, t('office.desk.print', {seat: ticket.seat})));
      show(prints, h('div.row', {}, links));
    }
  } catch (problem) {
    if (!view.signal.aborted) {
      show(prints, h('p.told.warn', {}, t('office.desk.noPrint')));
    }
  }
}
