/** The capitals of the API, in words. */
import {hasText, lang, t} from '../lib/texts.js';
import {amount} from '../lib/format.js';
import {session} from './session.js';
import {badge} from './ui.js';

export const number = value => value.toLocaleString(lang());

export const statusOf = event => event.status === 'PUBLISHED' && event.sales === 'PAUSED'
  ? badge('PAUSED', t('office.status.PAUSED')) : badge(event.status, t(`office.status.${event.status}`));

export const reservationStatus = reservation => badge(reservation.status, t(`office.order.status.${reservation.status}`));

export const money = ({amount: minorUnits, currency}) => amount(minorUnits, currency);

export const seats = count => t('office.seats', {count});

/** Returns the price of a section for a price type; undefined if it is not sold there. `price` is short for that of the first type. */
export const priceOf = (event, section, type) => section?.prices?.[type] ?? (type === (event.priceTypes?.[0]?.id ?? type) ? section?.price : undefined);

/** Returns the names of price types by their ids. */
export const typeNames = event => new Map((event.priceTypes ?? []).map(({id, name}) => [id, name]));

/** Tells a change in words; one of a later release by its own name. */
export function changeWords(type) {
  const key = type.replaceAll('.', '-');
  return hasText(`office.change.${key}`) ? t(`office.change.${key}`) : type;
}

/** Names the party that made a change: a key by its name, if an admin looks. */
export function actorWords(actor) {
  if (actor.startsWith('key ')) {
    const id = actor.slice(4);
    return session.keyNames.get(id) ?? (/^[0-]+$/.test(id) ? t('office.actor.admin') : t('office.actor.key', {id: id.slice(-4)}));
  }
  return hasText(`office.actor.${actor}`) ? t(`office.actor.${actor}`) : actor;
}

/** Shortens a duration of the API to minutes; empty for none. */
export function minutes(duration) {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration ?? '');
  return match ? String((Number(match[1] ?? 0) * 24 + Number(match[2] ?? 0)) * 60 + Number(match[3] ?? 0) + Number(match[4] ?? 0) / 60) : '';
}
