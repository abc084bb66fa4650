/** The seats of an event, kept up to date: by the stream of differences, or by asking every few seconds where there is none. */
import {BASE, call} from './api.js';

const POLL_MS = 2500;
const STATUS = {A: 'AVAILABLE', H: 'HELD', S: 'SOLD'};

const change = (seat, letter) =>
  ({label: seat.label, status: STATUS[letter.toUpperCase()], forSale: letter === letter.toUpperCase()});

/**
 * Fires `change` (detail: `{seats, areas}` that have changed), `load` after everything was read again, and `state` (detail:
 * `live`, `polling` or `offline`).
 */
export class LiveMap extends EventTarget {

  /** Seats by label, in the order of the plan, as `GET …/seats` shows them. */
  seats = new Map();
  /** Sections that are sold as places: `{section, capacity, available, price}`. */
  areas = [];
  #eventId;
  #token;
  #source;
  #timer;
  #version;
  #etag;
  #state = 'offline';
  #stopped = false;
  #turn = Promise.resolve();

  /** @param {string} [token] a key that may see the event; a stream needs an event that everybody may see, so drafts are polled */
  constructor(eventId, {token} = {}) {
    super();
    this.#eventId = eventId;
    this.#token = token;
  }

  get state() { return this.#state; }

  /** Reads everything. */
  async load() {
    const seats = new Map();
    let areas = [];
    let after;
    do {
      const {body, etag} = await call('GET', this.#path(after), {token: this.#token});
      body.seats.forEach(seat => seats.set(seat.label, seat));
      areas = areas.concat(body.areas || []);
      this.#etag = after === undefined && body.next === null ? etag : undefined;
      after = body.next ?? undefined;
    } while (after !== undefined);
    this.seats = seats;
    this.areas = areas;
    this.dispatchEvent(new Event('load'));
  }

  /** Starts to follow what changes. Call it after {@link load}. */
  start() {
    if (this.#token || !('EventSource' in globalThis)) {
      this.#poll();
      return;
    }
    this.#source = new EventSource(`${BASE}api/events/${this.#eventId}/seats/stream`);
    this.#source.addEventListener('open', () => this.#is('live'));
    this.#source.addEventListener('snapshot', message => this.#told(() => this.#snapshot(JSON.parse(message.data))));
    this.#source.addEventListener('changes', message => this.#told(() => this.#changes(JSON.parse(message.data))));
    this.#source.addEventListener('error', () => {
      if (this.#source.readyState === EventSource.CLOSED) { // refused, because too many follow: ask, and try again later
        this.#source = undefined;
        this.#poll(12);
      } else {
        this.#is('offline');
      }
    });
  }

  stop() {
    this.#stopped = true;
    this.#source?.close();
    clearTimeout(this.#timer);
  }

  #path(after) {
    return `api/events/${this.#eventId}/seats?limit=25000${after === undefined ? '' : `&after=${after}`}`;
  }

  #is(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.dispatchEvent(new CustomEvent('state', {detail: state}));
    }
  }

  /** Understands what the stream tells, one after the other: while everything is read again, the next must wait. */
  #told(understand) {
    this.#etag = undefined; // of a map that is no longer the one that is shown
    this.#turn = this.#turn.then(understand).catch(reportError);
  }

  /** The letters of the seats are told by runs: `12AH3S`. */
  async #snapshot({version, statuses: runs, areas}) {
    const statuses = runs.replace(/(\d+)(\D)/g, (run, count, letter) => letter.repeat(count));
    if ((this.#version !== undefined && version !== this.#version) || statuses.length !== this.seats.size) {
      try {
        await this.load(); // the plan has changed
      } catch {
        this.#source?.close(); // begins again, with a snapshot
        this.#timer = setTimeout(() => this.#stopped || this.start(), POLL_MS);
        return;
      }
      if (statuses.length !== this.seats.size) {
        return; // it has changed again, which the next snapshot tells
      }
    }
    this.#version = version;
    let i = 0;
    const seats = [];
    for (const seat of this.seats.values()) {
      seats.push(change(seat, statuses[i++] ?? ''));
    }
    this.#apply({seats, areas});
  }

  /** Seats are named by their positions in the map: `{"H": "3-7,12"}`. */
  #changes({seats, areas}) {
    const all = [...this.seats.values()];
    const changed = [];
    for (const [letter, ranges] of Object.entries(seats)) {
      for (const range of ranges.split(',')) {
        const [first, last = first] = range.split('-').map(Number);
        all.slice(first, last + 1).forEach(seat => changed.push(change(seat, letter)));
      }
    }
    this.#apply({seats: changed, areas});
  }

  #apply({seats = [], areas = []}) {
    const changed = {seats: [], areas: []};
    for (const {label, status, forSale = true} of seats) {
      const seat = this.seats.get(label);
      if (seat && status && (seat.status !== status || (seat.forSale ?? true) !== forSale)) {
        seat.status = status;
        seat.forSale = forSale;
        changed.seats.push(seat);
      }
    }
    for (const {section, available} of areas) {
      const area = this.areas.find(each => each.section === section);
      if (area && area.available !== available) {
        area.available = available;
        changed.areas.push(area);
      }
    }
    if (changed.seats.length || changed.areas.length) {
      this.dispatchEvent(new CustomEvent('change', {detail: changed}));
    }
  }

  /** @param {number} [times] after which the stream is tried again */
  async #poll(times = Infinity) {
    if (this.#stopped) {
      return;
    }
    if (times <= 0) {
      this.start();
      return;
    }
    try {
      const {status, body, etag} = await call('GET', this.#path(), {token: this.#token, etag: this.#etag, patience: 0});
      this.#is('polling');
      if (status !== 304) {
        this.#etag = body.next === null ? etag : undefined;
        if (body.next !== null || body.seats.length !== this.seats.size) {
          await this.load();
        } else {
          this.#apply(body);
        }
      }
    } catch {
      this.#is('offline');
    }
    this.#timer = setTimeout(() => this.#poll(times - 1), POLL_MS * (0.8 + Math.random() * 0.4));
  }
}
