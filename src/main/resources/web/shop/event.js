/** The page of an event: choose seats, keep them, pay. */
import {BASE, Problem, call, now} from '../lib/api.js';
import {announce, h, show} from '../lib/dom.js';
import {clock, dateTime} from '../lib/format.js';
import {LiveMap} from '../lib/live.js';
import {explain, hasText, lang, t} from '../lib/texts.js';
import {Basket} from './basket.js';
import {shortName} from './bill.js';
import {Buying} from './buying.js';
import {Chooser} from './chooser.js';
import {House} from './house.js';
import {Mine} from './mine.js';
import {canBuy, sale, saleSentences} from './sale.js';

const READ_EVENT_MS = 30_000;

/** For so many ms after a seat was lost, a press of the button is still meant for the former choice. */
const SURPRISE_MS = 1200;

/** Sentences for the refusals of the shop; other pages say some of them in another way. */
const sentence = problem => hasText(`shop.problem.${problem.slug}`) ? t(`shop.problem.${problem.slug}`, problem.body) : explain(problem);

const several = texts => new Intl.ListFormat(lang(), {type: 'conjunction'}).format(texts);

export class EventPage {

  #id;
  #event;
  #etag;
  #live;
  #house;
  #basket;
  #buying;
  #mine;
  #chooser;
  #sale;
  #told = h('div', {id: 'told'});
  #about = h('div', {id: 'sale'});
  #liveText = h('span.live.off', {});
  #header;
  #warned = new Set();
  #lostAt = 0;

  constructor(eventId) {
    this.#id = eventId;
    this.#basket = new Basket(eventId);
    this.#buying = new Buying(this.#basket);
    this.#live = new LiveMap(eventId);
  }

