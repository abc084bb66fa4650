/** A drawing of a hall: rows of dots, tables, and areas of places. */
import {svg} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {countAll, countSeats} from './plan.js';
import {number, seats} from './words.js';

const WIDTH = 640;
const COLOURS = ['var(--p1)', 'var(--p2)', 'var(--p3)'];
const MAX_DRAWN = 400;

/** @param {Array} sections as the API has them */
export function hall(sections) {
  const marks = [];
  let y = 34;
  marks.push(svg('path', {d: `M160 8 Q320 26 480 8`, fill: 'none', stroke: 'var(--muted)', 'stroke-width': 3, 'stroke-linecap': 'round'}));
  sections.forEach((section, s) => {
    const colour = COLOURS[s % COLOURS.length];
    marks.push(svg('text', {x: WIDTH / 2, y: y + 4, 'text-anchor': 'middle', fill: 'var(--ink)', 'font-size': 13, 'font-weight': 600}, `${section.name || '…'} · ${number(countAll([section]))}`));
    y += 16;
    y = section.places ? area(marks, y, colour, section) : section.rows?.[0]?.sold === 'WHOLE' ? tables(marks, y, colour, section.rows) : rows(marks, y, colour, section.rows ?? []);
    y += 22;
  });
  return svg('svg.hall', {viewBox: `0 0 ${WIDTH} ${y}`, role: 'img', 'aria-label': t('office.create.preview', {sections: number(sections.length), seats: seats(countAll(sections))})}, marks);
}

function area(marks, y, colour, section) {
  marks.push(svg('rect', {x: 120, y, width: 400, height: 44, rx: 10, fill: colour, 'fill-opacity': 0.25, stroke: colour}));
  marks.push(svg('text', {x: WIDTH / 2, y: y + 28, 'text-anchor': 'middle', 'font-size': 14, fill: 'var(--ink)'}, t('office.places', {count: Number(section.places) || 0})));
  return y + 50;
}

function tables(marks, y, colour, all) {
  const width = 64;
  all.slice(0, MAX_DRAWN).forEach((table, i) => {
    const [column, row] = [i % 9, Math.floor(i / 9)];
    const x = 32 + column * width;
    marks.push(svg('rect', {x, y: y + row * 40, width: 54, height: 30, rx: 15, fill: colour, 'fill-opacity': 0.25, stroke: colour}));
    marks.push(svg('text', {x: x + 27, y: y + row * 40 + 20, 'text-anchor': 'middle', 'font-size': 11, fill: 'var(--ink)'}, `${table.name} · ${countSeats(table)}`));
  });
  return y + Math.ceil(Math.min(all.length, MAX_DRAWN) / 9) * 40;
}

/** A row is a dashed line of round dots, interrupted at its gaps: one element however many seats it has. */
function rows(marks, y, colour, all) {
  const drawn = all.slice(0, MAX_DRAWN);
  const slots = Math.max(1, ...drawn.map(row => Array.isArray(row.seats) ? row.seats.length : Number(row.seats) || 0));
  const step = Math.min(14, (WIDTH - 120) / slots);
  const height = Math.max(6, Math.min(14, step + 2));
  drawn.forEach((row, i) => {
    const list = Array.isArray(row.seats) ? row.seats : [Number(row.seats) || 0];
    const total = Array.isArray(row.seats) ? list.length : list[0];
    const at = y + i * height + height / 2;
    let x = WIDTH / 2 - (total - 1) * step / 2;
    marks.push(svg('text', {x: x - step, y: at + 3, 'text-anchor': 'end', 'font-size': 9, fill: 'var(--muted)'}, row.name.slice(0, 12)));
    let path = '';
    for (const length of runs(row.seats)) {
      if (length > 0) {
        path += `M${x.toFixed(2)} ${at}h${((length - 1) * step + 0.01).toFixed(2)}`;
      }
      x += Math.abs(length) * step;
    }
    marks.push(svg('path', {d: path, stroke: colour, 'stroke-width': Math.max(1, step - 3), 'stroke-linecap': 'round', 'stroke-dasharray': `0 ${step}`, fill: 'none'}));
  });
  return y + drawn.length * height;
}

/** Returns how many seats follow each other, with a negative number for gaps. */
function runs(all) {
  if (!Array.isArray(all)) {
    return [Number(all) || 0];
  }
  const result = [];
  for (const seat of all) {
    const sign = seat === null ? -1 : 1;
    if (result.length > 0 && Math.sign(result.at(-1)) === sign) {
      result[result.length - 1] += sign;
    } else {
      result.push(sign);
    }
  }
  return result;
}
