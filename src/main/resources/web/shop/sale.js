/** Whether an event can be bought now, and the sentences to show if not. */
import {amount, countdown, dateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';

/** Returns `{state, opensAt, presale}`: `open`, `presale` (only with a code), `early`, `paused`, `ended`, `cancelled`. */
export function sale(event, now) {
  const at = text => text ? Date.parse(text) : undefined;
  const from = at(event.onSaleFrom);
  if (event.status === 'CANCELLED') {
    return {state: 'cancelled'};
  }
  if (now >= (at(event.onSaleUntil) ?? at(event.startsAt)) || now >= at(event.startsAt)) {
    return {state: 'ended'};
  }
  if (event.sales === 'PAUSED') {
    return {state: 'paused'};
  }
  if (from !== undefined && now < from) {
    const presales = event.presales || [];
    const isNow = presales.find(each => at(each.from) <= now && now < (at(each.until) ?? from));
    if (isNow) {
      return {state: 'presale', opensAt: from, presale: isNow};
    }
    const next = presales.map(each => at(each.from)).filter(start => start > now).sort((a, b) => a - b)[0];
    return {state: 'early', opensAt: from, presaleAt: next};
  }
  return {state: 'open'};
}

/** Whether seats can be chosen: also before the sale for everybody begins, with a code. */
export const canBuy = ({state}) => state === 'open' || state === 'presale';

const DAY = 86_400_000;

/** Returns the sentences about the sale for the event's page; none if it is simply open. */
export function saleSentences(event, {state, opensAt, presaleAt}, now) {
  switch (state) {
    case 'cancelled':
      return [t('shop.cancelled'), event.cancellation?.reason, t('shop.cancelled-refund')].filter(text => text);
    case 'ended':
      return [t('shop.ended')];
    case 'paused':
      return [t('shop.paused')];
    case 'presale':
      return [t('shop.presale', {time: dateTime(opensAt, event.timeZone)})];
    case 'early':
      return [t('shop.early', {time: dateTime(opensAt, event.timeZone)}),
        ...(opensAt - now < DAY ? [t('shop.early-in', {left: countdown(opensAt - now)})] : []),
        ...(presaleAt ? [t('shop.presale-from', {time: dateTime(presaleAt, event.timeZone)})] : [])];
    default:
      return [];
  }
}

/** Returns the lowest price in words, for a card. */
export function lowestPrice(event) {
  const prices = (event.sections || []).flatMap(section => Object.values(section.prices || {only: section.price}));
  if (!prices.length) {
    return undefined;
  }
  const lowest = Math.min(...prices);
  const text = lowest === 0 ? t('common.free') : amount(lowest, event.currency);
  return Math.max(...prices) > lowest ? t('shop.from', {price: text}) : text;
}
