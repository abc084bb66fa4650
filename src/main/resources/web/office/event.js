/** One event: its header, the ways to its parts, and what becomes of it. */
import {BASE} from '../lib/api.js';
import {h, show} from '../lib/dom.js';
import {dateTime} from '../lib/format.js';
import {LANGUAGES, t} from '../lib/texts.js';
import {act, change, eventPath, read, session} from './session.js';
import {action, facts, tell} from './ui.js';
import {minutes, money, number, priceOf, seats, statusOf} from './words.js';
import {allocationsView} from './allocations.js';
import {cancelEvent, cancellationCard} from './cancel.js';
import {codesView} from './codes.js';
import {deskView} from './desk.js';
import {addSectionsView, editView, moveEvent} from './edit.js';
import {orderView} from './order.js';
import {ordersView} from './orders.js';
import {recordsView} from './records.js';
import {salesView} from './sales.js';

const PARTS = [
  {path: '', text: () => t('office.part.overview'), show: overview},
  {path: 'sales', text: () => t('office.part.sales'), show: salesView},
  {path: 'orders', text: () => t('office.part.orders'), show: ordersView},
  {path: 'desk', text: () => t('office.part.desk'), show: deskView},
  {path: 'allocations', text: () => t('office.part.allocations'), show: allocationsView},
  {path: 'codes', text: () => t('office.part.codes'), show: codesView},
  {path: 'records', text: () => t('office.part.records'), show: recordsView},
];
const HIDDEN = [
  {path: 'edit', show: editView, isForAdmin: true, parent: ''},
  {path: 'sections', show: addSectionsView, isForAdmin: true, parent: ''},
];

/** Passes to the view of a part the `event` as it was read, its `etag`, and `reload`, which reads it and shows the view again. */
export async function eventView(view) {
  const [id, rest = ''] = view.params;
  const {body: event, etag} = await read(eventPath(id), {signal: view.signal});
  const [name, argument] = rest.split('/');
  const part = [...PARTS, ...HIDDEN].find(each => each.path === name && (session.isAdmin || !each.isForAdmin)) ?? PARTS[0];
  const root = h('div.stack', {id: 'part'});
  view.head(event.name, `${event.venue} · ${dateTime(event.startsAt, event.timeZone)}`);
  const current = part.parent ?? part.path;
  show(view.root, h('nav.tabs', {'aria-label': t('office.part.label')}, PARTS.map(each =>
    h('a.chip.button', {href: `#/e/${id}${each.path && `/${each.path}`}`, id: `part-${each.path || 'overview'}`, 'aria-current': each.path === current ? 'page' : null}, each.text()))), root);
  document.querySelector('nav.tabs [aria-current]').scrollIntoView?.({block: 'nearest', inline: 'center'});
  const scoped = {...view, root, event, etag, id, argument, reload: () => eventView(view)};
  if (part.path === 'orders' && argument) {
    await orderView(scoped);
  } else {
    await part.show(scoped);
  }
}

