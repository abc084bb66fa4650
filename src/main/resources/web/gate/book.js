/** The gate's book, in IndexedDB: what is needed to check tickets without a network, and the scans that wait to be uploaded. */

const NAME = 'seatlock-gate';

const value = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const done = transaction => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
});

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore('queue', {keyPath: 'seq', autoIncrement: true});
    database.createObjectStore('conflicts', {keyPath: 'id', autoIncrement: true});
    database.createObjectStore('tickets', {keyPath: ['event', 'ticket']});
    database.createObjectStore('revoked', {keyPath: ['event', 'ticket']});
    database.createObjectStore('facts');
  };
  return value(request).then(database => {
    database.onversionchange = () => database.close(); // somebody signs out in another tab
    return database;
  });
}

export class Book {

  /** Tickets that were scanned here, by id: `{isIn, at, gate, isMine}`; `isMine` if this phone has let somebody in with it. */
  tickets = new Map();
  /** Void tickets by id, with the reason. */
  revoked = new Map();
  /** The event as the API shows it; null until it was read. */
  eventBody = null;
  /** The public keys as the API lists them. */
  keys = [];
  /** How far the list of void tickets was read: `{after, readAt, isCancelled, isComplete}`; null until it was. */
  revocations = null;
  #database;
  #event;

  /** Opens the book of an event. Without IndexedDB, nothing is stored, and {@link isDurable} is false. */
  static async open(event) {
    const book = new Book();
    book.#event = event;
    book.#database = await open().catch(() => null);
    if (book.isDurable) {
      await book.#load();
    }
    return book;
  }

  get isDurable() { return this.#database !== null; }

  get event() { return this.#event; }

  /** Returns how many tickets this phone has let in. */
  get admitted() { return [...this.tickets.values()].filter(ticket => ticket.isMine).length; }

  async #load() {
    const transaction = this.#database.transaction(['tickets', 'revoked', 'facts']);
    const mine = IDBKeyRange.bound([this.#event], [this.#event, []]);
    const facts = transaction.objectStore('facts');
    const [tickets, revoked, eventBody, keys, revocations] = await Promise.all([
      value(transaction.objectStore('tickets').getAll(mine)), value(transaction.objectStore('revoked').getAll(mine)),
      value(facts.get(`event ${this.#event}`)), value(facts.get('keys')), value(facts.get(`revocations ${this.#event}`)),
    ]);
    tickets.forEach(ticket => this.tickets.set(ticket.ticket, ticket));
    revoked.forEach(ticket => this.revoked.set(ticket.ticket, ticket.reason));
    this.eventBody = eventBody ?? null;
    this.keys = keys ?? [];
    this.revocations = revocations ?? null;
  }

  #write(stores, work) {
    if (!this.isDurable) {
      return Promise.resolve();
    }
    const transaction = this.#database.transaction(stores, 'readwrite', {durability: 'strict'});
    work(...stores.map(store => transaction.objectStore(store)));
    return done(transaction);
  }

  #fact(name, fact) {
    return this.#write(['facts'], facts => facts.put(fact, name));
  }

  setEvent(body) {
    this.eventBody = body;
    return this.#fact(`event ${this.#event}`, body);
  }

  setKeys(keys) {
    this.keys = keys;
    return this.#fact('keys', keys);
  }

  /** Adds void tickets, and stores how far the list was read, in one transaction. */
  addRevoked(tickets, revocations) {
    tickets.forEach(({ticketId, reason}) => this.revoked.set(ticketId, reason));
    this.revocations = revocations;
    return this.#write(['revoked', 'facts'], (store, facts) => {
      tickets.forEach(({ticketId, reason}) => store.put({event: this.#event, ticket: ticketId, reason}));
      facts.put(revocations, `revocations ${this.#event}`);
    });
  }

  /** Notes what the server has said about a ticket. */
  note(ticket, state) {
    const stored = this.#merge(ticket, state);
    return this.#write(['tickets'], tickets => tickets.put(stored));
  }

  #merge(ticket, state) {
    const stored = {...this.tickets.get(ticket), ...state, event: this.#event, ticket};
    this.tickets.set(ticket, stored);
    return stored;
  }

  /** Stores a scan that was made without a network, and what it makes of the ticket, in one transaction. */
  enqueue(scan, ticket, state) {
    const stored = this.#merge(ticket, state);
    return this.#write(['queue', 'tickets'], (queue, tickets) => {
      queue.add(scan);
      tickets.put(stored);
    });
  }

  /** Returns the scans that wait, in the order in which they were made. */
  async queue() {
    return this.isDurable ? value(this.#database.transaction('queue').objectStore('queue').getAll()) : [];
  }

  /** Removes a scan that the server has judged. A conflict is a scan that was admitted here and that the server refuses. */
  settle(scan, conflict) {
    return this.#write(['queue', 'conflicts'], (queue, conflicts) => {
      queue.delete(scan.seq);
      if (conflict) {
        conflicts.add(conflict);
      }
    });
  }

  /** Lets a scan wait until another phone has uploaded what comes before it. */
  defer(scan, until) {
    return this.#write(['queue'], queue => queue.put({...scan, until}));
  }

  async conflicts() {
    return this.isDurable ? value(this.#database.transaction('conflicts').objectStore('conflicts').getAll()) : [];
  }

  dismiss(id) {
    return this.#write(['conflicts'], conflicts => conflicts.delete(id));
  }

  close() {
    this.#database?.close();
  }

  /** Deletes the books of all events. */
  static async burn() {
    await value(indexedDB.deleteDatabase(NAME)).catch(() => {});
  }
}
