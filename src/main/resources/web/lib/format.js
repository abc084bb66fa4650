/** Money and times as people write them. */
import {lang} from './texts.js';

/** The currencies that do not have two decimals (ISO 4217), as the server knows them; browsers show some others without decimals. */
const DECIMALS = {
  0: 'ADP BEF BIF BYB BYR CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF MGF PTE PYG ROL RWF TPE TRL UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF',
};

/** Returns the number of decimals of a currency (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD. */
export const decimals = currency => Number(Object.keys(DECIMALS).find(digits => DECIMALS[digits].includes(currency)) ?? 2);

const money = new Map();

function formatOf(currency) {
  const key = lang() + currency;
  if (!money.has(key)) {
    const digits = decimals(currency);
    money.set(key, new Intl.NumberFormat(lang(), {style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits}));
  }
  return money.get(key);
}

/** Formats an amount in minor units, such as 4500 for € 45.00. */
export const amount = (minorUnits, currency) => formatOf(currency).format(minorUnits / 10 ** decimals(currency));

/** Parses an amount in major units, with a point or a comma, into minor units; NaN if it is none or has too many decimals. */
export function parseAmount(text, currency) {
  const match = /^(\d{1,12})(?:[.,](\d*))?$/.exec(text.trim().replace(/\s/g, ''));
  const digits = decimals(currency);
  if (!match || (match[2] || '').length > digits) {
    return NaN;
  }
  return Number(match[1] + (match[2] || '').padEnd(digits, '0'));
}

const time = (instant, options) => new Intl.DateTimeFormat(lang(), options).format(new Date(instant));

/** Formats the day and time of an instant in the time zone of the event: `Friday 18 June 2027, 21:00`. */
export const dateTime = (instant, timeZone) =>
  time(instant, {weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZone});

export const shortDateTime = (instant, timeZone) =>
  time(instant, {day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZone});

export const date = (instant, timeZone) => time(instant, {day: 'numeric', month: 'short', year: 'numeric', timeZone});

export const clock = (instant, timeZone) => time(instant, {hour: 'numeric', minute: '2-digit', timeZone});

/** Formats the time that is left, as `9:41` or `1:02:03`; `0:00` when it is over. */
export function countdown(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const pad = n => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return (hours ? `${hours}:${pad(minutes)}` : minutes) + `:${pad(seconds % 60)}`;
}
