/** The house from far: its sections as shapes, filled as far as they are free, with the numbers in words. */
import {h, svg} from '../lib/dom.js';
import {amount} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {colour} from './layout.js';
import {stage} from './seatmap.js';

const GAP = 8;
const LINE = 17;

/** Returns what is free of a section and what it costs, in words. */
export function freeText(house, section) {
  const free = house.free(section);
  return free === undefined ? t('shop.seats', {count: section.capacity})
    : free === 0 ? t('shop.sold-out') : t('shop.left', {count: free});
}

export function priceText(house, section) {
  const currency = house.event.currency;
  const prices = Object.values(section.prices);
  const lowest = amount(Math.min(...prices), currency);
  return Math.max(...prices) > Math.min(...prices) ? t('shop.from', {price: lowest}) : lowest;
}

/**
 * Draws the sections. Narrow pictures have fewer sections abreast, so that names can be read on a phone.
 *
 * @param choose called with the name of a section
 */
export function overview(house, width, choose) {
  const wide = width > 560;
  const shapes = placed(house, wide ? 720 : 380) || inTiers(house.sections, wide ? 720 : 380, wide);
  const box = {x: 0, y: -44, width: wide ? 720 : 380, height: shapes.height + 52};
  const picture = svg('svg.house', {viewBox: `0 ${box.y} ${box.width} ${box.height}`, role: 'group', 'aria-label': t('shop.overview')},
    ...stage(box, false));
  shapes.list.forEach(({section, d, x, y, room}, i) => {
    const free = house.free(section);
    const name = fit(section.name, room);
    const lines = [...name.lines, freeText(house, section), ...(room.height > 76 ? [priceText(house, section)] : [])];
    const share = free === undefined ? 0 : free / section.capacity;
    const filled = free ? Math.max(share, 0.03) : 0;
    const gradient = svg('linearGradient', {id: `free-${i}`, x1: 0, y1: 1, x2: 0, y2: 0},
      svg(`stop.${colour(section.level)}`, {offset: filled}), svg('stop.rest', {offset: filled}));
    const from = y - (lines.length - 1) * LINE / 2 + 5;
    picture.append(svg(`g.section.${colour(section.level)}`, {role: 'button', tabindex: 0, 'data-section': section.name,
      'aria-label': `${section.name}: ${freeText(house, section)}, ${priceText(house, section)}`,
      onclick: () => choose(section.name),
      onkeydown: event => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          choose(section.name);
        }
      }},
    gradient, svg('path', {d, fill: `url(#free-${i})`}),
    ...lines.map((line, n) => svg(n < name.lines.length ? 'text.name' : 'text', {x, y: from + n * LINE,
      ...(n < name.lines.length && {'font-size': name.size})}, line))));
  });
  return h('div.map.far', {}, picture);
}

/** Breaks a name into at most two lines that fit, and cuts what does not. */
function fit(name, {width}) {
  const size = 15;
  const most = Math.max(5, Math.floor(width / (size * 0.62)));
  if (name.length <= most) {
    return {lines: [name], size};
  }
  const middle = name.slice(0, most + 1).lastIndexOf(' ');
  const cut = text => text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return middle > 0 ? {lines: [cut(name.slice(0, middle)), cut(name.slice(middle + 1))], size} : {lines: [cut(name)], size: 13};
}

/** Sections in tiers around the stage, as many abreast as can be read. */
function inTiers(sections, width, isWide) {
  const most = sections.length < 4 ? sections.length : isWide && sections.length > 6 ? 5 : sections.length > 8 || isWide ? 3 : 2;
  const tiers = Math.ceil(sections.length / (isWide ? most : Math.min(most, 3)));
  const list = [];
  const height = sections.length > 6 ? 84 : 104;
  const bow = 18;
  let next = 0;
  for (let tier = 0; tier < tiers; tier++) {
    const count = Math.ceil((sections.length - next) / (tiers - tier));
    const each = sections.slice(next, next + count);
    next += count;
    const full = width - 2 * GAP - Math.max(0, tiers - 1 - tier) * 18;
    const weights = each.map(section => Math.sqrt(section.capacity));
    const sum = weights.reduce((a, b) => a + b, 0);
    const least = Math.min(full / count * 0.8, 110);
    const spare = full - least * count - GAP * (count - 1);
    let left = (width - full) / 2;
    each.forEach((section, i) => {
      const wide = least + spare * weights[i] / sum;
      const top = tier * (height + GAP);
      const dip = at => bow * (1 - ((at - width / 2) / (width / 2)) ** 2);
      const [a, b, m] = [left, left + wide, left + wide / 2];
      const curve = (from, to, y) => `Q${m} ${y + 2 * dip(m) - (dip(from) + dip(to)) / 2} ${to} ${y + dip(to)}`;
      list.push({section, x: m, y: top + height / 2 + dip(m), room: {width: wide - 12, height},
        d: `M${a} ${top + dip(a)}${curve(a, b, top)}V${top + height + dip(b)}${curve(b, a, top + height)}z`});
      left = b + GAP;
    });
  }
  return {list, height: tiers * (height + GAP) + bow};
}

/** Sections where they are, if all their seats have positions and the shapes have room for words; otherwise null. */
function placed(house, width) {
  const hulls = [];
  for (const section of house.sections) {
    const seats = house.seats(section.name);
    if (section.isPlaces || seats.length === 0 || seats.some(seat => seat.x === undefined)) {
      return null;
    }
    hulls.push({section, points: hull(seats.map(({x, y}) => [x, y]))});
  }
  const all = hulls.flatMap(each => each.points);
  const [minX, maxX] = [Math.min(...all.map(p => p[0])), Math.max(...all.map(p => p[0]))];
  const [minY, maxY] = [Math.min(...all.map(p => p[1])), Math.max(...all.map(p => p[1]))];
  const scale = (width - 4 * GAP) / Math.max(1, maxX - minX);
  const flip = house.focus && house.focus.y > (minY + maxY) / 2;
  const list = [];
  for (const {section, points} of hulls) {
    const at = points.map(([x, y]) => [2 * GAP + (flip ? maxX - x : x - minX) * scale, GAP + (flip ? maxY - y : y - minY) * scale]);
    const [xs, ys] = [at.map(p => p[0]), at.map(p => p[1])];
    const room = {width: Math.max(...xs) - Math.min(...xs) - 8, height: Math.max(...ys) - Math.min(...ys)};
    if (room.width < 84 || room.height < 48) {
      return null;
    }
    list.push({section, room, x: (Math.max(...xs) + Math.min(...xs)) / 2, y: (Math.max(...ys) + Math.min(...ys)) / 2,
      d: `M${at.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}z`});
  }
  return {list, height: (maxY - minY) * scale + 2 * GAP};
}

/** The convex hull of points (Andrew's monotone chain). */
function hull(points) {
  const sorted = points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = list => list.reduce((chain, point) => {
    while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) {
      chain.pop();
    }
    chain.push(point);
    return chain;
  }, []).slice(0, -1);
  return [...half(sorted), ...half([...sorted].reverse())];
}
