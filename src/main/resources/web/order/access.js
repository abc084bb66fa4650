/** Which order the page shows, and the token that opens it: from the link in a mail, or as the shop has stored it. */
import {act} from '../lib/act.js';
import {BASE} from '../lib/api.js';
import {storage} from '../lib/texts.js';

const TOKEN = /^#(rs[vl]_[\w-]+)$/;

const keyOf = reservationId => `seatlock.order.${reservationId}`;

function stored(reservationId) {
  return storage(() => JSON.parse(localStorage.getItem(keyOf(reservationId)))) || {};
}

export class Access {
  #tokens;

  constructor() {
    const parts = location.pathname.split('/').filter(part => part !== '');
    [this.eventId, this.reservationId] = parts.slice(-2);
    const {token, other} = stored(this.reservationId);
    const [, linked] = TOKEN.exec(location.hash) || [];
    // The stored one comes first: it may be the shop's, which outlives a correction of the address.
    this.#tokens = [...new Set([token, linked, other])].filter(each => typeof each === 'string');
    if (linked && this.#store()) {
      history.replaceState(history.state, '', location.pathname + location.search);
    }
  }

  /** Whether the fragment of an address is a link to an order. */
  static isLink(fragment) { return TOKEN.test(fragment); }

  /** The token to try; undefined if there is none. */
  get token() { return this.#tokens[0]; }

  /** The path of the reservation in the API. */
  get path() { return `api/events/${this.eventId}/reservations/${this.reservationId}`; }

  /** The URL of this page, without the token. */
  get url() { return new URL(`${BASE}order/${this.eventId}/${this.reservationId}`, location.href).href; }

  /** Sends what has an effect, once, and returns the body of the response: see {@link act}. Its idempotency key outlives the tab. */
  async act(method, path, body) {
    return (await act({store: () => localStorage, prefix: 'seatlock.act.'}, method, path, {token: this.token, body})).body;
  }

  /** The token has opened the order: the others are forgotten. */
  accepted() {
    if (this.#tokens.length > 1) {
      this.#tokens.length = 1;
      this.#store();
    }
  }

  /** The token has not opened the order. Returns whether there is another one to try. */
  refused() {
    if (this.#tokens.length < 2) {
      return false;
    }
    this.#tokens.shift();
    return true;
  }

  /** Goes over to the reservation that was confirmed in place of this one. The same token opens it. */
  follow(reservationId) {
    this.reservationId = reservationId;
    this.#store();
    history.replaceState(history.state, '', this.url + location.search);
  }

  /** Returns whether it was stored: if not, the token must stay in the address bar. */
  #store() {
    const [token, other] = this.#tokens;
    return storage(() => {
      localStorage.setItem(keyOf(this.reservationId), JSON.stringify({eventId: this.eventId, token, other}));
      return true;
    });
  }
}
