/** Effects that a person has decided on. */
import {call, newKey} from './api.js';
import {storage} from './texts.js';

/** A server keeps keys for a day; an older one would begin something new. */
const KEPT_MS = 20 * 3600_000;

/**
 * Calls an operation. Its idempotency key is stored until the server has decided, so that the same request has its effect once, even if
 * the page is loaded again or the person presses twice. A hash of the request names it, so no personal data is stored.
 *
 * @param {{store: function(): Storage, prefix: string}} memory where keys are stored, and how their names begin
 * @param {object} [options] those of {@link call}, without the key
 * @throws {Problem}
 */
export async function act({store, prefix}, method, path, options = {}) {
  const name = prefix + await fingerprint(JSON.stringify([method, path, options.body]));
  const kept = storage(() => JSON.parse(store().getItem(name)));
  const {key, at} = kept && Date.now() - kept.at < KEPT_MS ? kept : {key: newKey(), at: Date.now()};
  storage(() => store().setItem(name, JSON.stringify({key, at})));
  try {
    const response = await call(method, path, {...options, key});
    storage(() => store().removeItem(name));
    return response;
  } catch (problem) {
    if (problem.isDecided) {
      storage(() => store().removeItem(name));
    }
    throw problem;
  }
}

/** Browsers have digests in secure contexts only. */
async function fingerprint(text) {
  if (crypto.subtle) {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return [...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  }
  let hash = 0;
  for (const character of text) {
    hash = (Math.imul(hash, 31) + character.codePointAt(0)) | 0;
  }
  return `${text.length}.${hash}`;
}
