/** The link that gives a gate its key. */
import {BASE} from '../lib/api.js';

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
