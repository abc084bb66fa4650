/** A compact grid of the seats of one section at a time, kept up to date, in which seats, tables and places are chosen. */
import {h, show} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {choice, field} from './ui.js';
import {number, seats} from './words.js';

/**
 * @param {LiveMap} map loaded
 * @param {object} options `event`; `chosen`, a Map from labels of seats and tables to the seat; `places`, a Map from sections to
 *     quantities; `isFree(seat)`, whether it may be chosen; `changed()` is called when the choice has changed
 */
export function seatPicker(map, {event, chosen, places, isFree, changed, mark = () => false}) {
  const grid = h('div.seat-grid', {id: 'grid'});
  const names = (event.sections ?? []).map(section => section.name);
  const select = choice(names.map(name => [name, name]), names[0], {id: 'section', onchange: () => draw()});
  let buttons = new Map();

  const labelOf = seat => seat.table ?? seat.label;
  const bySection = () => {
    const sections = new Map(names.map(name => [name, []]));
    for (const seat of map.seats.values()) {
      sections.get(seat.section)?.push(seat);
    }
    return sections;
  };
  let sections = bySection();

  function drawCounts() {
    for (const option of select.options) {
      const area = map.areas.find(each => each.section === option.value);
      const free = area ? area.available : sections.get(option.value)?.filter(seat => seat.status === 'AVAILABLE' && seat.forSale !== false).length ?? 0;
      option.textContent = `${option.value} · ${t('office.desk.free', {count: free})}`;
    }
  }

  function draw() {
    buttons = new Map();
    const area = map.areas.find(each => each.section === select.value);
    show(grid, area ? areaFields(area) : seatRows(sections.get(select.value) ?? []));
    drawCounts();
  }

  function areaFields(area) {
    const input = h('input', {type: 'number', min: 0, max: 10_000, id: 'places', value: places.get(area.section) ?? 0, oninput: () => {
      const quantity = Math.max(0, Math.floor(Number(input.value) || 0));
      if (quantity > 0) {
        places.set(area.section, quantity);
      } else {
        places.delete(area.section);
      }
      changed();
    }});
    return h('div', {}, h('p', {id: 'area-free'}, t('office.desk.areaFree', {available: area.available, capacity: area.capacity})), field(t('office.desk.places'), input));
  }

  function seatRows(all) {
    const rows = new Map();
    for (const seat of all) {
      rows.set(seat.row, [...rows.get(seat.row) ?? [], seat]);
    }
    let isFirst = true;
    return h('div', {role: 'group', 'aria-label': t('office.desk.grid', {section: select.value}), onkeydown: move}, [...rows].map(([row, list]) => {
      const isTable = Boolean(list[0].table);
      return h('div.seat-row', {}, h('span.row-name', {'aria-hidden': 'true'}, row), h('div', {}, (isTable ? [list[0]] : list).map(seat => {
        const button = h('button.seat', {type: 'button', 'data-label': labelOf(seat), tabindex: isFirst ? '0' : '-1', onclick: () => toggle(seat)},
            isTable ? seats(list.length) : String(seat.number ?? seat.numberText), seat.accessible ? h('span', {'aria-hidden': 'true'}, '♿') : null);
        isFirst = false;
        buttons.set(labelOf(seat), button);
        paint(seat, button);
        return button;
      })));
    }));
  }

  function paint(seat, button) {
    const label = labelOf(seat);
    const isChosen = chosen.has(label);
    const isOpen = isFree(seat);
    const state = isChosen ? 'chosen' : isOpen ? 'AVAILABLE' : seat.status === 'AVAILABLE' ? 'withheld' : seat.status;
    button.dataset.state = mark(seat) && !isChosen && isOpen ? 'marked' : state;
    button.setAttribute('aria-pressed', String(isChosen));
    button.setAttribute('aria-disabled', String(!isOpen && !isChosen));
    const more = ['accessible', 'companion', 'restrictedView'].filter(each => seat[each]).map(each => t(`office.desk.${each}`));
    button.setAttribute('aria-label', [seat.table ? t('office.desk.table', {table: seat.row}) : t('office.desk.seat', {row: seat.row, seat: seat.number ?? seat.numberText}),
      t(`office.desk.state.${state}`), ...more].join(', '));
    button.title = button.getAttribute('aria-label');
  }

  function toggle(seat) {
    const label = labelOf(seat);
    if (chosen.has(label)) {
      chosen.delete(label);
    } else if (isFree(seat)) {
      chosen.set(label, seat);
    } else {
      return;
    }
    repaint(label);
    changed();
  }

  function repaint(label) {
    const button = buttons.get(label);
    const seat = button && (map.seats.get(label) ?? (sections.get(select.value) ?? []).find(each => each.table === label));
    if (seat) {
      paint(seat, button);
    }
  }

  /** Arrow keys move between seats; Tab leaves the grid. */
  function move(event) {
    const rows = [...grid.querySelectorAll('.seat-row')].map(row => [...row.querySelectorAll('button')]);
    const r = rows.findIndex(row => row.includes(event.target));
    const column = rows[r]?.indexOf(event.target);
    const target = {ArrowLeft: () => rows[r][column - 1], ArrowRight: () => rows[r][column + 1], Home: () => rows[r][0], End: () => rows[r].at(-1),
      ArrowUp: () => rows[r - 1]?.[Math.min(column, rows[r - 1].length - 1)], ArrowDown: () => rows[r + 1]?.[Math.min(column, rows[r + 1].length - 1)]}[event.key]?.();
    if (target) {
      event.preventDefault();
      event.target.tabIndex = -1;
      target.tabIndex = 0;
      target.focus();
    }
  }

  map.addEventListener('load', () => { sections = bySection(); draw(); });
  map.addEventListener('change', ({detail}) => {
    detail.seats.forEach(seat => repaint(labelOf(seat)));
    const area = detail.areas.find(each => each.section === select.value);
    const text = document.getElementById('area-free');
    if (area && text) {
      text.textContent = t('office.desk.areaFree', {available: area.available, capacity: area.capacity});
    }
    drawCounts();
  });
  draw();
  const legend = h('div.legend', {}, ['AVAILABLE', 'chosen', 'HELD', 'SOLD', 'withheld'].map(state => h('span', {}, h('i.dot.seat-dot', {'data-state': state}), t(`office.desk.state.${state}`))));
  return {
    element: h('div', {}, field(t('office.word.section'), select), grid, legend),
    redraw: draw,
    get section() { return select.value; },
    /** Whether the section is sold by choosing seats. */
    get hasSeats() { return (sections.get(select.value) ?? []).some(seat => !seat.table); },
  };
}
