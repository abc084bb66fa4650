/** Where seats are chosen: the house from far, one section near, as a map or as a list. */
import {announce, h, show, svg} from '../lib/dom.js';
import {storage, t} from '../lib/texts.js';
import {longName, price} from './bill.js';
import {isFree} from './house.js';
import {colour, pictures, shape} from './layout.js';
import {freeText, overview, priceText} from './overview.js';
import {bestForm, placesForm} from './places.js';
import {SeatList, sectionList} from './seatlist.js';
import {SeatMap, mark} from './seatmap.js';

const MODE = 'seatlock.shop.mode';

export class Chooser {

  #house;
  #basket;
  #tell;
  #canBuy;
  #done;
  #mode = storage(() => sessionStorage.getItem(MODE)) === 'list' ? 'list' : 'map';
  #picture = 0;
  #view;
  #drawn = '';
  #isBestOpen = false;
  #isPressed = false;
  #isOutdated = false;
  #top = h('div', {id: 'choose-top'});
  #body = h('div', {id: 'choose-body'});

  constructor(house, basket, tell, canBuy, done) {
    this.#house = house;
    this.#basket = basket;
    this.#tell = tell;
    this.#canBuy = canBuy;
    this.#done = done;
    this.element = h('div', {id: 'choose'}, this.#top, this.#body);
    addEventListener('hashchange', () => {
      this.#picture = 0;
      this.redraw();
      this.focus();
    });
    this.#holdWhilePressed();
    let width = 0;
    new ResizeObserver(() => {
      const isWide = this.element.clientWidth > 560;
      if (width && isWide !== width > 560) {
        this.redraw();
      }
      width = this.element.clientWidth;
    }).observe(this.element);
  }

  /** An element that is replaced while it is pressed gets no click, so what others buy is drawn afterwards. */
  #holdWhilePressed() {
    for (const type of ['pointerdown', 'keydown']) {
      this.element.addEventListener(type, () => { this.#isPressed = true; });
    }
    const released = () => setTimeout(() => { // after the click
      this.#isPressed = false;
      if (this.#isOutdated) {
        this.update();
      }
    });
    for (const type of ['pointerup', 'pointercancel', 'keyup']) {
      addEventListener(type, released, {capture: true});
    }
    addEventListener('blur', released); // of the window: a press moves the focus within it
  }

  /** The section that is near, or undefined. A house of one section is always near. */
  get #section() {
    const {sections} = this.#house;
    return sections.length === 1 ? sections[0] : this.#house.section(decodeURIComponent(location.hash.slice(1)));
  }

  /** How many more seats one order may have. */
  get #room() {
    const {seats, tables, places, bestQuantity} = this.#basket;
    const count = Object.keys(seats).length + bestQuantity
      + Object.keys(tables).reduce((sum, label) => sum + this.#house.tableSeats(label).length, 0)
      + Object.values(places).flatMap(types => Object.values(types)).reduce((sum, n) => sum + n, 0);
    return this.#house.event.maxSeatsPerReservation - count;
  }

  #open(name) {
    location.hash = encodeURIComponent(name);
  }

  /** Draws everything again. */
  redraw() {
    this.#drawn = '';
    this.show();
  }

  show() {
    this.#showTop();
    this.#showBody();
  }

