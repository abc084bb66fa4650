/** The picture of a section: seats that are chosen by mouse, touch or keyboard. */
import {announce, h, svg} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {isFree, numberOf} from './house.js';
import {PITCH, colour, layOut, shape} from './layout.js';
import {ZoomBox} from './zoom.js';

/** A finger needs so many pixels between seats; if there are fewer, a touch comes closer first. */
const FINGER = 30;

export class SeatMap {

  #house;
  #section;
  #seats;
  #items = [];
  #byLabel = new Map();
  #picture;
  #zoom;
  #current;

  /**
   * @param seats `{stateOf(seat), describe(seat), choose(seat)}`: state is `free`, `mine` or `taken`
   * @param rows those of the picture
   */
  constructor(house, section, rows, seats) {
    this.#house = house;
    this.#section = section;
    this.#seats = seats;
    const plan = layOut(rows, house.focus);
    this.#picture = this.#draw(plan);
    this.#zoom = new ZoomBox(this.#picture, plan.box.width / plan.box.height);
    this.element = h('div', {}, this.#zoom.element, h('div.under', {}, h('p.small.muted', {id: 'how'}, t('shop.how')), this.#zoom.buttons));
  }

  start() { this.#zoom.start(); }

  stop() { this.#zoom.stop(); }

  #draw({seats, labels, tables, box, stageBelow}) {
    const picture = svg('svg.hall', {viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`, role: 'group',
      'aria-label': t('shop.map-of', {section: this.#section.name}), 'aria-describedby': 'how'});
    picture.append(...stage(box, stageBelow));
    for (const {text, x, y} of labels) {
      picture.append(svg('text.row', {x, y: y + 4, 'aria-hidden': 'true'}, text));
    }
    for (const {name, x, y, radius} of tables) {
      picture.append(svg('circle.table', {cx: x, cy: y, r: radius}), svg('text.row', {x, y: y + 4, 'aria-hidden': 'true'}, name));
    }
    for (const {seat, x, y} of seats) {
      const item = {seat, x, y, node: svg('path', {d: shape(this.#section.level, x, y)}),
        text: svg('text.number', {x, y: y + 3.5, 'aria-hidden': 'true'})};
      picture.append(item.node, item.text);
      if (seat.accessible || seat.companion || seat.restrictedView) {
        item.mark = mark(seat, x, y);
        picture.append(item.mark);
      }
      this.#items.push(item);
      this.#byLabel.set(seat.label, item);
      this.#paint(item);
    }
    this.#setCurrent(this.#items.find(item => this.#seats.stateOf(item.seat) !== 'taken'));
    picture.addEventListener('click', event => this.#click(event));
    picture.addEventListener('keydown', event => this.#key(event));
    picture.addEventListener('focusin', event => {
      const item = this.#items.find(each => each.node === event.target);
      if (item) {
        this.#setCurrent(item);
        this.#zoom.reveal(item.node);
      }
    });
    return picture;
  }

  #paint(item) {
    const state = this.#seats.stateOf(item.seat);
    const {node, text, seat} = item;
    node.setAttribute('class', `seat ${state} ${state === 'free' ? colour(this.#section.level) : ''}`);
    text.setAttribute('class', `number ${state}`);
    text.textContent = state === 'taken' ? '' : numberOf(seat);
    text.style.fontSize = text.textContent.length > 3 ? '6px' : '';
    if (state === 'taken') {
      ['role', 'aria-pressed', 'aria-label'].forEach(name => node.removeAttribute(name));
      node.setAttribute('aria-hidden', 'true');
      if (node !== document.activeElement) {
        node.removeAttribute('tabindex');
      }
    } else {
      node.removeAttribute('aria-hidden');
      node.setAttribute('role', 'button');
      node.setAttribute('aria-pressed', String(state === 'mine'));
      node.setAttribute('aria-label', this.#seats.describe(seat));
      node.setAttribute('tabindex', item === this.#current ? '0' : '-1');
    }
    item.state = state;
  }

  /** Draws again what has changed: the seats of these labels, or all. */
  update(labels) {
    for (const item of labels ? labels.map(label => this.#byLabel.get(label)) : this.#items) {
      if (item) {
        this.#paint(item);
      }
    }
    if (!this.#current || this.#current.state === 'taken' && this.#current.node !== document.activeElement) {
      this.#setCurrent(this.#items.find(item => item.state !== 'taken'));
    }
  }

  /** One seat can be reached by Tab; from there, the arrow keys lead to the others. */
  #setCurrent(item) {
    if (this.#current && this.#current !== item) {
      this.#current.node.setAttribute('tabindex', '-1');
    }
    this.#current = item;
    item?.node.setAttribute('tabindex', '0');
  }

  focus() { this.#current?.node.focus({preventScroll: true}); }

  #click(event) {
    if (this.#zoom.isDrag(event)) {
      return;
    }
    const matrix = this.#picture.getScreenCTM();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const item = event.detail === 0 ? this.#items.find(each => each.node === event.target) : this.#nearest(at);
    if (!item) {
      return;
    }
    const pixels = PITCH * matrix.a;
    if (event.detail !== 0 && this.#zoom.isTouch && pixels < FINGER) {
      this.#zoom.near(event, 44 / pixels);
      announce(t('shop.closer'));
    } else {
      this.#choose(item);
    }
  }

  #nearest({x, y}) {
    let best;
    let least = PITCH * 0.62;
    for (const item of this.#items) {
      const distance = Math.hypot(item.x - x, item.y - y);
      if (distance < least) {
        [best, least] = [item, distance];
      }
    }
    return best;
  }

  #choose(item) {
    if (item.state === 'taken') {
      return;
    }
    this.#setCurrent(item);
    item.node.focus({preventScroll: true});
    this.#seats.choose(item.seat);
  }

  #key(event) {
    const item = this.#current;
    if (!item || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const next = {
      ArrowLeft: () => this.#neighbour(item, -1, 0), ArrowRight: () => this.#neighbour(item, 1, 0),
      ArrowUp: () => this.#neighbour(item, 0, -1), ArrowDown: () => this.#neighbour(item, 0, 1),
      Home: () => this.#inRow(item)[0], End: () => this.#inRow(item).at(-1),
    }[event.key];
    if (next) {
      event.preventDefault();
      next()?.node.focus({preventScroll: true});
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#choose(item);
    }
  }

  #inRow(item) {
    return this.#items.filter(each => each.seat.row === item.seat.row && each.state !== 'taken').sort((a, b) => a.x - b.x);
  }

  /** The nearest seat in a direction that can be chosen: in the same row if there is one to that side. */
  #neighbour(from, dx, dy) {
    let best;
    let least = Infinity;
    for (const item of this.#items) {
      const [x, y] = [item.x - from.x, item.y - from.y];
      const [along, across] = dx ? [x * dx, Math.abs(y)] : [y * dy, Math.abs(x)];
      const isSameRow = item.seat.row === from.seat.row;
      if (item.state === 'taken' || along < 4 || (dy && !from.seat.table && isSameRow)) {
        continue;
      }
      const cost = along + across * (dx ? (isSameRow ? 0.1 : 6) : 1.6);
      if (cost < least) {
        [best, least] = [item, cost];
      }
    }
    return best;
  }
}

/** The line of the stage, with the word. */
export function stage({x, y, width, height}, isBelow) {
  const middle = x + width / 2;
  const half = Math.min(width * 0.32, 180);
  const line = isBelow ? y + height - 24 : y + 20;
  const bow = isBelow ? -12 : 12;
  return [
    svg('path.stage', {d: `M${middle - half} ${line}q${half} ${bow} ${2 * half} 0`}),
    svg('text.stage-name', {x: middle, y: isBelow ? line + 16 : line - 5, 'aria-hidden': 'true'}, t('shop.stage')),
  ];
}

/** A sign in the corner of a seat: a wheel for accessible seats, a heart for companions, a bar where something stands in the way. */
export function mark(seat, x, y) {
  const [cx, cy] = [x + 7, y - 7];
  const d = seat.accessible ? `M${cx - 3.4} ${cy}a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0M${cx - 0.6} ${cy - 0.6}h1.2v1.2h-1.2z`
    : seat.companion ? `M${cx} ${cy + 3.6}l-4 -4a2.1 2.1 0 0 1 4 -2.2a2.1 2.1 0 0 1 4 2.2z`
    : `M${cx - 3.8} ${cy - 1.2}h7.6v2.4h-7.6z`;
  return svg('path.mark', {d, 'aria-hidden': 'true'});
}
