/** The phone's role: its key, event and gate, and the choices of the person that holds it. In localStorage until "sign out". */
import {storage} from '../lib/texts.js';

const STORED = 'seatlock.gate';

let session = storage(() => JSON.parse(localStorage.getItem(STORED))) ?? {};

/**
 * Returns `key`, `event`, `gate`; `isStarted` once scanning was started; `camera` (a device id), `isCameraOff`;
 * `doesStay` if answers stay until a tap or the next scan; and `clockOffset`,
 * by which the server's clock is ahead of the phone's, in ms.
 */
export const current = () => session;

export function update(changes) {
  session = {...session, ...changes};
  storage(() => localStorage.setItem(STORED, JSON.stringify(session)));
}

export function forget() {
  session = {};
  storage(() => localStorage.removeItem(STORED));
}