  #showTop() {
    const section = this.#section;
    this.#isBestOpen &&= this.#basket.phase === 'choosing';
    const isSeats = this.#house.sections.some(each => !each.isPlaces && !each.isTables);
    const chip = (mode, text) => h('button.chip', {type: 'button', id: `as-${mode}`, 'aria-pressed': String(this.#mode === mode), onclick: () => this.as(mode)}, text);
    const best = this.#basket.bestQuantity;
    show(this.#top,
      h('div.tools', {}, chip('map', t('shop.map')), chip('list', t('shop.list')), h('span.grow', {}),
        isSeats && this.#canBuy() && this.#basket.phase === 'choosing' && h('button.chip', {type: 'button', id: 'best-open',
          'aria-expanded': String(this.#isBestOpen), onclick: () => this.#toggleBest()}, best ? t('shop.best-line', {count: best}) : t('shop.best'))),
      this.#isBestOpen && this.#basket.phase === 'choosing' && bestForm(this.#house, this.#basket, this.#room,
        [...this.#house.live.seats.values()].some(seat => seat.accessible), () => { this.#toggleBest(); this.#done(); }),
      h('div.where-am-i', {},
        section && this.#house.sections.length > 1 && h('button.back', {type: 'button', id: 'all-sections', onclick: () => this.#open('')}, '‹ ', t('shop.all-sections')),
        h('h2', {id: 'choose-title', tabindex: -1}, section ? section.name : t('shop.choose')),
        section && h('span.muted.num', {id: 'choose-free'}, this.#freeText(section))));
  }

  #freeText(section) { return `${freeText(this.#house, section)} · ${priceText(this.#house, section)}`; }

  #toggleBest() {
    this.#isBestOpen = !this.#isBestOpen;
    this.#showTop();
  }

  as(mode) {
    this.#mode = mode;
    storage(() => sessionStorage.setItem(MODE, mode));
    this.redraw();
  }

  #showBody() {
    const section = this.#section;
    const drawn = `${this.#mode} ${section?.name} ${this.#picture} ${this.#house.isLoaded}`;
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    const focused = document.activeElement?.getAttribute('data-section');
    this.#view?.stop();
    this.#view = undefined;
    if (!section) {
      this.#showHouse();
      if (focused) {
        this.#body.querySelector(`[data-section="${CSS.escape(focused)}"]`)?.focus();
      }
    } else if (section.isPlaces) {
      show(this.#body, this.#basket.phase !== 'choosing' ? h('p.muted', {}, this.#busyText())
        : this.#canBuy() ? placesForm(this.#house, this.#basket, section, this.#room) : '');
    } else if (!this.#house.isLoaded) {
      show(this.#body, h('p.muted', {role: 'status'}, t('common.loading')));
    } else {
      this.#showSeats(section);
    }
  }

  #showHouse() {
    const choose = name => this.#open(name);
    if (this.#mode === 'list') {
      show(this.#body, sectionList(this.#house, choose));
    } else {
      show(this.#body, overview(this.#house, this.element.clientWidth || 700, choose), h('p.small.muted.hint', {}, t('shop.far-how')));
    }
  }

  #showSeats(section) {
    const all = pictures(this.#house.rows(section.name));
    this.#picture = Math.min(this.#picture, all.length - 1);
    const rows = all[this.#picture];
    const seats = {
      stateOf: seat => this.#stateOf(seat), describe: seat => this.#describe(seat), signs: seat => this.#signs(seat),
      choose: seat => this.#choose(seat),
    };
    this.#view = this.#mode === 'map' ? new SeatMap(this.#house, section, rows, seats) : new SeatList(section, rows, seats);
    show(this.#body,
      all.length > 1 && h('div.tools', {role: 'group', 'aria-label': t('shop.pictures')}, all.map((part, i) => h('button.chip', {
        type: 'button', id: `picture-${i}`, 'aria-pressed': String(i === this.#picture), onclick: () => { this.#picture = i; this.show(); }},
      t('shop.rows', {from: part[0].name, to: part.at(-1).name})))),
      this.#view.element, this.#legend(section, rows));
    this.#view.start();
  }

  #legend(section, rows) {
    const seats = rows.flatMap(row => row.cells.filter(cell => cell));
    const swatch = node => svg('svg.swatch', {viewBox: '-11 -11 22 22', 'aria-hidden': 'true'}, node);
    const entry = (node, text) => h('span', {}, swatch(node), text);
    const at = (name, level = section.level) => svg(`path.seat.${name}`, {d: shape(level, 0, 0)});
    const marked = kind => svg('g', {}, at(`free.${colour(section.level)}`), mark({[kind]: true}, 0, 0));
    return h('div.legend', {},
      entry(at(`free.${colour(section.level)}`), priceText(this.#house, section)), entry(at('mine'), t('shop.yours')), entry(at('taken'), t('shop.taken')),
      seats.some(seat => seat.accessible) && entry(marked('accessible'), t('shop.accessible')),
      seats.some(seat => seat.companion) && entry(marked('companion'), t('shop.companion')),
      seats.some(seat => seat.restrictedView) && entry(marked('restrictedView'), t('shop.restricted')));
  }

  #stateOf(seat) {
    const {seats, tables, reservation} = this.#basket;
    if (seats[seat.label] || tables[seat.table] || reservation?.seats.some(each => each.label === seat.label)) {
      return 'mine';
    }
    if (!this.#canBuy()) {
      return isFree(seat) ? 'shown' : 'taken';
    }
    // A code may open seats that are withheld for others; whether it does, the server says.
    const isOpened = seat.status === 'AVAILABLE' && !seat.table && this.#basket.code.trim() !== '';
    return isFree(seat) || isOpened ? 'free' : 'taken';
  }

  #signs(seat) {
    return [seat.accessible && t('shop.accessible'), seat.companion && t('shop.companion'), seat.restrictedView && t('shop.restricted'),
      seat.forSale === false && seat.status === 'AVAILABLE' && this.#basket.code.trim() !== '' && t('shop.with-code')].filter(text => text);
  }

  #describe(seat) {
    const section = this.#house.section(seat.section);
    return [longName(seat), price(section.prices[this.#house.types[0].id] ?? 0, this.#house.event.currency), ...this.#signs(seat),
      t(`shop.state.${this.#stateOf(seat)}`)].join(', ');
  }

  #busyText() { return this.#basket.phase === 'kept' ? t('shop.kept-first') : t('shop.keeping'); }

  #choose(seat) {
    if (!this.#canBuy()) {
      return;
    }
    if (this.#basket.phase !== 'choosing') {
      this.#tell(this.#busyText());
      return;
    }
    const isMine = this.#stateOf(seat) === 'mine';
    const needed = seat.table ? this.#house.tableSeats(seat.table).length : 1;
    if (!isMine && needed > this.#room) {
      this.#tell(t('shop.most', {count: this.#house.event.maxSeatsPerReservation}));
      return;
    }
    const type = isMine ? null : this.#house.typesOf(seat.section)[0].id;
    announce(t(isMine ? 'shop.gave-back' : 'shop.took', {seat: longName(seat)}));
    if (seat.table) {
      this.#basket.setTable(seat.table, type);
    } else {
      this.#basket.setSeat(seat.label, type);
    }
  }

  /** Draws again what has changed: the seats of these labels, or all. */
  update(labels) {
    if (this.#isPressed && !this.#view) {
      this.#isOutdated = true;
      return;
    }
    this.#isOutdated = false;
    const free = document.getElementById('choose-free');
    if (labels && free && this.#section) {
      free.textContent = this.#freeText(this.#section);
    } else {
      this.#showTop();
    }
    if (this.#view) {
      this.#view.update(labels);
    } else {
      this.redraw();
    }
  }

  /** Moves the focus to where the buyer continues to choose. */
  focus() {
    if (this.#view) {
      this.#view.focus();
    } else {
      document.getElementById('choose-title')?.focus();
    }
  }
}
