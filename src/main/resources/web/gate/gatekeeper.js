/** Judges scans: by the server, or on its own while there is no network, and then tells the server later. */
import {call, newKey, now} from '../lib/api.js';
import {flawOf, importKeys, numberDigits, parseCode, ticketNumber, tidy} from './code.js';
import {current, update} from './session.js';

const LIVE_TIMEOUT = 5000;
const SYNC_ONLINE = 15_000;
const SYNC_OFFLINE = 3000;
const REFRESH_EVENT = 120_000;
const DEFER_FOR = 30_000;
const DEFER_AT_MOST = 12 * 3600_000;

/** Reasons that say that a code is no ticket of this event. */
const NO_TICKET = new Set(['MALFORMED', 'UNKNOWN_KEY', 'FORGED', 'OTHER_EVENT', 'UNKNOWN_TICKET']);

/** Fires `state` whenever what it shows about itself has changed. */
export class Gatekeeper extends EventTarget {

  /** Whether the last request got a response. */
  isOnline = navigator.onLine;
  /** The problem with which the server refuses the key (401 or 403); null if it does not. */
  refusal = null;
  /** Number of scans that wait to be uploaded. */
  waiting = 0;
  /** The event's tickets as the server counted them last: `{checkedIn, tickets}`, with what was scanned here since then. */
  attendance = null;
  /** Scans that were admitted here and that the server has refused. */
  conflicts = [];
  #book;
  #verifiers = null;
  #turn = Promise.resolve();
  #syncing = null;
  #timer;
  #eventReadAt = 0;
  #unanswered = new Map();
  #isStopped = false;

  constructor(book) {
    super();
    this.#book = book;
  }

