/** Finding orders: by whatever a person has in their hands. */
import {h, show} from '../lib/dom.js';
import {shortDateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {draft, eventPath, read} from './session.js';
import {action, choice, table} from './ui.js';
import {money, number, reservationStatus} from './words.js';

const PAGE = 50;
const REFERENCE = /^[23456789ABCDEFGHJKMNPQRSTVWXYZ]{8}$/;

/** Returns the queries that a text may be meant as, the likeliest first. */
export function queriesFor(text) {
  const plain = text.trim();
  if (plain === '') {
    return [{}];
  }
  if (plain.includes('@')) {
    return [{email: plain}];
  }
  const reference = plain.replace(/[\s-]/g, '').toUpperCase();
  return REFERENCE.test(reference) ? [{reference}, {name: plain}] : [{name: plain}];
}

/** The orders of an event, the newest first. */
export async function ordersView(view) {
  const {event, id} = view;
  const stored = draft.load(`search.${id}`) ?? {text: '', status: ''};
  const search = h('input', {type: 'search', id: 'search', value: stored.text, 'aria-label': t('office.orders.search'), placeholder: t('office.orders.search'), autocomplete: 'off'});
  const status = choice([['', t('office.events.anyStatus')], ...['CONFIRMED', 'PENDING', 'CANCELLED', 'EXPIRED'].map(each => [each, t(`office.order.status.${each}`)])], stored.status,
      {id: 'status', 'aria-label': t('office.word.status')});
  status.className = 'auto';
  const place = h('div', {id: 'orders', 'aria-live': 'polite'});
  let searches = 0;
  async function load() {
    const mine = ++searches;
    draft.save(`search.${id}`, {text: search.value, status: status.value});
    const rows = [];
    for (const query of queriesFor(search.value)) {
      const parameters = new URLSearchParams({limit: PAGE, ...query});
      if (status.value) parameters.set('status', status.value);
      const page = async () => {
        let next;
        const before = rows.length;
        do { // a page may be empty although there is a next one
          const {body} = await read(eventPath(id, `/reservations?${parameters}`), {signal: view.signal});
          if (mine !== searches) {
            return;
          }
          rows.push(...body.reservations);
          next = body.next;
          parameters.set('after', next ?? '');
        } while (next !== null && rows.length === before);
        draw(next !== null);
      };
      const draw = hasMore => show(place, rows.length > 0 ? orderTable(rows, event) : h('p.muted', {}, search.value.trim() || status.value ? t('office.orders.none') : t('office.orders.empty')),
          hasMore ? action(t('office.more'), page, {id: 'more'}) : null);
      await page();
      if (rows.length > 0 || mine !== searches) {
        return;
      }
    }
  }
  let timer;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => load().catch(problem => view.signal.aborted || Promise.reject(problem)), 300);
  });
  status.addEventListener('change', load);
  show(view.root, h('section.card', {'aria-labelledby': 'orders-title'}, h('h2.sr', {id: 'orders-title'}, t('office.part.orders')),
      h('div.tools', {}, h('div.grow.search', {}, search), status), place));
  await load();
}

function orderTable(rows, event) {
  return table(t('office.part.orders'), [t('office.word.reference'), t('office.word.buyer'), t('office.word.status'), {text: t('office.word.seats'), right: true}, {text: t('office.word.total'), right: true}, t('office.word.made')],
      rows.map(each => [
        h('a', {href: `#/e/${each.eventId}/orders/${each.id}`}, each.reference ?? each.id.slice(-8)),
        [each.name ? h('div', {}, each.name) : null, h('div', {class: each.name ? 'small muted' : null}, each.email)],
        reservationStatus(each), number(each.seats.length), money(each.total), shortDateTime(each.createdAt, event?.timeZone),
      ]));
}

/** The orders of an address in all events that the key is for. */
export async function findView(view) {
  const search = h('input', {type: 'search', id: 'search', value: draft.load('find') ?? '', 'aria-label': t('office.find.search'), placeholder: t('office.find.search'), autocomplete: 'off'});
  const place = h('div', {id: 'orders', 'aria-live': 'polite'});
  const names = new Map();
  let searches = 0;
  async function load() {
    const mine = ++searches;
    const email = search.value.trim();
    draft.save('find', email);
    if (!/.@./.test(email)) {
      show(place, h('p.muted', {}, t('office.find.hint')));
      return;
    }
    const rows = [];
    const query = new URLSearchParams({email, limit: PAGE});
    const page = async () => {
      const {body} = await read(`api/reservations?${query}`, {signal: view.signal});
      for (const {eventId} of body.reservations) {
        if (!names.has(eventId)) {
          names.set(eventId, (await read(eventPath(eventId), {signal: view.signal})).body);
        }
      }
      if (mine !== searches) {
        return;
      }
      rows.push(...body.reservations);
      query.set('after', body.next ?? '');
      const byEvent = Map.groupBy ? Map.groupBy(rows, each => each.eventId) : rows.reduce((map, each) => map.set(each.eventId, [...map.get(each.eventId) ?? [], each]), new Map());
      show(place, rows.length === 0 ? h('p.muted', {}, t('office.orders.none')) : [...byEvent].map(([eventId, orders]) => [
        h('h2', {}, h('a', {href: `#/e/${eventId}`}, names.get(eventId).name), ' ', h('span.muted.small', {}, shortDateTime(names.get(eventId).startsAt, names.get(eventId).timeZone))),
        orderTable(orders, names.get(eventId))]), body.next === null ? null : action(t('office.more'), page, {id: 'more'}));
    };
    await page();
  }
  let timer;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => load().catch(problem => view.signal.aborted || Promise.reject(problem)), 400);
  });
  show(view.root, h('div.card', {}, h('div.tools', {}, h('div.grow.search', {}, search)), place));
  await load();
}
