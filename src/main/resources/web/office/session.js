/** The key of the person in the office, and the calls that are made with it. */
import {act as actOnce} from '../lib/act.js';
import {Problem, all, call} from '../lib/api.js';
import {storage} from '../lib/texts.js';

const KEY = 'seatlock.office.key';
const INTENTS = 'seatlock.office.intent.';

/** `isAdmin`: whether the key may create events and manage keys. `keyNames`: names of keys by their ids, for an admin. */
export const session = {key: null, isAdmin: false, keyNames: new Map()};

/**
 * Checks a key and keeps it: until the tab is closed, or on this device.
 *
 * @throws {Problem} of the slug `unauthorized` for an unknown key, and `forbidden` for one of the gate
 */
export async function signIn(key, isKept) {
  session.isAdmin = await isAdminKey(key);
  session.key = key;
  storage(() => sessionStorage.setItem(KEY, key));
  storage(() => isKept ? localStorage.setItem(KEY, key) : localStorage.removeItem(KEY));
}

async function isAdminKey(key) {
  if (!/^[\x21-\x7e]+$/.test(key)) { // would be no header
    throw new Problem(401, {type: '/problems/unauthorized'}, 0);
  }
  try {
    const {body} = await call('GET', 'api/keys?limit=1000', {token: key});
    session.keyNames = new Map(body.keys.map(each => [each.id, each.name]));
    return true;
  } catch (problem) {
    if (problem.slug !== 'forbidden') {
      throw problem;
    }
  }
  await call('GET', 'api/reservations?limit=1&email=nobody%40example.org', {token: key}); // what every sales key may do
  return false;
}

/** Returns the key of an earlier visit, or null. */
export const storedKey = () => storage(() => sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY));

export const isKeptOnDevice = () => storage(() => localStorage.getItem(KEY) !== null) ?? false;

/** Forgets the key, and with it all that was typed. */
export function signOut() {
  session.key = null;
  session.isAdmin = false;
  session.keyNames = new Map();
  storage(() => localStorage.removeItem(KEY));
  storage(() => Object.keys(sessionStorage).filter(name => name.startsWith('seatlock.office.')).forEach(name => sessionStorage.removeItem(name)));
}

/** Reads with the key. */
export const read = (path, options) => call('GET', path, {token: session.key, ...options});

export const readAll = (path, name, options) => all(path, name, {token: session.key, ...options});

/** Sends what has an effect, once: see {@link actOnce}. Its idempotency key is forgotten with the tab. */
export const act = (method, path, body, options = {}) =>
  actOnce({store: () => sessionStorage, prefix: INTENTS}, method, path, {token: session.key, body, ...options});

/** Changes something once more or not makes no difference: sends it without an idempotency key, and does not repeat it by itself. */
export const change = (method, path, body, options = {}) => call(method, path, {token: session.key, body, ...options});

export const eventPath = (id, rest = '') => `api/events/${id}${rest}`;

/** Remembers what a person is typing until the tab is closed. */
export const draft = {
  load: name => storage(() => JSON.parse(sessionStorage.getItem(`seatlock.office.${name}`))),
  save: (name, value) => storage(() => sessionStorage.setItem(`seatlock.office.${name}`, JSON.stringify(value))),
  drop: name => storage(() => sessionStorage.removeItem(`seatlock.office.${name}`)),
};

/** Runs work for each item, a few at a time, until the signal is aborted. */
export async function each(items, work, signal, width = 4) {
  const rest = [...items];
  await Promise.all(Array.from({length: width}, async () => {
    while (rest.length > 0 && !signal.aborted) {
      await work(rest.shift());
    }
  }));
}