async function overview(view) {
  const {event, id} = view;
  const shop = new URL(`${BASE}shop/${id}`, location.origin).href;
  const when = instant => instant && dateTime(instant, event.timeZone);
  const isPaused = event.sales === 'PAUSED';
  const isCancelled = event.status === 'CANCELLED';
  const done = async (work, sentence) => {
    await work();
    await view.reload();
    tell(sentence);
  };
  const actions = isCancelled || !session.isAdmin ? [] : [
    event.status === 'DRAFT' ? action(t('office.event.publish'), () => done(() => act('POST', eventPath(id, '/publish')), t('office.event.published')), {id: 'publish'}, 'button.primary')
      : action(isPaused ? t('office.event.resume') : t('office.event.pause'),
          () => done(() => change('PATCH', eventPath(id), {sales: isPaused ? 'OPEN' : 'PAUSED'}, {patience: 30_000}), isPaused ? t('office.event.resumed') : t('office.event.paused')), {id: 'pause'}),
    h('a.button', {href: `#/e/${id}/edit`, id: 'edit'}, t('office.event.edit')),
    action(t('office.event.move'), () => moveEvent(view), {id: 'move'}),
    h('a.button', {href: `#/e/${id}/sections`, id: 'add-sections'}, t('office.event.addSections')),
    action(t('office.event.copy'), () => copyEvent(view), {id: 'copy-event'}),
    action(t('office.event.cancel'), () => cancelEvent(view), {id: 'cancel-event'}, 'button.danger'),
  ];
  show(view.root,
      isCancelled ? cancellationCard(view) : null,
      h('section.card', {'aria-labelledby': 'event-title'},
          h('h2', {id: 'event-title'}, t('office.event.title'), ' ', statusOf(event)),
          event.status === 'DRAFT' ? h('p.told.warn', {}, t('office.event.draftHint')) : null,
          isPaused && !isCancelled ? h('p.told.warn', {}, t('office.event.pausedHint')) : null,
          facts([
            [t('office.field.name'), event.name], [t('office.field.venue'), event.venue], [t('office.word.start'), when(event.startsAt)],
            [t('office.field.timeZone'), event.timeZone],
            [t('office.field.doorsAt'), when(event.doorsAt)], [t('office.field.endsAt'), when(event.endsAt)],
            [t('office.word.capacity'), seats(event.capacity)], [t('office.field.language'), LANGUAGES[event.language] ?? event.language],
            [t('office.field.onSaleFrom'), when(event.onSaleFrom)], [t('office.field.onSaleUntil'), when(event.onSaleUntil)],
            [t('office.field.maxSeats'), number(event.maxSeatsPerReservation)],
            [t('office.field.maxSeatsPerCustomer'), event.maxSeatsPerCustomer && number(event.maxSeatsPerCustomer)],
            [t('office.field.hold'), event.reservationTtl && t('office.minutes', {count: Number(minutes(event.reservationTtl))})],
            [t('office.field.presales'), event.presales && event.presales.map(each => h('div', {}, `${each.access}: ${when(each.from)}${each.until ? ` – ${when(each.until)}` : ''}`))],
            [t('office.field.organiser'), event.organiser && [event.organiser.name, event.organiser.email].filter(Boolean).join(', ')],
            [t('office.field.description'), event.description && h('span.lines', {}, event.description)],
            [t('office.event.shop'), event.status === 'DRAFT' ? null : h('a', {href: shop}, t('office.event.openShop'))],
          ]),
          actions.length > 0 ? h('div.actions.start', {}, actions) : null),
      h('section.card', {'aria-labelledby': 'prices-title'}, h('h2', {id: 'prices-title'}, t('office.event.prices')), prices(event)));
}

function prices(event) {
  const types = event.priceTypes ?? [];
  return h('div.scroll', {tabindex: '0', role: 'group', 'aria-label': t('office.event.prices')}, h('table', {},
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, t('office.word.section')), types.map(type => h('th.right', {scope: 'col'}, type.name)))),
      h('tbody', {}, (event.sections ?? []).map(section => h('tr', {}, h('th', {scope: 'row'}, section.name),
          types.map(({id}) => priceOf(event, section, id)).map(price => h('td.right', {}, price === undefined ? '–' : money({amount: price, currency: event.currency}))))))));
}

/** Begins a new event with the plan, the prices and the texts of this one. */
async function copyEvent({event, id}) {
  const [{body: plan}, {beginEvent}, {stateOf}, {decimals}] = await Promise.all([
    read(eventPath(id, '/plan')), import('./create.js'), import('./fields.js'), import('../lib/format.js')]);
  const text = minorUnits => minorUnits === undefined ? '' : (minorUnits / 10 ** decimals(event.currency)).toFixed(decimals(event.currency));
  const isPlain = plan.priceTypes.length === 1 && plan.priceTypes[0].id === 'standard';
  beginEvent({
    ...stateOf(event), startsAt: '', doorsAt: '', endsAt: '', onSaleFrom: '', onSaleUntil: '', transferUntil: '', presales: [],
    currency: event.currency, tax: plan.taxRate ? String(plan.taxRate / 100) : '', focus: plan.focus,
    priceTypes: plan.priceTypes.map(type => ({name: isPlain ? '' : type.name, max: type.max ? String(type.max) : ''})),
    fees: plan.fees.map(fee => ({name: fee.name, amount: text(fee.amount), per: fee.per, refundable: fee.refundable ?? true})),
    sections: plan.sections.map(section => ({
      kind: section.places ? 'places' : 'imported', name: section.name, rows: section.rows, places: String(section.places ?? ''), list: null,
      prices: Object.fromEntries(plan.priceTypes.map((type, i) => [i, text(section.prices?.[type.id] ?? (i === 0 ? section.price : undefined))])),
    })),
  });
}