  /** Reads the event and shows it; the seats follow. */
  async open(page, main) {
    const {body, etag} = await call('GET', `api/events/${this.#id}`);
    this.#event = body;
    this.#etag = etag;
    this.#house = new House(body, this.#live);
    this.#sale = sale(body, now());
    this.#header = page.querySelector('header .wrap');
    this.#mine = new Mine(this.#house, this.#basket, {
      keep: () => this.#keep(), pay: () => this.#pay(), extend: () => this.#extend(), change: () => this.#giveUp(false),
      giveUp: () => this.#giveUp(true), codeChanged: () => this.#chooser.update(),
    });
    this.#chooser = new Chooser(this.#house, this.#basket, text => this.#tell(text), () => canBuy(this.#sale), () => this.#mine.focus());
    this.#showHeader();
    document.title = `${body.name} · ${t('shop.title')}`;
    show(main, h('div.wrap.page.columns', {},
      h('div.stack', {}, this.#about, h('section.card', {'aria-labelledby': 'choose-title'}, this.#told, this.#chooser.element)),
      this.#mine.element));
    page.querySelector('.bar-place').replaceWith(this.#mine.bar);
    this.#showSale();
    this.#chooser.show();
    this.#mine.render(this.#sale);
    this.#basket.addEventListener('change', () => {
      this.#mine.render(this.#sale);
      this.#mine.tick(now());
      this.#chooser.update();
    });
    this.#buying.addEventListener('waiting', ({detail}) => this.#tell(
      [t('shop.waiting'), ...detail.status ? [] : [t('shop.waiting-safe')]].join(' '), {kind: 'warn'}));
    setInterval(() => this.#tick(), 1000);
    setInterval(() => this.#readEvent(), READ_EVENT_MS);
    addEventListener('pageshow', event => event.persisted && this.#mine.busy(false));
    await Promise.all([this.#follow(), this.#resume()]);
  }

  #showHeader() {
    const {name, venue, startsAt, timeZone, description} = this.#event;
    show(this.#header, h('div', {}, h('h1', {}, name),
      h('p', {}, h('strong', {}, venue), ' · ', h('time', {datetime: startsAt}, dateTime(startsAt, timeZone))),
      description && h('p.small.description', {}, description)), this.#liveText);
  }

  #showLive() {
    const count = this.#house.freeAltogether;
    const isLive = this.#live.state !== 'offline';
    this.#liveText.classList.toggle('off', !isLive);
    this.#liveText.textContent = count === undefined ? t('common.loading')
      : t(isLive ? 'shop.live' : 'shop.not-live', {count, capacity: this.#event.capacity});
  }

  #showSale() {
    const sentences = saleSentences(this.#event, this.#sale, now());
    const kind = this.#sale.state === 'cancelled' ? '.bad' : '.warn';
    show(this.#about, sentences.length > 0 && h(`div.told${kind}`, {}, sentences.map(text => h('p.num', {}, text)),
      !canBuy(this.#sale) && this.#sale.state !== 'early' && h('a', {href: `${BASE}shop`}, t('shop.other-events'))));
    this.#about.hidden = sentences.length === 0;
  }

  async #follow() {
    this.#live.addEventListener('load', () => this.#loaded());
    this.#live.addEventListener('change', ({detail}) => {
      this.#chooser.update(detail.seats.map(seat => seat.label));
      this.#showLive();
      this.#dropTaken();
    });
    this.#live.addEventListener('state', () => this.#showLive());
    this.#showLive();
    call('GET', `api/events/${this.#id}/plan`).then(({body}) => {
      this.#house.plan(body);
      this.#chooser.redraw();
    }, () => {}); // without it, rows have no gaps
    await this.#live.load();
    this.#live.start();
  }

  #loaded() {
    this.#house.load();
    this.#chooser.redraw();
    this.#showLive();
    this.#mine.render(this.#sale);
    this.#mine.tick(now());
    this.#dropTaken();
  }

  /** Takes seats that others have meanwhile out of the choice, and tells it. */
  #dropTaken() {
    if (this.#basket.phase !== 'choosing' || !this.#house.isLoaded) {
      return;
    }
    const isTaken = seat => seat?.status !== 'AVAILABLE' && !(seat?.status === 'HELD' && this.#basket.hadJustNow(seat.label));
    const seats = Object.keys(this.#basket.seats).filter(label => {
      const seat = this.#live.seats.get(label);
      return isTaken(seat) || seat.forSale === false && !this.#basket.code.trim();
    });
    const tables = Object.keys(this.#basket.tables).filter(label =>
      this.#house.tableSeats(label).some(seat => isTaken(seat) || seat.forSale === false));
    if (seats.length + tables.length > 0) {
      this.#lost(seats, tables);
    }
  }

  #lost(seats, tables) {
    const names = [...seats.map(label => this.#live.seats.get(label)).map(seat => seat ? shortName(seat) : '?'),
      ...tables.map(label => this.#house.tableSeats(label)[0]?.row ?? label)];
    const types = {...this.#basket.best?.types};
    Object.values(this.#basket.seats).forEach(type => { types[type] = (types[type] || 0) + 1; });
    const accessible = (this.#basket.best?.accessible ?? 0)
      + Object.keys(this.#basket.seats).filter(label => this.#live.seats.get(label)?.accessible).length;
    const party = Object.values(types).reduce((sum, n) => sum + n, 0);
    this.#basket.setSeats(Object.fromEntries(Object.entries(this.#basket.seats).filter(([label]) => !seats.includes(label))));
    tables.forEach(label => this.#basket.setTable(label, null));
    const isRest = !this.#basket.isEmpty;
    this.#lostAt = Date.now();
    this.#tell([t('shop.lost', {seats: several(names), count: names.length}), t(isRest ? 'shop.lost-rest' : 'shop.lost-all')].join(' '), {
      kind: 'bad',
      actions: seats.length > 0 ? [[t('shop.find-together', {count: party}), () => {
        this.#basket.setSeats({});
        this.#basket.setBest({types, accessible});
        this.#tell(t('shop.found-later', {count: party}));
        this.#mine.focus();
      }]] : [],
    });
  }

  /** Tells something above the seats, and aloud. */
  #tell(text, {kind = '', actions = []} = {}) {
    show(this.#told, text && h(`div.told${kind && `.${kind}`}`, {}, h('p', {}, text),
      actions.map(([label, act]) => h('button', {type: 'button', onclick: act}, label)),
      h('button.x', {type: 'button', 'aria-label': t('common.close'), onclick: () => show(this.#told)}, '×')));
    if (text) {
      announce(text);
      const {top, bottom} = this.#told.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight) {
        this.#told.scrollIntoView({block: 'nearest'});
      }
    }
  }

  #silence() { show(this.#told); }

  async #keep() {
    if (this.#basket.phase !== 'choosing' || Date.now() - this.#lostAt < SURPRISE_MS) {
      return;
    }
    if (this.#basket.isEmpty) {
      this.#tell(t('shop.nothing'));
      this.#chooser.focus();
    } else if (this.#mine.check()) {
      this.#silence();
      await this.#reserve();
    }
  }

  async #reserve() {
    try {
      await this.#buying.reserve(label => this.#live.seats.has(label) && !this.#live.seats.get(label).table);
      this.#warned.clear();
      this.#silence();
      this.#mine.tick(now());
      this.#mine.focus();
      announce(t('shop.kept', {left: clock(this.#basket.reservation.expiresAt, this.#event.timeZone)}));
    } catch (problem) {
      this.#refused(problem);
    }
  }

  #refused(problem) {
    if (!(problem instanceof Problem)) {
      throw problem;
    }
    const {slug, body} = problem;
    if (slug === 'seats-taken') {
      const seats = Object.keys(this.#basket.seats).filter(label => body.seats.includes(label));
      const tables = Object.keys(this.#basket.tables).filter(label =>
        body.seats.includes(label) || this.#house.tableSeats(label).some(seat => body.seats.includes(seat.label)));
      this.#lost(seats, tables);
    } else if (slug === 'orphan-seat') {
      const types = Object.values(this.#basket.seats);
      const names = labels => several(labels.map(label => this.#live.seats.get(label)).filter(seat => seat).map(shortName));
      this.#tell(t('shop.orphan', {seats: names(body.seats), instead: names(body.instead)}), {kind: 'warn', actions: [
        [t('shop.take-instead', {seats: names(body.instead)}), () => {
          this.#basket.setSeats(Object.fromEntries(body.instead.map((label, i) => [label, types[i] ?? types[0]])));
          this.#silence();
          this.#mine.focus();
        }]]});
    } else if (slug.startsWith('code-')) {
      this.#mine.error('code', sentence(problem));
      this.#mine.focusField('code');
    } else if (slug === 'invalid-request' && body.errors?.some(error => error.field === 'email')) {
      this.#mine.error('email', t('shop.email-wrong'));
      this.#mine.focusField('email');
    } else {
      const what = slug === 'sold-out' && body.priceType ? this.#house.typeName(body.priceType) : body.section ?? t('shop.best');
      this.#tell(slug === 'sold-out' ? t('shop.sold-out-of', {what, count: body.available ?? 0}) : sentence(problem), {kind: 'bad'});
      if (['not-on-sale', 'sales-closed', 'event-cancelled'].includes(slug)) {
        this.#readEvent();
      }
    }
  }

  async #pay() {
    this.#mine.busy(true);
    this.#silence();
    try {
      await this.#buying.pay();
    } catch (problem) {
      this.#mine.busy(false);
      if (problem.slug === 'not-found') {
        this.#mine.noPayment();
        this.#tell(t('shop.no-payment', {time: clock(this.#basket.reservation.expiresAt, this.#event.timeZone)}), {kind: 'warn'});
      } else if (['reservation-expired', 'reservation-not-pending'].includes(problem.slug)) {
        await this.#look();
      } else {
        this.#tell(sentence(problem), {kind: 'bad'});
      }
    }
  }

  async #extend() {
    try {
      const isLonger = await this.#buying.extend();
      this.#warned.clear();
      this.#tell(isLonger ? t('shop.extended', {time: clock(this.#basket.reservation.expiresAt, this.#event.timeZone)}) : t('shop.not-extended'));
    } catch (problem) {
      await this.#look();
      if (this.#basket.phase === 'kept') {
        this.#tell(sentence(problem), {kind: 'bad'});
      }
    }
  }

  /** The seats are free again. @param isAll also forgets what was chosen */
  async #giveUp(isAll) {
    try {
      await this.#buying.cancel();
      if (isAll) {
        this.#basket.clear();
      }
      this.#tell(t(isAll ? 'shop.given-up' : 'shop.change-now'));
      this.#chooser.focus();
    } catch (problem) {
      await this.#look();
      if (this.#basket.phase === 'kept') {
        this.#tell(sentence(problem), {kind: 'bad'});
      }
    }
  }

  /** After a reload, or when the time is over: how is the reservation? */
  async #look() {
    try {
      const {status} = await this.#buying.refresh();
      if (status === 'CONFIRMED') {
        const order = this.#buying.orderPage;
        this.#basket.done();
        this.#tell(t('shop.bought'), {actions: [[t('shop.to-order'), () => location.assign(order)]]});
      } else if (status !== 'PENDING') {
        this.#basket.ended();
        this.#tell(t(status === 'EXPIRED' ? 'shop.lapsed' : 'shop.cancelled-reservation'), {kind: 'warn'});
        this.#dropTaken();
      }
    } catch (problem) {
      if (problem.slug === 'not-found') {
        this.#basket.ended();
      }
    }
  }

  async #resume() {
    try {
      if (await this.#buying.adopt()) {
        await this.#pay();
        return;
      }
    } catch (problem) {
      this.#tell(sentence(problem), {kind: 'bad'});
    }
    if (this.#basket.phase === 'reserving') {
      await this.#reserve();
    } else if (this.#basket.phase === 'kept') {
      await this.#look();
    }
  }

  #isLooking = false;

  #tick() {
    const state = sale(this.#event, now());
    if (state.state !== this.#sale.state) {
      this.#sale = state;
      this.#mine.render(state);
      this.#chooser.redraw();
      if (canBuy(state)) {
        announce(t('shop.open-now'));
      }
      this.#showSale();
    } else if (state.state === 'early') {
      this.#showSale();
    }
    const left = this.#mine.tick(now());
    if (left === null) {
      return;
    }
    for (const minutes of [2, 1]) {
      if (left > 0 && left <= minutes * 60_000 && !this.#warned.has(minutes)) {
        [2, 1].filter(n => n >= minutes).forEach(n => this.#warned.add(n));
        announce(t('shop.minutes-left', {count: minutes}));
      }
    }
    if (left <= 0 && !this.#isLooking) {
      this.#isLooking = true;
      this.#look().finally(() => { this.#isLooking = false; });
    }
  }

  /** Prices and the sale may change while the page is open. */
  async #readEvent() {
    try {
      const {status, body, etag} = await call('GET', `api/events/${this.#id}`, {etag: this.#etag, patience: 0});
      if (status !== 304) {
        this.#etag = etag;
        this.#event = body;
        this.#house.update(body);
        this.#house.load();
        this.#sale = sale(body, now());
        this.#showHeader();
        this.#showSale();
        this.#mine.render(this.#sale);
        this.#mine.tick(now());
        this.#chooser.redraw();
      }
    } catch {
      // The next time.
    }
  }
}
