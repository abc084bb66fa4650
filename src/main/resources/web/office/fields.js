/** The fields of an event besides its plan: as texts in a form, and as the API has them. */
import {h, show} from '../lib/dom.js';
import {LANGUAGES, t} from '../lib/texts.js';
import {check, choice, field} from './ui.js';
import {isZone, toInstant, toLocal, zones} from './zoned.js';
import {minutes} from './words.js';

const TIMES = ['startsAt', 'doorsAt', 'endsAt', 'onSaleFrom', 'onSaleUntil', 'transferUntil'];
const TEXTS = ['name', 'venue', 'description', 'url', 'imageUrl', 'timeZone', 'language'];
const NUMBERS = ['maxSeatsPerReservation', 'maxSeatsPerCustomer'];
const MINUTES = ['reservationTtl', 'maxHold'];
const FLAGS = ['reentry', 'accessibleReleased'];

/** Returns the form's state for an event; without one, that of a new event. */
export function stateOf(event) {
  const zone = event?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const state = {timeZone: zone, orphans: event?.orphans ?? 'ALLOWED', presales: []};
  TEXTS.filter(name => name !== 'timeZone').forEach(name => { state[name] = event?.[name] ?? ''; });
  TIMES.forEach(name => { state[name] = toLocal(event?.[name], zone); });
  NUMBERS.forEach(name => { state[name] = event?.[name] === undefined ? '' : String(event[name]); });
  MINUTES.forEach(name => { state[name] = minutes(event?.[name]); });
  FLAGS.forEach(name => { state[name] = event?.[name] ?? false; });
  state.organiserName = event?.organiser?.name ?? '';
  state.organiserEmail = event?.organiser?.email ?? '';
  state.organiserUrl = event?.organiser?.url ?? '';
  state.presales = (event?.presales ?? []).map(each => ({from: toLocal(each.from, zone), until: toLocal(each.until, zone), access: each.access}));
  return state;
}

const text = value => value.trim() === '' ? undefined : value.trim();

/** A number that is none is sent as it is, so that the API says what is wrong with it. */
const number = value => value.trim() === '' ? undefined : /^\d+$/.test(value.trim()) ? Number(value) : value;

/** Returns the fields of a request; those that are empty are undefined. */
export function fieldsOf(state) {
  const zone = isZone(state.timeZone) ? state.timeZone : 'UTC';
  const result = {};
  TEXTS.forEach(name => { result[name] = text(state[name]); });
  TIMES.forEach(name => { result[name] = toInstant(state[name], zone); });
  NUMBERS.forEach(name => { result[name] = number(state[name]); });
  MINUTES.forEach(name => { result[name] = duration(state[name]); });
  FLAGS.forEach(name => { result[name] = state[name]; });
  result.orphans = state.orphans;
  result.organiser = text(state.organiserName) || text(state.organiserEmail) || text(state.organiserUrl)
    ? {name: text(state.organiserName) ?? null, email: text(state.organiserEmail) ?? null, url: text(state.organiserUrl) ?? null} : undefined;
  result.presales = state.presales.length === 0 ? undefined : state.presales.map(each =>
    ({from: toInstant(each.from, zone), until: toInstant(each.until, zone), access: text(each.access)}));
  return result;
}

/** An event may hold its seats for a part of a minute. */
function duration(value) {
  const count = Number(value);
  return value.trim() === '' ? undefined : Number.isFinite(count) ? `PT${Math.round(count * 60 * 1000) / 1000}S` : value;
}

/** Returns a merge patch from one state to another: only what has changed, and null for what is gone. */
export function patchOf(before, after) {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const patch = {};
  for (const name of Object.keys(is)) {
    if (JSON.stringify(was[name]) !== JSON.stringify(is[name])) {
      patch[name] = is[name] ?? null;
    }
  }
  return patch;
}

/** Returns a function that makes an input whose text is kept in a state. */
export const binder = (state, changed) => (name, properties = {}, element = 'input') =>
  h(element, {value: state[name], ...properties, oninput: event => { state[name] = event.target.value; changed(); }});

const flag = (state, name, label, changed) => check(label, h('input', {
  checked: state[name], id: name, onchange: event => { state[name] = event.target.checked; changed(); },
}), name);

function pick(state, name, options, changed) {
  const select = choice(options, state[name], {id: name, onchange: () => { state[name] = select.value; changed(); }});
  state[name] = select.value;
  return select;
}

