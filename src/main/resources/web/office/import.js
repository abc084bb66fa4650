/** Importing a seat plan from a file: shown in numbers, then completed in the form for a new event. */
import {h, show} from '../lib/dom.js';
import {parseAmount} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {Problem} from '../lib/api.js';
import {change} from './session.js';
import {beginEvent} from './create.js';
import {decimals} from '../lib/format.js';
import {hall} from './hall.js';
import {countAll} from './plan.js';
import {field, form, table} from './ui.js';
import {number, seats} from './words.js';

export async function importView(view) {
  view.head(t('office.import.title'), t('office.import.subtitle'));
  const file = h('input', {type: 'file', id: 'file', accept: '.json,.csv,application/json,text/csv', required: true});
  const currency = h('input', {id: 'currency', value: 'EUR', maxlength: 3, required: true});
  const categories = h('div', {id: 'categories'});
  const result = h('div', {id: 'result'});
  let plan; // the file's text, or the plan in it
  let prices = new Map();

  file.addEventListener('change', async () => {
    show(result);
    show(categories);
    prices = new Map();
    plan = file.files[0] ? await file.files[0].text() : undefined;
    const parsed = asJson(plan);
    if (parsed) {
      plan = parsed;
      (Array.isArray(parsed.categories) ? parsed.categories : []).forEach(({name}) => prices.set(name, h('input', {id: `category-${prices.size}`, inputmode: 'decimal', placeholder: '45.00'})));
      show(categories, h('h3', {}, t('office.import.prices')), h('p.muted.small', {}, t('office.import.pricesHint')),
          h('div.fields', {}, [...prices].map(([name, input]) => field(name, input, {name: `prices.${name}`}))));
    }
  });

  show(view.root, h('div.stack', {}, h('section.card', {'aria-labelledby': 'import-file'},
      h('h2', {id: 'import-file'}, t('office.import.file')), h('p.muted', {}, t('office.import.formats')),
      form({submit: t('office.import.submit'), aside: [h('a.button', {href: '#/'}, t('common.cancel'))]}, [
        field(t('office.import.choose'), file, {name: 'file'}), field(t('office.plan.currency'), currency, {name: 'currency'}), categories,
      ], async () => {
        const code = currency.value.trim().toUpperCase();
        const converted = await convert(plan, prices, code);
        showPlan(result, converted, code);
      })), result));
}

function asJson(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

async function convert(plan, prices, currency) {
  if (typeof plan === 'string') {
    const {body} = await change('POST', 'api/plans/convert', new Blob([plan], {type: 'text/csv'}), {patience: 30_000});
    return body;
  }
  const amounts = {};
  const errors = [];
  for (const [name, input] of prices) {
    if (input.value.trim() !== '') {
      amounts[name] = parseAmount(input.value, currency);
      if (Number.isNaN(amounts[name])) {
        errors.push({field: `prices.${name}`, message: t('office.form.amount')});
      }
    }
  }
  if (errors.length > 0) {
    throw new Problem(422, {type: '/problems/invalid-request', errors}, 0);
  }
  const {body} = await change('POST', 'api/plans/convert', {plan, prices: amounts});
  return body;
}

function showPlan(place, plan, currency) {
  const toText = minorUnits => minorUnits === undefined ? '' : (minorUnits / 10 ** decimals(currency)).toFixed(decimals(currency));
  const priceOf = section => section.price ?? Object.values(section.prices ?? {})[0];
  show(place, h('section.card', {'aria-labelledby': 'import-result'},
      h('h2', {id: 'import-result', tabindex: '-1'}, t('office.create.preview', {sections: number(plan.sections.length), seats: seats(countAll(plan.sections))})),
      plan.warnings.length > 0 ? h('div.told.warn', {}, h('p', {}, t('office.import.warnings', {count: plan.warnings.length})),
          h('ul', {}, plan.warnings.map(each => h('li', {}, h('code', {}, each.field), ` ${each.message}`)))) : null,
      table(t('office.import.sections'), [t('office.word.section'), {text: t('office.plan.rows'), right: true}, {text: t('office.word.seats'), right: true}, {text: t('office.word.price'), right: true}],
          plan.sections.map(section => [section.name, number(section.rows?.length ?? 0), number(countAll([section])), toText(priceOf(section)) || '–'])),
      hall(plan.sections),
      h('div.actions', {}, h('button.primary', {type: 'button', id: 'use-plan', onclick: () => beginEvent({
        name: plan.name ?? '', currency,
        sections: plan.sections.map(section => ({kind: section.places ? 'places' : 'imported', name: section.name, rows: section.rows, places: String(section.places ?? ''), prices: {0: toText(priceOf(section))}, list: null})),
      })}, t('office.import.use')))));
  document.getElementById('import-result').focus();
}
