/** Sounds, vibration, and a screen that stays on: an answer is noticed without a look at the phone. */

/** Tones by kind of answer: frequency in Hz, start and length in seconds. */
const TONES = {
  ok: [[880, 0, 0.11], [1320, 0.12, 0.2]],
  used: [[620, 0, 0.14], [620, 0.22, 0.14], [620, 0.44, 0.14]],
  no: [[196, 0, 0.6]],
  unsure: [[440, 0, 0.12], [330, 0.16, 0.25]],
};
const VIBRATIONS = {ok: [90], used: [90, 70, 90, 70, 90], no: [450], unsure: [150, 80, 150]};

let audio;
let lock = null;

/** Browsers allow sounds only after the first tap or key. */
export function unlockSounds() {
  if ('AudioContext' in globalThis) {
    audio ??= new AudioContext();
    audio.resume().catch(() => {});
  }
}

export const areSoundsLocked = () => !audio || audio.state !== 'running';

export function signal(kind) {
  if (navigator.userActivation?.hasBeenActive !== false) { // before the first tap, browsers refuse
    navigator.vibrate?.(VIBRATIONS[kind]);
  }
  if (areSoundsLocked()) {
    return;
  }
  for (const [frequency, start, length] of TONES[kind]) {
    const at = audio.currentTime + start;
    const [oscillator, gain] = [audio.createOscillator(), audio.createGain()];
    oscillator.type = kind === 'no' ? 'sawtooth' : 'sine';
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.6, at + 0.012);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(at);
    oscillator.stop(at + length + 0.02);
  }
}

/** Keeps the screen on, where the browser can. Call it again when the page becomes visible: the lock ends when it is hidden. */
export async function keepScreenOn() {
  try {
    if ((lock === null || lock.released) && document.visibilityState === 'visible') {
      lock = await navigator.wakeLock.request('screen');
    }
  } catch {
    lock = null; // not in this browser, or the battery is low
  }
}

export function letScreenSleep() {
  lock?.release().catch(() => {});
  lock = null;
}
