/** Ticket codes: read and verified without a network, as the description of `GET /api/keys/tickets` says. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const FORM = /^SL1[A-Z2-7]{157}$/;
const CONTEXT = new TextEncoder().encode('seatlock ticket 1');
const SIGNED = 2 + 16 + 16;

/** Removes blanks; a keyboard scanner with caps lock on sends small letters. */
export function tidy(text) {
  const code = text.trim();
  return FORM.test(code.toUpperCase()) ? code.toUpperCase() : code;
}

/** Returns the twelve digits of a ticket number as people type it, in lower case; null if the text is none. */
export function numberDigits(text) {
  const digits = text.replace(/[\s\p{Pd}]/gu, '').toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) ? digits : null;
}

/** Returns the number that is printed on a ticket, such as `5E6F-7A8B-9C0D`. */
export const ticketNumber = id => id.slice(-12).toUpperCase().replace(/(.{4})(?=.)/g, '$1-');

/** Returns the parts of a code whose signature has not been verified; null if the text is none. */
export function parseCode(text) {
  if (!FORM.test(text)) {
    return null;
  }
  const bytes = new Uint8Array(98);
  let [bits, held, length] = [0, 0, 0];
  for (const letter of text.slice(3)) {
    held = held << 5 | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0) {
    return null; // only the canonical text is a code
  }
  return {keyId: String(bytes[0] << 8 | bytes[1]), event: uuid(bytes, 2), ticket: uuid(bytes, 18), bytes};
}

function uuid(bytes, from) {
  const digits = [...bytes.subarray(from, from + 16)].map(b => b.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Imports a JSON Web Key Set. Returns the keys by their ids; null if this browser cannot verify Ed25519. */
export async function importKeys(keys) {
  try {
    const imported = await Promise.all(keys.map(async ({kid, kty, crv, x}) =>
      [kid, await crypto.subtle.importKey('jwk', {kty, crv, x}, {name: 'Ed25519'}, false, ['verify'])]));
    return new Map(imported);
  } catch {
    return null;
  }
}

/** Returns why the signature of a parsed code is not valid: `UNKNOWN_KEY` or `FORGED`; null if it is valid. */
export async function flawOf({keyId, bytes}, keys) {
  const key = keys.get(keyId);
  if (!key) {
    return 'UNKNOWN_KEY';
  }
  const signed = new Uint8Array([...CONTEXT, ...bytes.subarray(0, SIGNED)]);
  return await crypto.subtle.verify({name: 'Ed25519'}, key, bytes.subarray(SIGNED), signed) ? null : 'FORGED';
}