/** Returns the fields that every event has: name, venue, when, language, description. */
export function mainFields(state, changed) {
  const input = binder(state, changed);
  const time = (name, properties) => input(name, {type: 'datetime-local', id: name, ...properties});
  return [
    field(t('office.field.name'), input('name', {id: 'name', required: true, maxlength: 200}), {name: 'name'}),
    field(t('office.field.venue'), input('venue', {id: 'venue', required: true, maxlength: 200}), {name: 'venue'}),
    h('div.fields', {},
        field(t('office.field.startsAt'), time('startsAt', {required: true}), {name: 'startsAt', hint: t('office.field.localTime')}),
        field(t('office.field.timeZone'), input('timeZone', {id: 'timeZone', list: 'zones', required: true, autocomplete: 'off'}), {name: 'timeZone'})),
    h('datalist', {id: 'zones'}, zones().map(zone => h('option', {value: zone}))),
    h('div.fields', {}, field(t('office.field.doorsAt'), time('doorsAt'), {name: 'doorsAt'}),
        field(t('office.field.endsAt'), time('endsAt'), {name: 'endsAt'}),
        field(t('office.field.language'), pick(state, 'language', [['', t('office.field.anyLanguage')], ...Object.entries(LANGUAGES)], changed), {name: 'language'})),
    field(t('office.field.description'), input('description', {id: 'description', rows: 4, maxlength: 10000}, 'textarea'), {name: 'description'}),
  ];
}

/** Returns the fields that most events leave as they are, in a part that opens. */
export function moreFields(state, changed) {
  const input = binder(state, changed);
  const time = name => input(name, {type: 'datetime-local', id: name});
  const count = name => input(name, {inputmode: 'numeric', id: name, class: 'num'});
  const presales = h('div');
  const drawPresales = () => show(presales, state.presales.map((presale, i) => {
    const bind = binder(presale, changed);
    const path = `presales[${i}]`;
    return h('div.fields.entry', {},
        field(t('office.field.presaleFrom'), bind('from', {type: 'datetime-local', id: `${path}-from`, required: true}), {name: `${path}.from`}),
        field(t('office.field.presaleUntil'), bind('until', {type: 'datetime-local', id: `${path}-until`}), {name: `${path}.until`}),
        field(t('office.field.access'), bind('access', {id: `${path}-access`, required: true, placeholder: 'MEMBERS'}), {name: `${path}.access`}),
        h('button', {type: 'button', onclick: () => { state.presales.splice(i, 1); changed(); drawPresales(); }}, t('office.remove')));
  }), h('button', {type: 'button', id: 'add-presale', onclick: () => {
    state.presales.push({from: '', until: '', access: ''});
    changed();
    drawPresales();
  }}, t('office.field.addPresale')));
  drawPresales();
  const part = (title, ...content) => h('details.part', {}, h('summary', {}, title), content);
  return [
    part(t('office.field.sale'),
        h('div.fields', {}, field(t('office.field.onSaleFrom'), time('onSaleFrom'), {name: 'onSaleFrom'}),
            field(t('office.field.onSaleUntil'), time('onSaleUntil'), {name: 'onSaleUntil', hint: t('office.field.orStart')})),
        h('div.fields', {}, field(t('office.field.maxSeats'), count('maxSeatsPerReservation'), {name: 'maxSeatsPerReservation', hint: '1–100'}),
            field(t('office.field.maxSeatsPerCustomer'), count('maxSeatsPerCustomer'), {name: 'maxSeatsPerCustomer'})),
        h('div.fields', {}, field(t('office.field.hold'), count('reservationTtl'), {name: 'reservationTtl', hint: t('office.field.minutes')}),
            field(t('office.field.maxHold'), count('maxHold'), {name: 'maxHold', hint: t('office.field.minutes')})),
        h('h3', {}, t('office.field.presales')), h('p.muted.small', {}, t('office.field.presalesHint')), presales),
    part(t('office.field.rules'),
        field(t('office.field.orphans'), pick(state, 'orphans', [['ALLOWED', t('office.field.orphansAllowed')], ['REFUSED', t('office.field.orphansRefused')]], changed), {name: 'orphans'}),
        flag(state, 'accessibleReleased', t('office.field.accessibleReleased'), changed),
        flag(state, 'reentry', t('office.field.reentry'), changed),
        field(t('office.field.transferUntil'), time('transferUntil'), {name: 'transferUntil', hint: t('office.field.orStart')})),
    part(t('office.field.organiser'),
        h('div.fields', {}, field(t('office.field.organiserName'), input('organiserName', {id: 'organiserName'}), {name: 'organiser.name'}),
            field(t('office.field.organiserEmail'), input('organiserEmail', {id: 'organiserEmail', type: 'email'}), {name: 'organiser.email'})),
        field(t('office.field.organiserUrl'), input('organiserUrl', {id: 'organiserUrl', type: 'url'}), {name: 'organiser.url'}),
        field(t('office.field.url'), input('url', {id: 'url', type: 'url'}), {name: 'url'}),
        field(t('office.field.imageUrl'), input('imageUrl', {id: 'imageUrl', type: 'url'}), {name: 'imageUrl'})),
  ];
}
