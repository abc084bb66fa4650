/** Numbers of places, tickets by price type: a minus, a number and a plus. */
import {h} from '../lib/dom.js';
import {amount} from '../lib/format.js';
import {t} from '../lib/texts.js';

/** A number between 0 and a limit, with buttons. `label` names what is counted. */
export function stepper(id, label, value, most, change) {
  const number = h('output.num', {id: `${id}-number`, 'aria-live': 'polite'}, value.toLocaleString(document.documentElement.lang));
  return h('div.stepper', {role: 'group', 'aria-label': label},
    h('button', {type: 'button', id: `${id}-less`, 'aria-label': t('shop.less', {what: label}), 'aria-disabled': String(value <= 0),
      onclick: () => value > 0 && change(value - 1)}, '−'),
    number,
    h('button', {type: 'button', id: `${id}-more`, 'aria-label': t('shop.more', {what: label}), 'aria-disabled': String(value >= most),
      onclick: () => value < most && change(value + 1)}, '+'));
}

/** A section of places. */
export function placesForm(house, basket, section, most) {
  const available = house.free(section) ?? section.capacity;
  const chosen = basket.places[section.name] || {};
  const sum = Object.values(chosen).reduce((a, b) => a + b, 0);
  const room = Math.min(available - sum, most);
  return h('div.places', {},
    h('p.muted', {}, t('shop.places-how')),
    h('ul.rows', {}, house.typesOf(section.name).map((type, i) => h('li', {},
      h('span.grow', {}, type.name, h('small.muted.block.num', {}, amount(type.price, house.event.currency))),
      stepper(`places-${i}`, `${section.name}, ${type.name}`, chosen[type.id] || 0, (chosen[type.id] || 0) + room,
        quantity => basket.setPlaces(section.name, type.id, quantity))))));
}

/** How many of the best seats, by price type. */
export function bestForm(house, basket, most, hasAccessible, done) {
  const chosen = basket.best?.types || {};
  const quantity = basket.bestQuantity;
  const types = house.types.filter(type => house.sections.some(section => !section.isPlaces && section.prices[type.id] !== undefined));
  const set = (types, accessible) => {
    const left = Object.fromEntries(Object.entries(types).filter(([, n]) => n > 0));
    const sum = Object.values(left).reduce((a, b) => a + b, 0);
    basket.setBest(sum ? {types: left, accessible: Math.min(accessible, sum)} : null);
  };
  const accessible = basket.best?.accessible || 0;
  return h('div.best', {id: 'best', role: 'group', 'aria-label': t('shop.best')},
    h('p.muted', {}, t('shop.best-how')),
    h('ul.rows', {}, types.map((type, i) => h('li', {}, h('span.grow', {}, type.name),
      stepper(`best-${i}`, types.length > 1 ? type.name : t('shop.best'), chosen[type.id] || 0, (chosen[type.id] || 0) + most,
        n => set({...chosen, [type.id]: n}, accessible)))),
    hasAccessible && h('li', {}, h('span.grow', {}, t('shop.best-accessible')),
      stepper('best-accessible', t('shop.best-accessible'), accessible, quantity, n => set(chosen, n)))),
    h('div.actions', {}, h('button', {type: 'button', id: 'best-done', onclick: done}, t('common.close'))));
}
