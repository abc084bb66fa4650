/** Calls of the public API. The pages use nothing else. */

/** The path at which the server's URLs begin, with a slash at the end: `/`, or the path of PUBLIC_URL. */
export const BASE = new URL('../../..', import.meta.url).pathname;

let clockOffset = 0;

/** Returns the time by the clock of the server, in ms, to about a second: a phone's clock may be wrong. */
export const now = () => Date.now() + clockOffset;

/** A refusal or failure: a problem of the API (RFC 9457), or a lost connection (status 0). */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || 'No connection');
    this.status = status;
    this.body = body;
    /** The last part of the problem's type, such as `seats-taken`; `offline` if nothing was received. */
    this.slug = status === 0 ? 'offline' : (body.type || 'about:blank').split('/').pop();
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later, and is safe to repeat with the same key. */
  get isTransient() {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504
        || this.slug === 'idempotency-key-in-use';
  }

  /** Whether the server has decided: the same request, with the same key, would be refused again. Otherwise it may have had its effect. */
  get isDecided() {
    return !this.isTransient && this.status < 500;
  }
}

/** Returns a new idempotency key. Keep it with what is wanted until the response has been processed. */
export function newKey() {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
}

const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, {once: true});
});

/**
 * Calls an operation. A request that reads, or has an idempotency key, is repeated for up to half a minute while the connection is
 * lost or the server is busy: it has its effect once.
 *
 * @param {string} method
 * @param {string} path without the base, such as `api/events`; the caller encodes its parts
 * @param {object} [options] `body` is sent as JSON (a FormData, Blob or string as it is); `token` is the key or token of the caller;
 *     `key` the idempotency key; `etag` for If-None-Match; `ifMatch`; `signal` aborts; `patience` ms during which it is repeated, 0 for never;
 *     `accept`; `timeout` ms for one attempt (20 s)
 * @returns {Promise<{status: number, body: any, etag: ?string, response: Response}>} body is parsed JSON, or null for none
 * @throws {Problem}
 */
export async function call(method, path, options = {}) {
  const {body, token, key, etag, ifMatch, signal, accept = 'application/json', timeout = 20_000} = options;
  const isSafe = method === 'GET' || key !== undefined;
  const until = Date.now() + (options.patience ?? (isSafe ? 30_000 : 0));
  const headers = {Accept: accept};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers['Idempotency-Key'] = key;
  if (etag) headers['If-None-Match'] = etag;
  if (ifMatch) headers['If-Match'] = ifMatch;
  const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Blob);
  if (isJson) headers['Content-Type'] = 'application/json';
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(method, BASE + path, {
        method, headers, body: isJson ? JSON.stringify(body) : body, cache: 'no-store', credentials: 'omit',
        signal: signal ? either(signal, timeout) : AbortSignal.timeout(timeout),
      });
    } catch (e) {
      signal?.throwIfAborted();
      const problem = e instanceof Problem ? e : new Problem(0, {title: String(e)});
      const wait = Math.max(problem.retryAfter * 1000 || 0, Math.min(4000, 250 * 2 ** attempt) * (0.75 + Math.random() / 2));
      if (!problem.isTransient || !isSafe || Date.now() + wait > until) {
        throw problem;
      }
      await pause(wait, signal);
    }
  }
}

function either(signal, timeout) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeout);
  signal.addEventListener('abort', () => { clearTimeout(timer); controller.abort(signal.reason); }, {once: true});
  return controller.signal;
}

async function once(method, url, request) {
  const response = await fetch(url, request);
  const date = Date.parse(response.headers.get('Date'));
  if (date && Math.abs(date - now()) > 1500) {
    clockOffset = date - Date.now();
  }
  const retryAfter = Number(response.headers.get('Retry-After')) || 0;
  if (!response.ok && response.status !== 304) {
    const problem = await response.json().catch(() => ({}));
    throw new Problem(response.status, problem, retryAfter);
  }
  const isJson = /json/.test(response.headers.get('Content-Type') || '');
  const body = isJson && response.status !== 304 ? await response.json() : null;
  return {status: response.status, body, etag: response.headers.get('ETag'), response};
}

/** Returns the items of all pages of a list, whose responses have `items` under a name and `next`. */
export async function all(path, name, options) {
  const items = [];
  let after = '';
  do {
    const {body} = await call('GET', path + (after && `${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`), options);
    items.push(...body[name]);
    after = body.next;
  } while (after !== null && after !== undefined);
  return items;
}
