/** Creating an event by a form, as a draft. A reload keeps the state of the form. */
import {h, show} from '../lib/dom.js';
import {Problem} from '../lib/api.js';
import {parseAmount} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {act, draft} from './session.js';
import {fieldsOf, mainFields, moreFields, stateOf} from './fields.js';
import {fieldsOfPrices, planOf, typeIds} from './plan.js';
import {newPlan, planFields} from './plan-form.js';
import {action, form, tell} from './ui.js';

const DRAFT = 'new-event';

export async function createView(view) {
  view.head(t('office.create.title'), t('office.create.subtitle'));
  const state = {...stateOf(), ...newPlan(), ...draft.load(DRAFT)};
  const changed = () => draft.save(DRAFT, state);
  const fields = h('div.stack', {},
      h('section.card', {'aria-labelledby': 'event-title'}, h('h2', {id: 'event-title'}, t('office.create.event')),
          mainFields(state, changed), moreFields(state, changed)),
      planFields(state, changed));
  show(view.root, form({
    submit: t('office.create.submit'),
    aside: [action(t('office.create.discard'), () => { draft.drop(DRAFT); return createView(view); }, {id: 'discard'}), h('a.button', {href: '#/'}, t('common.cancel'))],
  }, fields, async () => {
    const event = await create(state);
    draft.drop(DRAFT);
    location.hash = `#/e/${event.id}`;
    tell((event.warnings ?? []).length > 0 ? event.warnings.map(each => each.message).join(' ') : t('office.create.done'), (event.warnings ?? []).length > 0 ? 'warn' : '');
  }));
}

/** Creates the draft. Errors name the fields of the form. */
async function create(state) {
  const ids = typeIds(state.priceTypes);
  const isPlain = state.priceTypes.length === 1 && state.priceTypes[0].name.trim() === '' && state.priceTypes[0].max.trim() === '';
  const {sections, errors} = planOf(state.sections, state.priceTypes, state.currency || 'EUR');
  const fees = state.fees.map((fee, i) => {
    const value = parseAmount(fee.amount, state.currency || 'EUR');
    if (Number.isNaN(value)) {
      errors.push({field: `fees[${i}].amount`, message: t('office.form.amount')});
    }
    return {name: fee.name.trim(), amount: value, per: fee.per, refundable: fee.refundable};
  });
  state.priceTypes.forEach((type, i) => {
    if (!isPlain && type.name.trim() === '') {
      errors.push({field: `priceTypes[${i}].name`, message: t('office.form.required')});
    }
  });
  const taxRate = state.tax.trim() === '' ? undefined : Math.round(Number(state.tax.trim().replace(',', '.')) * 100);
  if (Number.isNaN(taxRate)) {
    errors.push({field: 'taxRate', message: t('office.form.amount')});
  }
  if (errors.length > 0) {
    throw new Problem(422, {type: '/problems/invalid-request', errors}, 0);
  }
  try {
    const {body} = await act('POST', 'api/events', {
      status: 'DRAFT', ...fieldsOf(state), currency: state.currency, sections,
      priceTypes: isPlain ? undefined : state.priceTypes.map((type, i) => ({id: ids[i], name: type.name.trim(), max: type.max.trim() ? Number(type.max) || type.max : undefined})),
      fees: fees.length > 0 ? fees : undefined, taxRate, focus: state.focus,
    });
    return body;
  } catch (problem) {
    if (problem.body?.errors) {
      problem.body.errors = fieldsOfPrices(problem.body.errors, isPlain ? ['standard'] : ids);
    }
    throw problem;
  }
}

/** Begins a new event with what is known of it, such as a plan from a file. */
export function beginEvent(known) {
  draft.save(DRAFT, {...stateOf(), ...newPlan(), ...known});
  location.hash = '#/new';
}
