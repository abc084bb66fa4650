/** The part of a form in which a person describes a hall: price types, sections, fees and tax. */
import {h, show} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {binder} from './fields.js';
import {hall} from './hall.js';
import {countAll, newRow, newSection, planOf, rowsOf} from './plan.js';
import {choice, field} from './ui.js';
import {number, seats} from './words.js';

/** Returns the start of a plan: one section of rows, and one price. */
export const newPlan = () => ({currency: 'EUR', priceTypes: [{name: '', max: ''}], sections: [newSection('rows')], fees: [], tax: ''});

/**
 * Returns the part of the form. `state` is changed as the person types, and `changed` is called.
 *
 * @param {boolean} isAddition whether sections are added to an event: price types, fees and tax are those of the event
 */
export function planFields(state, changed, {isAddition = false} = {}) {
  const sections = h('div.stack');
  const types = h('div');
  const fees = h('div');
  const preview = h('div', {id: 'preview'});
  let timer;
  const drawPreview = () => {
    const plan = planOf(state.sections, state.priceTypes, state.currency).sections;
    show(preview, hall(plan), h('p.num', {}, t('office.create.preview', {sections: number(plan.length), seats: seats(countAll(plan))})));
  };
  const typed = () => {
    changed();
    clearTimeout(timer);
    timer = setTimeout(drawPreview, 200);
  };
  const changedPlan = () => {
    changed();
    drawSections();
    drawPreview();
  };

  function drawSections() {
    show(sections, state.sections.map((section, i) => sectionFields(state, section, i, {typed, changedPlan, isAddition})),
        h('div.tools', {}, ['rows', 'places', 'tables'].map(kind => h('button', {type: 'button', id: `add-${kind}`, onclick: () => {
          state.sections.push(newSection(kind));
          changedPlan();
          document.querySelector(`[data-field="sections[${state.sections.length - 1}].name"]`)?.focus();
        }}, t(`office.plan.add.${kind}`)))));
  }

  function drawTypes() {
    show(types, state.priceTypes.map((type, i) => {
      const input = binder(type, typed);
      return h('div.fields.entry', {},
          field(t('office.plan.typeName'), input('name', {id: `type-${i}`, maxlength: 50, onchange: changedPlan, placeholder: i === 0 ? t('office.plan.adult') : ''}), {name: `priceTypes[${i}].name`}),
          field(t('office.plan.typeMax'), input('max', {id: `type-${i}-max`, inputmode: 'numeric'}), {name: `priceTypes[${i}].max`}),
          state.priceTypes.length > 1 ? h('button', {type: 'button', 'aria-label': `${t('office.remove')}: ${type.name || i + 1}`, onclick: () => {
            state.priceTypes.splice(i, 1);
            state.sections.forEach(section => {
              section.prices = Object.fromEntries(Object.entries(section.prices).filter(([at]) => Number(at) !== i).map(([at, price]) => [Number(at) > i ? at - 1 : at, price]));
            });
            drawTypes();
            changedPlan();
          }}, t('office.remove')) : null);
    }), h('button', {type: 'button', id: 'add-type', onclick: () => {
      state.priceTypes.push({name: '', max: ''});
      drawTypes();
      changedPlan();
      document.getElementById(`type-${state.priceTypes.length - 1}`).focus();
    }}, t('office.plan.addType')));
  }

  function drawFees() {
    show(fees, state.fees.map((fee, i) => {
      const input = binder(fee, changed);
      const per = choice([['SEAT', t('office.plan.perSeat')], ['RESERVATION', t('office.plan.perReservation')]], fee.per, {id: `fee-${i}-per`, onchange: () => { fee.per = per.value; changed(); }});
      return h('div.entry', {}, h('div.fields', {},
          field(t('office.plan.feeName'), input('name', {id: `fee-${i}`, required: true, maxlength: 50}), {name: `fees[${i}].name`}),
          field(t('office.plan.feeAmount'), input('amount', {id: `fee-${i}-amount`, inputmode: 'decimal', required: true}), {name: `fees[${i}].amount`}),
          field(t('office.plan.feePer'), per, {name: `fees[${i}].per`})),
      h('div.tools', {}, h('label.check', {}, h('input', {type: 'checkbox', checked: fee.refundable, onchange: event => { fee.refundable = event.target.checked; changed(); }}), h('span', {}, t('office.plan.refundable'))),
          h('button', {type: 'button', 'aria-label': `${t('office.remove')}: ${fee.name || i + 1}`, onclick: () => { state.fees.splice(i, 1); changed(); drawFees(); }}, t('office.remove'))));
    }), h('button', {type: 'button', id: 'add-fee', onclick: () => {
      state.fees.push({name: '', amount: '', per: 'SEAT', refundable: true});
      changed();
      drawFees();
      document.getElementById(`fee-${state.fees.length - 1}`).focus();
    }}, t('office.plan.addFee')));
  }

  const input = binder(state, changed);
  drawSections();
  drawPreview();
  drawTypes();
  drawFees();
  const money = isAddition ? null : h('section.card', {'aria-labelledby': 'prices-title'}, h('h2', {id: 'prices-title'}, t('office.plan.prices')),
      h('div.fields', {}, field(t('office.plan.currency'), input('currency', {id: 'currency', required: true, maxlength: 3, list: 'currencies', autocomplete: 'off', autocapitalize: 'characters', onchange: event => { state.currency = event.target.value = event.target.value.trim().toUpperCase(); changedPlan(); }}), {name: 'currency'}),
          field(t('office.plan.tax'), input('tax', {id: 'tax', inputmode: 'decimal'}), {name: 'taxRate', hint: t('office.plan.taxHint')})),
      h('datalist', {id: 'currencies'}, ['EUR', 'CHF', 'GBP', 'PLN', 'USD', 'DKK', 'SEK', 'NOK', 'CZK', 'JPY'].map(each => h('option', {value: each}))),
      h('h3', {}, t('office.plan.types')), h('p.muted.small', {}, t('office.plan.typesHint')), types,
      h('h3', {}, t('office.plan.fees')), fees);
  return [
    money,
    h('section.card', {'aria-labelledby': 'hall-title'}, h('h2', {id: 'hall-title'}, t('office.plan.title')), sections),
    h('section.card', {'aria-labelledby': 'preview-title'}, h('h2', {id: 'preview-title'}, t('office.plan.preview')), preview),
  ];
}

