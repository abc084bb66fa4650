/** Reserving and paying. Each decision of the buyer has one key, with which it is repeated until an answer arrives. */
import {BASE, Problem, call, newKey} from '../lib/api.js';
import {isFramed, leave} from './frame.js';

/** After so many ms, an undecided request is sent again even if the browser has not noticed a connection. */
const AGAIN_MS = 5000;

export class Buying extends EventTarget {

  #basket;
  #path;

  /** Fires `waiting` while an answer is missing. */
  constructor(basket) {
    super();
    this.#basket = basket;
    this.#path = `api/events/${basket.eventId}/reservations`;
  }

  get #reservation() { return `${this.#path}/${this.#basket.reservation.id}`; }

  get #token() { return this.#basket.reservation.token; }

  /** Reserves what was chosen. After a reload it repeats the request that was sent before. Throws only what the server has decided. */
  async reserve(isSeat) {
    const {key, body} = this.#basket.begin();
    try {
      const answer = await this.#decided(() => call('POST', this.#path, {key, body, patience: 3000}));
      this.#basket.kept(answer.body, isSeat);
      return answer.body;
    } catch (problem) {
      this.#basket.refused();
      throw problem;
    }
  }

  async #decided(request) {
    while (true) {
      try {
        return await request();
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.isDecided) {
          throw problem;
        }
        this.dispatchEvent(new CustomEvent('waiting', {detail: problem}));
        await new Promise(resolve => {
          const timer = setTimeout(resolve, Math.max(AGAIN_MS, problem.retryAfter * 1000));
          addEventListener('online', () => { clearTimeout(timer); resolve(); }, {once: true});
        });
      }
    }
  }

  /** Reads the reservation as it is now. */
  async refresh() {
    const {body} = await call('GET', this.#reservation, {token: this.#token});
    this.#basket.update(body);
    return body;
  }

  /** Asks for more time. Returns whether there is any. */
  async extend() {
    const before = this.#basket.reservation.expiresAt;
    const {body} = await call('POST', `${this.#reservation}/extend`, {token: this.#token, key: newKey()});
    this.#basket.update(body);
    return body.expiresAt > before;
  }

  /** Gives the seats up. The choice stays. */
  async cancel() {
    await call('POST', `${this.#reservation}/cancel`, {token: this.#token, key: newKey()});
    this.#basket.ended();
  }

  get orderPage() { return `${BASE}order/${this.#basket.eventId}/${this.#basket.reservation.id}`; }

  /** Goes to the page where the buyer pays; or to the order, if there is nothing to pay. */
  async pay() {
    if (isFramed) {
      // A frame has a storage of its own. In the whole window, this page continues, and then the order finds its token.
      const {id, token} = this.#basket.reservation;
      leave(`${BASE}shop/${this.#basket.eventId}#pay/${id}/${token}`);
      return;
    }
    const key = this.#basket.payKey();
    const options = {token: this.#token, key};
    const order = this.orderPage;
    try {
      if (this.#basket.reservation.total.amount === 0) {
        await call('POST', `${this.#reservation}/confirm`, options);
        this.#basket.done();
        leave(order);
      } else {
        const returnUrl = new URL(order, location.href).href;
        const {body} = await call('POST', `${this.#reservation}/checkout`, {...options, body: {returnUrl}});
        this.#basket.paid();
        leave(body.url);
      }
    } catch (problem) {
      if (problem instanceof Problem && problem.isDecided) {
        this.#basket.paid(); // decided: another attempt is another decision
      }
      throw problem;
    }
  }

  /** Takes over a reservation from the frame of another site: `#pay/{id}/{token}`. Returns whether there was one. */
  async adopt() {
    const [what, id, token] = location.hash.slice(1).split('/');
    if (what !== 'pay' || !token) {
      return false;
    }
    history.replaceState(null, '', location.pathname + location.search);
    const {body} = await call('GET', `${this.#path}/${encodeURIComponent(id)}`, {token});
    this.#basket.kept({...body, token});
    return true;
  }
}
