/** How a phone becomes a gate: it gets a key, an event and a name. */
import {all, call} from '../lib/api.js';
import {h, show} from '../lib/dom.js';
import {dateTime} from '../lib/format.js';
import {explain, footer, t} from '../lib/texts.js';
import {Camera} from './camera.js';
import {readInvite} from './invite.js';
import {current, forget, update} from './session.js';
import {unlockSounds} from './signals.js';

const PROBED = 60;
const AT_ONCE = 6;

/** Whether a key may scan at an event; throws unless the server says yes or no. */
async function covers(key, event) {
  try {
    await call('GET', `api/events/${event}/tickets/revoked?limit=1`, {token: key});
    return true;
  } catch (problem) {
    if ([403, 404, 422].includes(problem.status)) {
      return false;
    }
    throw problem;
  }
}

/** Returns the coming events of a key. A key does not say which ones it is for, so the next events are tried. */
async function eventsOf(key) {
  const coming = (await all('api/events?limit=1000', 'events')).filter(event => event.status === 'PUBLISHED').slice(0, PROBED);
  const mine = [];
  for (let i = 0; i < coming.length; i += AT_ONCE) {
    const group = coming.slice(i, i + AT_ONCE);
    const covered = await Promise.all(group.map(event => covers(key, event.id)));
    mine.push(...group.filter((event, k) => covered[k]));
  }
  return mine;
}

const bar = () => h('header', {}, h('div.wrap', {}, h('div', {}, h('h1', {}, t('gate.title')), h('p', {}, t('gate.setup.about')))));

const page = (root, ...content) =>
  show(root, bar(), h('main.wrap.page', {}, h('div.narrow.stack', {}, ...content)), footer());

/** @param {function()} done is called when the phone is a gate */
export class Setup {
  #root;
  #done;
  #camera = null;

  constructor(root, done) {
    this.#root = root;
    this.#done = done;
  }

  /** Shows the next thing to do. */
  async show() {
    this.leave();
    if (!current().key) {
      this.#showKey();
      return;
    }
    page(this.#root, h('p.muted', {role: 'status'}, t('common.loading')));
    try {
      await this.#showStart();
    } catch (problem) {
      if (problem.status === undefined) {
        throw problem;
      }
      if (problem.status === 401) {
        forget();
        this.#showKey(t('gate.setup.invalidKey'));
      } else {
        this.#showProblem(problem);
      }
    }
  }

  leave() {
    this.#camera?.stop();
    this.#camera = null;
  }

  #showProblem(problem) {
    page(this.#root, h('div.card', {}, h('p.told.bad', {role: 'alert'}, explain(problem)),
      h('div.actions', {}, this.#otherKey(), h('button.primary', {type: 'button', onclick: () => this.show()}, t('common.retry')))));
  }

  #otherKey() {
    return h('button', {type: 'button', onclick: () => { forget(); this.show(); }}, t('gate.setup.otherKey'));
  }

  /** @param {string} [trouble] about the key that was given before */
  #showKey(trouble) {
    const field = h('input', {id: 'key', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-describedby': 'key-error'});
    const error = h('p.error', {id: 'key-error', role: 'alert'}, trouble);
    const take = text => {
      const invite = readInvite(text);
      const refusal = invite === null ? t('gate.setup.noKey') : invite.key.startsWith('seatlock_admin_') ? t('gate.setup.adminKey') : null;
      if (refusal === null) {
        this.accept(invite);
      }
      return refusal;
    };
    const submit = event => {
      event.preventDefault();
      const refusal = take(field.value);
      if (refusal) {
        field.setAttribute('aria-invalid', 'true');
        error.textContent = refusal;
        field.focus();
      }
    };
    const scanner = h('div', {});
    page(this.#root,
      h('div.card', {}, h('h2', {}, t('gate.setup.scanTitle')), h('p', {}, t('gate.setup.scanLead')),
        scanner, this.#scanButton(scanner, take)),
      h('form.card', {novalidate: true, onsubmit: submit},
        h('h2', {}, t('gate.setup.typeTitle')),
        h('label', {for: 'key'}, t('gate.setup.key')), field, error,
        h('div.actions', {}, h('button.primary', {}, t('gate.setup.continue')))));
  }

  #scanButton(scanner, take) {
    const button = h('button.primary.large', {type: 'button', onclick: async () => {
      const video = h('video', {playsinline: true, muted: true, 'aria-label': t('gate.camera.picture')});
      video.muted = true;
      const told = h('p.told.bad', {role: 'alert', hidden: true});
      show(scanner, h('div.finder', {}, video), told);
      button.hidden = true;
      this.#camera = new Camera(video, text => {
        const refusal = take(text);
        told.hidden = !refusal;
        told.textContent = refusal;
      });
      const trouble = await this.#camera.start();
      if (trouble) {
        show(scanner, h('p.told.bad', {role: 'alert'}, t(`gate.camera.${trouble}`)));
        button.hidden = false;
      }
    }}, t('gate.setup.scan'));
    return button;
  }

  /** Takes a key, and an event and a name if they came with it. */
  accept({key, event, gate}) {
    update({key, event: event ?? undefined, gate: gate ?? current().gate, isStarted: false});
    this.show();
  }

  async #showStart() {
    const {key, event: id} = current();
    const event = id && await covers(key, id) ? (await call('GET', `api/events/${id}`)).body : null;
    const events = event ? [event] : await eventsOf(key);
    if (events.length === 0) {
      page(this.#root, h('div.card', {}, h('p.told.warn', {role: 'alert'}, t('gate.setup.noEvents')),
        h('div.actions', {}, this.#otherKey(), h('button.primary', {type: 'button', onclick: () => this.show()}, t('common.retry')))));
      return;
    }
    const choose = event && h('button.link', {type: 'button', onclick: () => { update({event: undefined}); this.show(); }},
      t('gate.setup.otherEvent'));
    const name = h('input', {id: 'gate', value: current().gate ?? '', maxlength: 100, autocomplete: 'off', required: true,
      'aria-describedby': 'gate-hint gate-error'});
    const error = h('p.error', {id: 'gate-error', role: 'alert'});
    const start = submitted => {
      submitted.preventDefault();
      const gate = name.value.trim();
      if (!gate) {
        name.setAttribute('aria-invalid', 'true');
        error.textContent = t('gate.setup.noName');
        name.focus();
        return;
      }
      unlockSounds();
      navigator.storage?.persist?.().catch(() => {});
      update({event: new FormData(submitted.target).get('event'), gate, isStarted: true});
      this.#done();
    };
    page(this.#root, h('form.card', {novalidate: true, onsubmit: start},
      h('fieldset', {}, h('legend', {}, t('gate.setup.event')), events.map((each, i) => this.#option(each, i === 0)), choose),
      h('label', {for: 'gate'}, t('gate.setup.gate'), ' ', h('span.hint', {id: 'gate-hint'}, t('gate.setup.gateHint'))), name, error,
      h('p.muted.small.about', {}, t('gate.setup.permission')),
      h('button.primary.large', {}, t('gate.setup.start'))),
    h('p.again', {}, this.#otherKey()));
  }

  #option({id, name, venue, startsAt, timeZone}, isChosen) {
    return h('label.option', {}, h('input', {type: 'radio', name: 'event', value: id, checked: isChosen}),
      h('span', {}, h('strong', {}, name), h('small', {}, `${venue} · ${dateTime(startsAt, timeZone)}`)));
  }
}