function sectionFields(state, section, s, {typed, changedPlan, isAddition}) {
  const path = `sections[${s}]`;
  const input = binder(section, typed);
  const prices = binder(section.prices, typed);
  const id = `section-${s}`;
  const shape = {
    places: () => field(t('office.plan.places'), input('places', {id: `${id}-places`, inputmode: 'numeric', required: true}), {name: `${path}.places`}),
    imported: () => h('p.num', {}, t('office.plan.imported', {rows: number(section.rows?.length ?? 0), seats: seats(countAll([section]))})),
    rows: () => rowFields(section, path, id, {input, changedPlan, typed}),
    tables: () => rowFields(section, path, id, {input, changedPlan, typed}),
  };
  return h('fieldset', {}, h('legend', {}, t(`office.plan.kind.${section.kind}`)),
      h('div.fields', {},
          field(t('office.plan.name'), input('name', {id: `${id}-name`, required: true, maxlength: 50, placeholder: section.kind === 'places' ? 'FLOOR' : 'STALLS'}), {name: `${path}.name`}),
          state.priceTypes.map((type, i) => field(t('office.plan.price', {type: type.name || '', currency: state.currency}).replace('  ', ' '),
              prices(i, {id: `${id}-price-${i}`, inputmode: 'decimal', required: i === 0 && !isAddition, placeholder: isAddition ? t('office.plan.asBefore') : i === 0 ? '45.00' : '', value: section.prices[i] ?? ''}), {name: `${path}.prices.${i}`}))),
      shape[section.kind](),
      state.sections.length > 1 ? h('button', {type: 'button', 'aria-label': `${t('office.plan.remove')}: ${section.name || s + 1}`, onclick: () => { state.sections.splice(s, 1); changedPlan(); }}, t('office.plan.remove')) : null);
}

/** Rows by a pattern, or one by one. */
function rowFields(section, path, id, {input, changedPlan, typed}) {
  const isTables = section.kind === 'tables';
  if (!section.list) {
    return h('div', {},
        h('div.fields', {},
            field(isTables ? t('office.plan.tables') : t('office.plan.rows'), input('pattern', {id: `${id}-rows`, required: true}), {name: `${path}.rows`, hint: isTables ? 'T1–T8' : 'A–H, K'}),
            field(isTables ? t('office.plan.seatsPerTable') : t('office.plan.seatsPerRow'), input('seats', {id: `${id}-seats`, inputmode: 'numeric', required: true}), {name: `${path}.rows[0].seats`})),
        h('button', {type: 'button', id: `${id}-list`, onclick: () => { section.list = rowsOf(section); changedPlan(); }}, t('office.plan.oneByOne')));
  }
  const columns = isTables ? ['name', 'seats', 'first'] : ['name', 'seats', 'first', 'gaps', 'accessible', 'companion', 'restricted'];
  return h('div', {},
      h('p.muted.small', {}, t('office.plan.oneByOneHint')),
      h('div.scroll.rows-table', {tabindex: '0', role: 'group', 'aria-label': t('office.plan.rows')}, h('table', {},
          h('thead', {}, h('tr', {}, columns.map(column => h('th', {scope: 'col'}, t(`office.plan.column.${column}`))), h('th', {scope: 'col'}, h('span.sr', {}, t('office.remove'))))),
          h('tbody', {}, section.list.map((row, r) => {
            const bind = binder(row, typed);
            return h('tr', {}, columns.map(column => h('td', {}, h('div', {}, cell(bind, row, r, column, `${path}.rows[${r}]`, `${id}-row-${r}`)))),
                h('td', {}, h('button.x', {type: 'button', 'aria-label': `${t('office.remove')}: ${row.name}`, onclick: () => { section.list.splice(r, 1); changedPlan(); }}, '×')));
          })))),
      h('button', {type: 'button', id: `${id}-add-row`, onclick: () => { section.list.push(newRow('', section.list.at(-1)?.seats ?? section.seats)); changedPlan(); }}, t('office.plan.addRow')));
}

function cell(bind, row, r, column, path, id) {
  const input = bind(column, {
    id: `${id}-${column}`, 'aria-label': `${t('office.plan.column.name')} ${row.name || r + 1}: ${t(`office.plan.column.${column}`)}`,
    'data-field': column === 'name' || column === 'seats' ? `${path}.${column}` : null,
    class: column === 'name' || column === 'seats' || column === 'first' ? 'short' : 'middle',
  });
  return [input, h('p.error', {id: `${id}-${column}-error`, hidden: true})];
}

