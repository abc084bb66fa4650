/** The choice of the buyer, and how far buying has come. It is kept for the tab, so that a reload or a lost connection loses nothing. */
import {newKey} from '../lib/api.js';
import {lang, storage} from '../lib/texts.js';

const EMPTY = {seats: {}, tables: {}, places: {}, best: null, name: '', email: '', code: '', pending: null, reservation: null, payKey: null};

/** Longer than the map takes to tell that seats are free again, by the stream or by asking. */
const RELEASE_TOLD = 5000;

/** Fires `change` when something else is chosen or the phase is another one. */
export class Basket extends EventTarget {

  #stored;
  #state;
  #released = new Set();

  constructor(eventId) {
    super();
    this.eventId = eventId;
    this.#stored = `seatlock.shop.${eventId}`;
    this.#state = {...EMPTY, ...storage(() => JSON.parse(sessionStorage.getItem(this.#stored)))};
  }

  /** Seats by label, tables by label, places by section: each with the price type, of places the quantity by price type. */
  get seats() { return this.#state.seats; }
  get tables() { return this.#state.tables; }
  get places() { return this.#state.places; }
  /** The best seats: `{types: {adult: 2}, accessible}`, or null. */
  get best() { return this.#state.best; }
  get name() { return this.#state.name; }
  get email() { return this.#state.email; }
  get code() { return this.#state.code; }
  get pending() { return this.#state.pending; }
  get reservation() { return this.#state.reservation; }

  /** `choosing`; `reserving` as long as the response is unknown; `kept` while there is a reservation. */
  get phase() {
    return this.#state.reservation ? 'kept' : this.#state.pending ? 'reserving' : 'choosing';
  }

  get bestQuantity() {
    return Object.values(this.best?.types || {}).reduce((sum, n) => sum + n, 0);
  }

  /** Whether nothing is chosen. */
  get isEmpty() {
    return !Object.keys(this.seats).length && !Object.keys(this.tables).length && !Object.keys(this.places).length && !this.best;
  }

  #change(changes) {
    Object.assign(this.#state, changes);
    this.#save();
    this.dispatchEvent(new Event('change'));
  }

  #save() {
    storage(() => sessionStorage.setItem(this.#stored, JSON.stringify(this.#state)));
  }

  /** Keeps what is typed in a field. Nothing has to be drawn again. */
  note(field, text) {
    this.#state[field] = text;
    this.#save();
  }

  setSeat(label, type) { this.#change({seats: withEntry(this.seats, label, type)}); }

  setTable(label, type) { this.#change({tables: withEntry(this.tables, label, type)}); }

  setPlaces(section, type, quantity) {
    const ofSection = withEntry(this.places[section] || {}, type, quantity || undefined);
    this.#change({places: withEntry(this.places, section, Object.keys(ofSection).length ? ofSection : undefined)});
  }

  setBest(best) { this.#change({best}); }

  /** Replaces the seats that were chosen one by one. */
  setSeats(seats) { this.#change({seats}); }

  clear() { this.#change({seats: {}, tables: {}, places: {}, best: null}); }

  /** Returns what is sent to reserve, with its key. Both are stored first, so that the same request can be repeated after a reload. */
  begin() {
    if (!this.pending) {
      this.#change({pending: {key: newKey(), body: this.#request()}});
    }
    return this.pending;
  }

  #request() {
    const quantity = this.bestQuantity;
    const request = {
      seats: Object.entries(this.seats).map(([seat, priceType]) => ({seat, priceType})),
      tables: Object.entries(this.tables).map(([table, priceType]) => ({table, priceType})),
      places: Object.entries(this.places).flatMap(([section, types]) =>
        Object.entries(types).map(([priceType, count]) => ({section, quantity: count, priceType}))),
      best: this.best && {quantity, priceTypes: this.best.types, accessible: this.best.accessible || 0,
        ...(this.best.sections && {sections: this.best.sections})},
      email: this.email.trim(),
      name: this.name.trim(),
      code: this.code.trim(),
      language: lang(),
    };
    return Object.fromEntries(Object.entries(request).filter(([, value]) => value && value.length !== 0));
  }

  /** The request was refused: nothing was reserved. */
  refused() { this.#change({pending: null}); }

  /** The seats are held. From now on, the choice is that of the server. */
  kept(reservation, isSeat = () => false) {
    storage(() => localStorage.setItem(`seatlock.order.${reservation.id}`,
      JSON.stringify({eventId: this.eventId, token: reservation.token})));
    const seats = this.best
      ? Object.fromEntries(reservation.seats.filter(seat => isSeat(seat.label)).map(seat => [seat.label, seat.priceType]))
      : this.seats;
    this.#change({pending: null, reservation, seats, best: null, payKey: null});
  }

  /** The reservation was read again. */
  update(reservation) {
    this.#change({reservation: {...reservation, token: this.reservation.token, together: this.reservation.together}});
  }

  /** The reservation is over. The choice stays, although the map may show its seats as held until the release is told. */
  ended() {
    const released = this.#released = new Set(this.reservation?.seats.map(seat => seat.label));
    setTimeout(() => {
      released.clear();
      this.#change({});
    }, RELEASE_TOLD);
    this.#change({reservation: null, pending: null, payKey: null});
  }

  /** Whether this buyer has held a seat a moment ago. */
  hadJustNow(label) { return this.#released.has(label); }

  /** The buyer has decided to pay: the same key until a response arrives. */
  payKey() {
    if (!this.#state.payKey) {
      this.note('payKey', newKey());
    }
    return this.#state.payKey;
  }

  paid() { this.note('payKey', null); }

  /** Everything was bought: the next order begins with the same buyer. */
  done() {
    const {name, email} = this.#state;
    this.#change({...EMPTY, name, email});
  }
}

function withEntry(object, key, value) {
  const {[key]: old, ...rest} = object;
  return value === undefined || value === null ? rest : {...rest, [key]: value};
}
