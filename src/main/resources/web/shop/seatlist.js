/** The same seats as the map has, as buttons by row; and the sections as buttons. */
import {h} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {numberOf} from './house.js';
import {freeText, priceText} from './overview.js';
import {colour} from './layout.js';

export function sectionList(house, choose) {
  return h('ul.sections', {'aria-label': t('shop.overview')}, house.sections.map(section => h('li', {},
    h('button', {type: 'button', 'data-section': section.name, onclick: () => choose(section.name)},
      h('span.grow', {}, h('b', {}, section.name), h('span.small.muted', {}, freeText(house, section))),
      h(`span.num.price.${colour(section.level)}`, {}, priceText(house, section)), h('span', {'aria-hidden': 'true'}, '›')))));
}

export class SeatList {

  #buttons = new Map();
  #seats;

  /** @param seats as for the map, with `signs(seat)`: what is special about a seat, in words */
  constructor(section, rows, seats) {
    this.#seats = seats;
    this.element = h('div.seat-list', {}, rows.map(row => h('div', {role: 'group', 'aria-label': title(row)},
      h('h3', {}, title(row)),
      row.table ? this.#table(row) : h('ul', {}, row.cells.filter(cell => cell).map(seat => h('li', {}, this.#button(seat)))))));
  }

  #button(seat) {
    const button = h('button.seat-button', {type: 'button', onclick: () => this.#seats.choose(seat)});
    this.#buttons.set(seat.label, {seat, button});
    this.#paint(seat, button);
    return button;
  }

  #paint(seat, button) {
    const state = this.#seats.stateOf(seat);
    const signs = this.#seats.signs(seat);
    button.className = `seat-button ${state}`;
    button.disabled = state === 'taken';
    button.setAttribute('aria-pressed', String(state === 'mine'));
    button.setAttribute('aria-label', this.#seats.describe(seat));
    button.replaceChildren(seat.table ? t('shop.whole-table') : numberOf(seat), ...signs.length ? [h('small', {}, signs.join(', '))] : []);
  }

  /** A table is one choice. */
  #table(row) {
    const [first] = row.cells.filter(cell => cell);
    const button = this.#button(first);
    row.cells.forEach(seat => seat && this.#buttons.set(seat.label, {seat: first, button}));
    return h('ul', {}, h('li', {}, button));
  }

  update(labels) {
    for (const label of labels || this.#buttons.keys()) {
      const entry = this.#buttons.get(label);
      if (entry) {
        this.#paint(entry.seat, entry.button);
      }
    }
  }

  start() {}

  stop() {}

  focus() { this.element.querySelector('button:not(:disabled)')?.focus(); }
}

const title = row => row.table ? t('shop.table', {table: row.name}) : t('shop.row', {row: row.name});
