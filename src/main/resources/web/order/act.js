/** Effects that a person has decided on. Their idempotency keys survive a reload, until a response has arrived. */
import {call, newKey} from '../lib/api.js';
import {storage} from '../lib/texts.js';

/** A server keeps keys for a day; an older one would begin something new. */
const KEPT_MS = 20 * 3600_000;

function keyFor(name, intent) {
  const kept = storage(() => JSON.parse(localStorage.getItem(name)));
  if (kept && kept.intent === intent && Date.now() - kept.at < KEPT_MS) {
    return kept.key;
  }
  const key = newKey();
  storage(() => localStorage.setItem(name, JSON.stringify({key, intent, at: Date.now()})));
  return key;
}

/**
 * Calls an operation. As long as no response has arrived, the same effect has the same key, even after a reload.
 *
 * @param {string} path is the name of the effect, too: a person decides on one of them at a time
 * @throws {Problem}
 */
export async function act(method, path, token, body) {
  const name = `seatlock.act.${path}`;
  const key = keyFor(name, JSON.stringify(body ?? null));
  try {
    const response = await call(method, path, {token, body, key});
    storage(() => localStorage.removeItem(name));
    return response.body;
  } catch (problem) {
    if (!problem.isTransient && problem.status !== 500) {
      storage(() => localStorage.removeItem(name));
    }
    throw problem;
  }
}

/** Gives a file to the browser, which stores or shows it. */
export function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
