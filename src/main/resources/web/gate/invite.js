/** The link that gives a gate its key, and its QR code. */
import {BASE} from '../lib/api.js';
import {svg} from '../lib/dom.js';
import {encode} from '../vendor/uqr.js';

/**
 * Returns a link to the gate's page. The key is behind the `#`, which browsers never send to a server; the page stores it and removes it
 * from the address bar.
 *
 * @param {string} key a gate key
 * @param {string} [event] the id of the event; without one, the gate chooses among the events
 * @param {string} [gate] the gate's name, such as `North`
 */
export function inviteLink(key, event, gate) {
  const parameters = new URLSearchParams({key});
  if (event) {
    parameters.set('event', event);
  }
  if (gate) {
    parameters.set('gate', gate);
  }
  return `${location.origin}${BASE}gate#${parameters}`;
}

/**
 * Returns the link as a QR code for the gate's phone, black on white in dark mode, too, because scanners expect that.
 *
 * @param {string} label tells people that use a screen reader about it
 * @returns {SVGElement} as large as its container
 */
export function inviteCode(link, label) {
  const {data, size} = encode(link, {ecc: 'M', border: 4});
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => isDark ? [`M${x} ${y}h1v1h-1z`] : []));
  return svg('svg', {viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges'},
    svg('rect', {width: size, height: size, fill: '#fff'}),
    svg('path', {d: dark.join(''), fill: '#000'}));
}

/**
 * Reads a link or its QR code, or a bare key.
 *
 * @returns {?{key: string, event: ?string, gate: ?string}} null if the text has no key
 */
export function readInvite(text) {
  const key = /seatlock_[0-9A-Za-z_-]{20,}/.exec(text)?.[0];
  if (!key) {
    return null;
  }
  const parameters = new URLSearchParams(text.slice(text.indexOf('#') + 1));
  return {key, event: parameters.get('event'), gate: parameters.get('gate')?.trim().slice(0, 100) || null};
}
