/** The upcoming events as cards, for the start page and the shop. */
import {BASE, call, now} from '../lib/api.js';
import {h} from '../lib/dom.js';
import {dateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {lowestPrice, sale} from './sale.js';

/** So many cards get their prices; further ones show them on their page. */
const WITH_PRICES = 40;
const AT_A_TIME = 4;

/** Fetches the events. @returns {Promise<{events: object[], next: ?string}>} */
export const upcoming = async after =>
  (await call('GET', `api/events?limit=60${after ? `&after=${encodeURIComponent(after)}` : ''}`)).body;

/** Shows the events; the prices follow. */
export function eventCards(events) {
  const cards = events.map(event => ({event, price: h('span.price-tag.num', {}, stateText(event))}));
  fillPrices(cards.filter(({event}) => event.status !== 'CANCELLED').slice(0, WITH_PRICES));
  return h('ul.events', {}, cards.map(({event, price}) => h('li', {}, h('a.card.event', {href: `${BASE}shop/${event.id}`},
    h('span.day', {'aria-hidden': 'true'}, ...day(event)),
    h('span.about', {}, h('strong', {}, event.name), h('span', {}, event.venue),
      h('span.muted.small', {}, dateTime(event.startsAt, event.timeZone)), price)))));
}

function day({startsAt, timeZone}) {
  const part = options => new Intl.DateTimeFormat(document.documentElement.lang, {...options, timeZone}).format(new Date(startsAt));
  return [h('b', {}, part({day: 'numeric'})), h('span', {}, part({month: 'short'}))];
}

function stateText(event) {
  const {state, opensAt} = sale(event, now());
  return state === 'early' ? t('shop.on-sale-from', {time: dateTime(opensAt, event.timeZone)})
    : state === 'presale' ? t('shop.badge-presale')
    : state === 'cancelled' ? t('shop.badge-cancelled')
    : state === 'paused' ? t('shop.badge-paused')
    : state === 'ended' ? t('shop.badge-ended') : '';
}

async function fillPrices(cards) {
  const waiting = [...cards];
  await Promise.all(Array.from({length: AT_A_TIME}, async () => {
    while (waiting.length) {
      const {event, price} = waiting.shift();
      try {
        const [{body: whole}, {body: seats}] = await Promise.all([call('GET', `api/events/${event.id}`),
          call('GET', `api/events/${event.id}/seats?status=AVAILABLE&limit=1`)]);
        const isSoldOut = seats.seats.length === 0 && !(seats.areas || []).some(area => area.available > 0);
        const texts = sale(event, now()).state === 'open' && isSoldOut ? [t('shop.sold-out')] : [stateText(event), lowestPrice(whole)];
        price.replaceChildren(...texts.filter(text => text).map(text => h('span', {}, text)));
      } catch {
        // A card without a price still leads to its event.
      }
    }
  }));
}
