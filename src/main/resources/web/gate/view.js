/** The page of a gate that scans. */
import {h, show} from '../lib/dom.js';
import {clock, shortDateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {answerView, line} from './answer.js';
import {Camera} from './camera.js';
import {settings, showConflicts} from './dialogs.js';
import {current, update} from './session.js';
import {areSoundsLocked, keepScreenOn, letScreenSleep, signal, unlockSounds} from './signals.js';

const SHOWN = {ok: 2200, used: 3000, no: 3000, unsure: 3500};
const CHECKING_AFTER = 350;
const isTouch = matchMedia('(pointer: coarse)');

export class View {
  #root;
  #gatekeeper;
  #leave;
  #camera;
  #direction = 'in';
  #timer;
  #pending = 0;
  #parts = {};
  #listening = new AbortController();

  /** @param {function(string)} leave is called with `event` to choose another event, or `out` to sign out */
  constructor(root, gatekeeper, leave) {
    this.#root = root;
    this.#gatekeeper = gatekeeper;
    this.#leave = leave;
  }

  show() {
    const video = h('video', {playsinline: true, 'aria-label': t('gate.camera.picture')});
    video.muted = true;
    this.#camera = new Camera(video, code => this.#scan(code), () => this.#showTrouble('busy'));
    const parts = this.#parts = {
      video,
      name: h('h1', {}), about: h('p', {}), answer: h('div.answers', {role: 'alert'}), trouble: h('div.trouble'),
      tools: h('div.finder-tools'), last: h('p.last'), status: h('div.status', {role: 'group', 'aria-label': t('gate.status.title')}),
      directions: h('div.directions', {role: 'group', 'aria-label': t('gate.direction.title'), hidden: true}),
      field: h('input.num', {id: 'code', name: 'code', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false',
        enterkeyhint: 'go', maxlength: 1000, placeholder: t('gate.field.hint'), inputmode: isTouch.matches ? 'none' : 'text'}),
    };
    parts.view = h('div.finder.large', {}, video, h('div.aim', {'aria-hidden': 'true'}), parts.trouble, parts.tools);
    show(this.#root,
      h('header', {}, h('div.wrap', {}, h('div.grow', {}, parts.name, parts.about),
        h('button.settings', {type: 'button', id: 'settings-button', onclick: () => this.#settings()}, t('gate.settings.title')))),
      h('main.gate', {}, h('div.stage', {}, parts.view, parts.answer), h('div.below.wrap', {}, parts.directions, this.#form(), parts.last, parts.status)));
    this.#listen();
    this.#showState();
    if (current().isCameraOff) {
      this.#showTrouble('off');
    } else {
      this.#startCamera();
    }
    keepScreenOn();
    this.#focus();
  }

  leave() {
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.#camera?.stop();
    letScreenSleep();
    delete document.body.dataset.answer;
  }

  #form() {
    const {field} = this.#parts;
    // On a phone, the field has the focus for a hand-held scanner, but the keyboard of the screen comes only when it is touched.
    field.addEventListener('pointerdown', () => {
      if (field.inputMode === 'none') {
        field.blur();
        field.inputMode = 'text';
      }
    });
    field.addEventListener('blur', () => { field.inputMode = isTouch.matches ? 'none' : 'text'; });
    return h('form.typed', {novalidate: true, onsubmit: event => {
      event.preventDefault();
      const text = field.value;
      field.value = '';
      if (isTouch.matches) {
        field.blur(); // hides the keyboard
      }
      if (text.trim()) {
        this.#scan(text);
      }
      this.#focus();
    }}, h('label', {for: 'code'}, t('gate.field.label')), h('div.together', {}, field, h('button', {}, t('gate.field.check'))));
  }

  #listen() {
    const {signal: aborted} = this.#listening;
    const on = (target, type, listener) => target.addEventListener(type, listener, {signal: aborted});
    on(this.#gatekeeper, 'state', () => this.#showState());
    on(document, 'pointerdown', unlockSounds);
    on(document, 'keydown', event => this.#key(event));
    on(document, 'visibilitychange', () => {
      if (!document.hidden) {
        keepScreenOn();
        this.#gatekeeper.sync();
        if (!current().isCameraOff && !this.#camera.isOn) {
          this.#startCamera();
        }
      }
    });
  }

  /** Whatever is typed while nothing else has the focus belongs to the field: a hand-held scanner types. */
  #key(event) {
    unlockSounds();
    if (event.key === 'Escape') {
      this.#next();
    }
    const isElsewhere = document.querySelector('dialog[open]') || document.activeElement?.matches('input, select, textarea');
    if (!isElsewhere && event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.#parts.field.focus();
    }
  }

  #focus() {
    if (!document.querySelector('dialog[open]')) {
      this.#parts.field.focus({preventScroll: true});
    }
  }

  async #startCamera() {
    show(this.#parts.trouble, h('p', {}, t('gate.camera.starting')));
    const trouble = await this.#camera.start(current().camera);
    if (this.#listening.signal.aborted) {
      this.#camera.stop();
    } else if (trouble) {
      this.#showTrouble(trouble);
    } else {
      show(this.#parts.trouble);
      this.#parts.view.classList.add('on');
      this.#showTools();
    }
  }

  /** @param {string} trouble why there is no picture; `off` if it was turned off here */
  #showTrouble(trouble) {
    this.#parts.view.classList.remove('on');
    show(this.#parts.tools);
    show(this.#parts.trouble, h('p', {role: trouble === 'off' ? null : 'alert'}, t(`gate.camera.${trouble}`)),
      h('button.primary', {type: 'button', onclick: () => {
        update({isCameraOff: false});
        this.#startCamera();
        this.#focus();
      }}, trouble === 'off' ? t('gate.camera.turnOn') : t('common.retry')));
  }

  #showTools() {
    let isLit = false;
    const torch = this.#camera.hasTorch && h('button.round', {type: 'button', 'aria-pressed': 'false', onclick: async () => {
      isLit = !isLit;
      torch.setAttribute('aria-pressed', String(isLit));
      await this.#camera.setTorch(isLit);
      this.#focus();
    }}, t('gate.camera.torch'));
    const off = h('button.round', {type: 'button', onclick: () => {
      update({isCameraOff: true});
      this.#camera.stop();
      this.#showTrouble('off');
      this.#focus();
    }}, t('gate.camera.turnOff'));
    show(this.#parts.tools, torch, off);
  }

  #showState() {
    const {name, about, status, directions} = this.#parts;
    const {isOnline, refusal, waiting, conflicts, attendance, book} = this.#gatekeeper;
    const event = book.eventBody;
    name.textContent = event?.name ?? t('gate.title');
    show(about, h('strong', {}, current().gate), event && ` · ${shortDateTime(event.startsAt, event.timeZone)}`);
    document.title = `${current().gate} · ${name.textContent}`;
    if (directions.hidden === Boolean(event?.reentry)) {
      this.#showDirections(event?.reentry);
    }
    show(status,
      isOnline && attendance && h('b', {}, t('gate.status.inside', attendance)),
      h('span', {}, h('b', {}, t('gate.status.admitted', {count: book.admitted})), ' ', t('gate.status.byThisPhone')),
      h(isOnline ? 'span.online' : 'span.online.off', {}, isOnline ? t('gate.status.online') : t('gate.status.offline')),
      waiting > 0 && h('span.waiting', {}, t('gate.status.waiting', {count: waiting})),
      conflicts.length > 0 && h('button.attention', {type: 'button', id: 'conflicts-button', onclick: async () => {
        await showConflicts(this.#gatekeeper);
        this.#focus();
      }}, t('gate.status.conflicts', {count: conflicts.length})),
      refusal && h('p.told.bad', {}, t('gate.status.refused')),
      !isOnline && this.#gatekeeper.obstacle && h('p.told.warn', {}, t(`gate.ready.${this.#gatekeeper.obstacle}`)),
      event?.status === 'CANCELLED' && h('p.told.bad', {}, t('gate.reason.EVENT_CANCELLED')),
      areSoundsLocked() && h('span.muted', {}, t('gate.status.tapForSound')));
  }

  #showDirections(isShown) {
    const {directions} = this.#parts;
    directions.hidden = !isShown;
    if (!isShown) {
      this.#direction = 'in';
    }
    const choice = (direction, word) => h('button.chip', {type: 'button', id: `direction-${direction}`,
      'aria-pressed': String(this.#direction === direction), onclick: () => {
        this.#direction = direction;
        this.#showDirections(true);
        this.#focus();
      }}, word);
    show(directions, choice('in', t('gate.direction.in')), choice('out', t('gate.direction.out')));
  }

  async #scan(text) {
    this.#pending++;
    this.#camera.isPaused = true;
    const checking = setTimeout(() => this.#showChecking(), CHECKING_AFTER);
    try {
      this.#answer(await this.#gatekeeper.scan(text, this.#direction));
    } catch (problem) {
      this.#answer({kind: 'unsure', reason: 'PROBLEM', problem, direction: this.#direction});
      throw problem;
    } finally {
      clearTimeout(checking);
      this.#pending--;
      this.#resume();
    }
  }

  #showChecking() {
    clearTimeout(this.#timer);
    document.body.dataset.answer = 'checking';
    show(this.#parts.answer, h('div.answer', {}, h('p.word', {}, t('gate.answer.checking'))));
  }

  #answer(answer) {
    const event = this.#gatekeeper.book.eventBody;
    document.body.dataset.answer = answer.kind;
    show(this.#parts.answer, answerView(answer, event, () => {
      this.#next();
      this.#focus();
    }));
    signal(answer.kind);
    show(this.#parts.last, t('gate.status.last', {time: clock(Date.now(), event?.timeZone), answer: line(answer, event)}));
    clearTimeout(this.#timer);
    if (!current().doesStay) {
      this.#timer = setTimeout(() => this.#next(), SHOWN[answer.kind]);
    }
  }

  #next() {
    clearTimeout(this.#timer);
    delete document.body.dataset.answer;
    show(this.#parts.answer);
    this.#resume();
  }

  /** The camera reads again once nothing is being checked and no answer is shown. */
  #resume() {
    this.#camera.isPaused = this.#pending > 0 || document.body.dataset.answer !== undefined;
  }

  async #settings() {
    const {action, gate, camera, doesStay} = await settings(this.#gatekeeper);
    if (action !== 'close') {
      this.#leave(action);
      return;
    }
    const isOtherCamera = camera !== (current().camera ?? '');
    update({gate: gate || current().gate, camera: camera || undefined, doesStay});
    this.#showState();
    if (isOtherCamera && this.#camera.isOn) {
      this.#startCamera();
    }
    this.#focus();
  }
}