  get book() { return this.#book; }

  /** Why tickets cannot be checked here without a network: `browser`, `storage` or `data`; null if they can. */
  get obstacle() {
    if (this.#verifiers === null && this.#book.keys.length > 0) {
      return 'browser';
    }
    if (!this.#book.isDurable) {
      return 'storage';
    }
    return this.#book.keys.length > 0 && this.#book.revocations?.isComplete && this.#book.eventBody ? null : 'data';
  }

  async start() {
    this.#verifiers = await importKeys(this.#book.keys);
    await this.#count();
    addEventListener('online', this.#onOnline);
    addEventListener('offline', this.#onOffline);
    this.sync();
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    removeEventListener('online', this.#onOnline);
    removeEventListener('offline', this.#onOffline);
  }

  #onOnline = () => this.sync();

  #onOffline = () => this.#is(false);

  /** A key that was refused stays refused while there is no network. */
  #is(isOnline, refusal = this.refusal) {
    if (isOnline !== this.isOnline || refusal?.status !== this.refusal?.status) {
      this.isOnline = isOnline;
      this.refusal = refusal;
      this.#tell();
    }
  }

  #tell() {
    this.dispatchEvent(new Event('state'));
  }

  async #count() {
    this.waiting = (await this.#book.queue()).length;
    this.conflicts = await this.#book.conflicts();
    this.#tell();
  }

  /** Calls an operation with the key, once. */
  async #call(method, path, body) {
    try {
      const response = await call(method, path, {token: current().key, body, patience: 0, timeout: LIVE_TIMEOUT});
      this.#setClock();
      this.#is(true, null);
      return response.body;
    } catch (problem) {
      if (!problem.isDecided) {
        this.#is(false);
        this.#plan(SYNC_OFFLINE);
      } else {
        this.#setClock();
        this.#is(true, problem.status === 401 || problem.status === 403 ? problem : null);
      }
      throw problem;
    }
  }

  /** The clock of a phone may be wrong, and after a reload without a network nothing else says by how much. */
  #setClock() {
    const offset = now() - Date.now();
    if (Math.abs(offset - (current().clockOffset ?? 0)) > 500) {
      update({clockOffset: offset});
    }
  }

  static time() {
    return Date.now() + (current().clockOffset ?? 0);
  }

  /**
   * Judges a scan; several at once, one after the other.
   *
   * @param {string} text content of a QR code, or a ticket number
   * @param {string} direction `in` or `out`
   * @returns {Promise<object>} `kind` is `ok`, `used`, `no` or `unsure`; `reason` says why not; `ticket`, `seat`, `at` and `gate` as far as
   *     they are known; `isOffline` if the server was not asked
   */
  scan(text, direction) {
    const judged = this.#turn.then(() => this.#judge(tidy(text), direction));
    this.#turn = judged.catch(() => {});
    return judged;
  }

  /** Adds the seat, which the server tells with an admission only; a forged code may name a ticket that exists. */
  async #judge(code, direction) {
    const answer = await this.#judgeCode(code, direction);
    return NO_TICKET.has(answer.reason) ? {...answer, ticket: undefined}
      : {seat: this.#book.tickets.get(answer.ticket)?.seat, ...answer};
  }

  async #judgeCode(code, direction) {
    const digits = numberDigits(code);
    const parsed = digits ? null : parseCode(code);
    if (!digits && !parsed) {
      return {kind: 'no', reason: 'MALFORMED', direction}; // not sent: it may be anything, such as a key
    }
    const name = `${digits ?? parsed.ticket.slice(-12).replaceAll('-', '')} ${direction}`;
    const scan = this.#unanswered.get(name) ?? {nonce: newKey(), at: Gatekeeper.time(), gate: current().gate};
    Object.assign(scan, {event: this.#book.event, code, direction});
    if (digits && this.waiting > 0) {
      await this.sync();
    }
    if (digits || this.isOnline && !await this.#hasToWait()) {
      try {
        const answer = await this.#ask(scan, parsed?.ticket);
        this.#unanswered.delete(name);
        return answer;
      } catch (problem) {
        if (problem.isDecided) {
          return {kind: 'unsure', reason: 'PROBLEM', problem, direction};
        }
      }
    }
    if (this.refusal) {
      return {kind: 'unsure', reason: 'PROBLEM', problem: this.refusal, direction};
    }
    if (digits) {
      this.#unanswered.set(name, scan); // the server may have recorded it: whoever scans the ticket now means the same entry
      return this.#judgeNumber(digits, direction);
    }
    this.#unanswered.delete(name);
    return {...await this.#judgeAlone(scan, parsed), direction, isOffline: true};
  }

  /** Scans are uploaded in order, so a scan is judged here while others wait, unless they wait for another phone. */
  async #hasToWait() {
    return this.waiting > 0 && (await this.#book.queue()).some(scan => !scan.until);
  }

  #upload({event, code, gate, at, nonce, direction}) {
    return this.#call('POST', `api/events/${event}/${direction === 'in' ? 'check-ins' : 'check-outs'}`,
      {code, gate, nonce, scannedAt: new Date(at).toISOString()});
  }

  /** Asks the server. The time and the nonce are sent with the first attempt, so that a later upload is the same scan. */
  async #ask(scan, ticket) {
    const {direction} = scan;
    try {
      const body = await this.#upload(scan);
      const at = body.checkedInAt ?? body.checkedOutAt;
      await this.#note(body.ticketId, {
        at, gate: body.gate, seat: body.seat, isIn: direction === 'in', ...direction === 'in' && {isMine: true},
      });
      if (this.attendance) {
        this.attendance.checkedIn += direction === 'in' ? 1 : -1;
      }
      this.#tell();
      return {kind: 'ok', ticket: body.ticketId, seat: body.seat, at, gate: body.gate, direction};
    } catch (problem) {
      const {slug, body} = problem;
      if (slug === 'already-checked-in') {
        if (ticket) {
          await this.#note(ticket, {at: body.checkedInAt, gate: body.gate, isIn: true});
        }
        return {kind: 'used', reason: 'USED', ticket, at: body.checkedInAt, gate: body.gate, direction};
      }
      if (slug === 'not-checked-in') {
        return {kind: 'used', reason: body.reason, ticket, direction};
      }
      if (slug === 'invalid-code') {
        const reason = body.reason === 'VOIDED' ? this.#book.revoked.get(ticket) ?? 'VOIDED' : body.reason;
        return {kind: 'no', reason, ticket, direction};
      }
      throw problem;
    }
  }

  /** The server's answer counts, even if it cannot be stored here. */
  async #note(ticket, state) {
    try {
      await this.#book.note(ticket, state);
    } catch (problem) {
      console.error(problem);
    }
  }

  #judgeNumber(digits, direction) {
    const id = [...this.#book.revoked.keys()].find(ticket => ticket.endsWith(digits));
    return id ? {kind: 'no', reason: this.#book.revoked.get(id), ticket: id, direction, isOffline: true}
      : {kind: 'unsure', reason: 'NUMBER_OFFLINE', direction, isOffline: true};
  }

  async #judgeAlone(scan, parsed) {
    if (this.obstacle) {
      return {kind: 'unsure', reason: `OFFLINE_${this.obstacle.toUpperCase()}`};
    }
    const {ticket} = parsed;
    const flaw = await flawOf(parsed, this.#verifiers);
    const reason = flaw ?? (parsed.event !== this.#book.event ? 'OTHER_EVENT' : this.#book.revocations.isCancelled ? 'EVENT_CANCELLED'
      : this.#book.revoked.get(ticket));
    if (reason) {
      return {kind: 'no', reason, ticket};
    }
    const seen = this.#book.tickets.get(ticket);
    const at = new Date(scan.at).toISOString();
    if (scan.direction === 'in' && seen?.isIn) {
      return {kind: 'used', reason: 'USED', ticket, at: seen.at, gate: seen.gate};
    }
    if (scan.direction === 'out' && seen && !seen.isIn) {
      return {kind: 'used', reason: 'NOT_CHECKED_IN', ticket};
    }
    await this.#book.enqueue({...scan, ticket}, ticket,
      {at, gate: scan.gate, isIn: scan.direction === 'in', ...scan.direction === 'in' && {isMine: true}});
    await this.#count();
    if (this.isOnline) {
      this.sync();
    }
    return {kind: 'ok', ticket, at, gate: scan.gate};
  }

  /** Uploads what waits and reads what has changed: now, and then again and again. */
  sync() {
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = null;
      this.#plan(this.isOnline ? SYNC_ONLINE : SYNC_OFFLINE);
    });
    return this.#syncing;
  }

  #plan(delay) {
    clearTimeout(this.#timer);
    if (!this.#isStopped) {
      this.#timer = setTimeout(() => this.sync(), delay);
    }
  }

  async #sync() {
    try {
      await (navigator.locks ? navigator.locks.request('seatlock-gate-upload', () => this.#flush()) : this.#flush());
      await this.#readRevoked();
      if (Date.now() > this.#eventReadAt + REFRESH_EVENT) {
        const {keys} = await this.#call('GET', 'api/keys/tickets');
        this.#verifiers = await importKeys(keys);
        await this.#book.setKeys(keys);
        await this.#book.setEvent(await this.#call('GET', `api/events/${this.#book.event}`));
        this.#eventReadAt = Date.now();
      }
      this.attendance = await this.#call('GET', `api/events/${this.#book.event}/check-ins`);
      this.#tell();
    } catch (problem) {
      if (problem.status === undefined) {
        throw problem;
      }
    }
  }

  async #flush() {
    const due = async () => (await this.#book.queue()).filter(scan => !(scan.until > Date.now()));
    for (let scans = await due(); scans.length > 0; scans = await due()) { // scans may be added meanwhile
      for (const scan of scans) {
        await this.#settle(scan);
      }
    }
    await this.#count();
  }

  async #settle(scan) {
    let conflict;
    try {
      await this.#upload(scan);
    } catch (problem) {
      if (!problem.isDecided || problem.status === 401 || problem.status === 403) {
        throw problem;
      }
      if (problem.body.reason === 'NOT_CHECKED_IN' && Gatekeeper.time() < scan.at + DEFER_AT_MOST) {
        await this.#book.defer(scan, Date.now() + DEFER_FOR);
        return;
      }
      const {ticket, event, at, gate, direction} = scan;
      conflict = {ticket, number: ticketNumber(ticket), event, at, gate, direction, slug: problem.slug, reason: problem.body.reason,
        detail: problem.message, usedAt: problem.body.checkedInAt, usedGate: problem.body.gate};
    }
    await this.#book.settle(scan, conflict);
    await this.#count();
  }

  async #readRevoked() {
    let hasMore;
    do {
      const after = this.#book.revocations?.after;
      const page = await this.#call('GET', `api/events/${this.#book.event}/tickets/revoked?limit=1000${
        after ? `&after=${encodeURIComponent(after)}` : ''}`);
      hasMore = page.hasMore;
      await this.#book.addRevoked(page.tickets, {
        after: page.next, readAt: Gatekeeper.time(), isCancelled: page.eventCancelled,
        isComplete: !hasMore || this.#book.revocations?.isComplete === true,
      });
    } while (hasMore);
  }

  async dismiss(id) {
    await this.#book.dismiss(id);
    await this.#count();
  }
}
