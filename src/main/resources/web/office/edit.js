/** Changing an event: its texts and prices, its start, and sections that are added. */
import {h, show} from '../lib/dom.js';
import {Problem} from '../lib/api.js';
import {dateTime, decimals, parseAmount} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {act, change, draft, eventPath, read} from './session.js';
import {binder, mainFields, moreFields, patchOf, stateOf} from './fields.js';
import {countAll, fieldsOfPrices, newSection, planOf, typeIds} from './plan.js';
import {planFields} from './plan-form.js';
import {tally} from './tally.js';
import {askForm, check, field, form, tell, wrong} from './ui.js';
import {seats} from './words.js';
import {toInstant, toLocal} from './zoned.js';

/** Everything but the plan can be changed. A reload keeps the state of the form, and so does a change by another person meanwhile. */
export async function editView(view) {
  const {event, id} = view;
  const {body: plan} = await read(eventPath(id, '/plan'), {signal: view.signal});
  const name = `edit.${id}`;
  const before = {fields: stateOf(event), prices: pricesOf(plan, event.currency)};
  const stored = draft.load(name);
  const state = stored?.version === event.version ? stored.state : structuredClone(before);
  const changed = () => draft.save(name, {version: event.version, state});
  const notify = h('input', {id: 'notify'});
  show(view.root, form({
    submit: t('office.save'),
    aside: [h('a.button', {href: `#/e/${id}`, onclick: () => draft.drop(name)}, t('common.cancel'))],
  }, h('div.stack', {},
      h('section.card', {'aria-labelledby': 'edit-title'}, h('h2', {id: 'edit-title'}, t('office.event.edit')), mainFields(state.fields, changed), moreFields(state.fields, changed)),
      h('section.card', {'aria-labelledby': 'edit-prices'}, h('h2', {id: 'edit-prices'}, t('office.event.prices')), h('p.muted.small', {}, t('office.edit.pricesHint')),
          priceFields(plan, state.prices, event, changed)),
      h('section.card', {'aria-labelledby': 'edit-notify'}, h('h2', {id: 'edit-notify'}, t('office.edit.holders')), h('p.muted', {}, t('office.edit.notifyHint')), check(t('office.edit.notify'), notify, 'notify'))),
  async () => {
    const patch = patchOf(before.fields, state.fields);
    const sections = pricePatch(plan, before.prices, state.prices, event.currency);
    if (sections.length > 0) {
      patch.sections = sections;
    }
    if (Object.keys(patch).length === 0) {
      location.hash = `#/e/${id}`;
      return;
    }
    if (notify.checked) {
      patch.notify = true;
    }
    try {
      await change('PATCH', eventPath(id), patch, {ifMatch: view.etag});
    } catch (problem) {
      if (problem.slug === 'precondition-failed') {
        await mergeInto(view, name, before, state, plan);
        return;
      }
      if (problem.body?.errors) {
        problem.body.errors = priceErrors(problem.body.errors, sections, plan);
      }
      throw problem;
    }
    draft.drop(name);
    location.hash = `#/e/${id}`;
    tell(t('office.edit.done'));
  }));
}

/** Another person has changed the event: keeps what was typed here, takes the rest from there, and says so. */
async function mergeInto(view, name, before, state, plan) {
  const [{body: event}, {body: newPlan}] = await Promise.all([read(eventPath(view.id)), read(eventPath(view.id, '/plan'))]);
  const theirs = stateOf(event);
  for (const key of Object.keys(theirs)) {
    if (JSON.stringify(state.fields[key]) === JSON.stringify(before.fields[key])) {
      state.fields[key] = theirs[key];
    }
  }
  const theirPrices = pricesOf(newPlan, event.currency);
  state.prices = newPlan.sections.map((section, s) => {
    const was = plan.sections.findIndex(each => each.name === section.name);
    return theirPrices[s].map((price, i) => {
      const typed = state.prices[was]?.[i];
      return typed === before.prices[was]?.[i] ? price : typed;
    });
  });
  draft.save(name, {version: event.version, state});
  await view.reload();
  tell(t('office.edit.conflict'), 'warn');
}

const text = (minorUnits, currency) => minorUnits === undefined ? '' : (minorUnits / 10 ** decimals(currency)).toFixed(decimals(currency));

const pricesOf = (plan, currency) => plan.sections.map(section =>
  plan.priceTypes.map((type, i) => text(section.prices?.[type.id] ?? (i === 0 ? section.price : undefined), currency)));

function priceFields(plan, prices, event, changed) {
  return plan.sections.map((section, s) => h('fieldset', {}, h('legend', {}, section.name), h('div.fields', {}, plan.priceTypes.map((type, i) =>
    field(`${type.name} (${event.currency})`, binder(prices[s], changed)(i, {id: `price-${s}-${i}`, inputmode: 'decimal'}), {name: `section-${s}.price-${i}`})))));
}

