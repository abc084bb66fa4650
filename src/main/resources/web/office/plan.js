/** Seat plans: what a person types, and what the API gets. */
import {parseAmount} from '../lib/format.js';
import {t} from '../lib/texts.js';

const MAX_ROWS = 1000;

/**
 * Returns the names that a pattern stands for: `A–H`, `1–12`, `T1–T8`, `AA–AD`, and lists of those with commas.
 *
 * @returns {string[]}
 */
export function expand(pattern) {
  const names = [];
  for (const part of pattern.split(',').map(each => each.trim()).filter(each => each)) {
    const [, from, to] = /^(\S+)\s*[-–—]\s*(\S+)$/.exec(part) ?? [];
    names.push(...(from && (numbers(from, to) ?? letters(from, to)) || [part]));
    if (names.length > MAX_ROWS) {
      return names.slice(0, MAX_ROWS);
    }
  }
  return names;
}

function numbers(from, to) {
  const [, before, first] = /^(\D*)(\d+)$/.exec(from) ?? [];
  const [, again, last] = /^(\D*)(\d+)$/.exec(to) ?? [];
  if (first === undefined || last === undefined || (again !== '' && again !== before)) {
    return null;
  }
  return range(Number(first), Number(last)).map(each => before + each);
}

function letters(from, to) {
  if (!/^[A-Z]{1,2}$/i.test(from) || !/^[A-Z]{1,2}$/i.test(to)) {
    return null;
  }
  const value = text => [...text.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const name = number => number > 26 ? name(Math.floor((number - 1) / 26)) + name((number - 1) % 26 + 1) : String.fromCharCode(64 + number);
  return range(value(from), value(to)).map(name);
}

function range(from, to) {
  const length = Math.min(Math.abs(to - from) + 1, MAX_ROWS);
  return Array.from({length}, (nothing, i) => from + (to < from ? -i : i));
}

/** Returns the numbers of a list such as `1, 2, 7–9`. */
const listed = text => new Set(expand(text ?? ''));

/** A new section of a form. Rows that were given one by one are in `list`. */
export const newSection = kind => ({kind, name: '', pattern: kind === 'tables' ? 'T1–T8' : 'A–H', seats: kind === 'tables' ? '8' : '20', places: '100', list: null, prices: {}});

export const newRow = (name, seats) => ({name, seats, first: '1', gaps: '', accessible: '', companion: '', restricted: ''});

/** Returns the rows of a section as a form has them. */
export const rowsOf = section => section.list ?? expand(section.pattern).map(name => newRow(name, section.seats));

/** A row without anything special is a number of seats. */
function seatsOf(row) {
  const count = Number(row.seats);
  if (!Number.isInteger(count) || count < 1) {
    return row.seats;
  }
  const first = Number(row.first || 1);
  const isPlain = first === 1 && ![row.gaps, row.accessible, row.companion, row.restricted].some(each => each?.trim());
  if (isPlain || count > 10_000) {
    return count;
  }
  const [gaps, accessible, companion, restricted] = [listed(row.gaps), listed(row.accessible), listed(row.companion), listed(row.restricted)];
  const seats = [];
  for (let i = 0; i < count; i++) {
    const number = String(first + i);
    seats.push({
      number,
      accessible: accessible.has(number) || undefined,
      companion: companion.has(number) || undefined,
      restrictedView: restricted.has(number) || undefined,
    });
    if (gaps.has(number) && i < count - 1) {
      seats.push(null);
    }
  }
  return seats;
}

/** Returns the rows of a section as the API has them. */
export function planRows(section) {
  if (section.kind === 'imported') {
    return section.rows;
  }
  return rowsOf(section).map(row => ({name: row.name, seats: seatsOf(row), sold: section.kind === 'tables' ? 'WHOLE' : undefined}));
}

export const countSeats = row => Array.isArray(row.seats) ? row.seats.filter(seat => seat !== null).length : Number(row.seats) || 0;

/** Returns the number of seats and places of sections as the API has them. */
export const countAll = sections => sections.reduce((sum, section) =>
  sum + (section.places ? Number(section.places) || 0 : (section.rows ?? []).reduce((all, row) => all + countSeats(row), 0)), 0);

/** Returns ids for the names of price types: what the API names them by. */
export function typeIds(types) {
  const ids = [];
  types.forEach((type, i) => {
    const plain = type.name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 26)
        || (types.length === 1 ? 'standard' : `type-${i + 1}`);
    ids.push(ids.includes(plain) ? `${plain}-${i + 1}` : plain);
  });
  return ids;
}

/**
 * Returns `{sections, errors}`: the sections of a request, and errors of amounts that are none, by the paths of their fields.
 *
 * @param {Array<{name: string, max: string}>} types price types
 * @param {boolean} isAddition whether sections without any price may exist already
 */
export function planOf(sections, types, currency, isAddition = false) {
  const ids = typeIds(types);
  const errors = [];
  const result = sections.map((section, s) => {
    const prices = {};
    ids.forEach((id, i) => {
      const text = (section.prices[i] ?? '').trim();
      if (text !== '') {
        prices[id] = parseAmount(text, currency);
        if (Number.isNaN(prices[id])) {
          errors.push({field: `sections[${s}].prices.${i}`, message: t('office.form.amount')});
        }
      } else if (i === 0 && !isAddition) {
        errors.push({field: `sections[${s}].prices.0`, message: t('office.form.required')});
      }
    });
    return {
      name: section.name.trim(),
      prices: Object.keys(prices).length > 0 ? prices : undefined,
      ...(section.kind === 'places' ? {places: /^\d+$/.test(section.places) ? Number(section.places) : section.places} : {rows: planRows(section)}),
    };
  });
  return {sections: result, errors};
}

/** The API names prices by the ids of their types, the form by their positions. */
export const fieldsOfPrices = (errors, ids) => errors.map(({field, message}) => ({
  message,
  field: field.replace(/^(sections\[\d+])\.prices\.(.+)$/, (whole, section, id) => ids.includes(id) ? `${section}.prices.${ids.indexOf(id)}` : whole)
      .replace(/^(sections\[\d+])\.prices?$/, '$1.prices.0'),
}));