function pricePatch(plan, before, after, currency) {
  const sections = [];
  plan.sections.forEach((section, s) => {
    if (JSON.stringify(before[s]) === JSON.stringify(after[s])) {
      return;
    }
    const prices = {};
    plan.priceTypes.forEach((type, i) => {
      if (after[s][i].trim() !== '') {
        prices[type.id] = parseAmount(after[s][i], currency);
        if (Number.isNaN(prices[type.id])) {
          throw wrong(`section-${s}.price-${i}`, t('office.form.amount'));
        }
      } else if (i === 0) {
        throw wrong(`section-${s}.price-${i}`, t('office.form.required'));
      }
    });
    sections.push({name: section.name, prices});
  });
  return sections;
}

/** The API names the sections of the patch by their positions there. */
const priceErrors = (errors, sections, plan) => errors.map(({field: name, message}) => {
  const [, at, type] = /^sections\[(\d+)](?:\.prices\.(.+))?/.exec(name) ?? [];
  const s = at === undefined ? -1 : plan.sections.findIndex(section => section.name === sections[at]?.name);
  return s < 0 ? {field: name, message} : {field: `section-${s}.price-${Math.max(0, plan.priceTypes.findIndex(each => each.id === type))}`, message};
});

/** Moves the start of an event; the doors and the end move with it. */
export async function moveEvent(view) {
  const {event, id, etag} = view;
  const counted = await tally(id, view.signal);
  const start = h('input', {type: 'datetime-local', id: 'move-start', required: true, value: toLocal(event.startsAt, event.timeZone)});
  const notify = h('input', {id: 'move-notify', checked: counted.confirmed > 0});
  const told = t('office.move.told', {count: counted.people, number: counted.isPart ? `> ${counted.people}` : counted.people});
  const moved = await askForm({title: t('office.move.title'), submit: t('office.move.submit')}, [
    h('p', {}, t('office.move.now', {time: dateTime(event.startsAt, event.timeZone)})),
    field(t('office.move.start'), start, {name: 'startsAt', hint: event.timeZone}),
    event.doorsAt || event.endsAt ? h('p.muted', {}, t('office.move.others')) : null,
    check(told, notify),
  ], async () => {
    const startsAt = toInstant(start.value, event.timeZone);
    const by = Date.parse(startsAt) - Date.parse(event.startsAt);
    const shift = instant => instant && new Date(Date.parse(instant) + by).toISOString();
    try {
      await change('PATCH', eventPath(id), {startsAt, doorsAt: shift(event.doorsAt), endsAt: shift(event.endsAt), notify: notify.checked || undefined}, {ifMatch: etag});
    } catch (problem) {
      if (problem.slug === 'precondition-failed') {
        throw wrong('startsAt', t('office.move.conflict'));
      }
      throw problem;
    }
    return startsAt;
  });
  await view.reload();
  if (moved) {
    tell(t('office.move.done', {time: dateTime(moved, event.timeZone)}));
  }
}

/** Adds sections, or rows to sections. */
export async function addSectionsView(view) {
  const {event, id} = view;
  const types = event.priceTypes ?? [{id: 'standard', name: ''}];
  const name = `sections.${id}`;
  const state = draft.load(name) ?? {currency: event.currency, priceTypes: types.map(type => ({name: types.length === 1 ? '' : type.name, max: ''})), sections: [newSection('rows')], fees: []};
  const existing = new Set((event.sections ?? []).map(section => section.name));
  show(view.root, form({
    submit: t('office.sections.submit'),
    aside: [h('a.button', {href: `#/e/${id}`, onclick: () => draft.drop(name)}, t('common.cancel'))],
  }, [h('p.told.warn', {}, t('office.sections.hint')), h('div.stack', {}, planFields(state, () => draft.save(name, state), {isAddition: true}))], async () => {
    const {sections, errors} = planOf(state.sections, state.priceTypes, event.currency, true);
    const ids = typeIds(state.priceTypes);
    sections.forEach((section, s) => {
      const prices = section.prices && Object.fromEntries(Object.entries(section.prices).map(([name, price]) => [types[ids.indexOf(name)].id, price]));
      section.prices = prices;
      if (!prices && !existing.has(section.name)) {
        errors.push({field: `sections[${s}].prices.0`, message: t('office.form.required')});
      }
    });
    if (errors.length > 0) {
      throw new Problem(422, {type: '/problems/invalid-request', errors}, 0);
    }
    try {
      await act('POST', eventPath(id, '/sections'), {sections});
    } catch (problem) {
      if (problem.body?.errors) {
        problem.body.errors = fieldsOfPrices(problem.body.errors, types.map(type => type.id));
      }
      throw problem;
    }
    draft.drop(name);
    location.hash = `#/e/${id}`;
    tell(t('office.sections.done', {seats: seats(countAll(sections))}));
  }));
}
