/** Dialogs: the settings of this gate, and the scans to look at. */
import {ask, h, show} from '../lib/dom.js';
import {clock} from '../lib/format.js';
import {hasText, languageChoice, t} from '../lib/texts.js';
import {timeOf} from './answer.js';
import {Camera} from './camera.js';
import {current} from './session.js';

const close = () => h('button.primary', {value: 'close'}, t('common.close'));

/** Asks whether to forget everything although scans wait to be uploaded. */
async function isSure(waiting) {
  return waiting === 0 || await ask(h('dialog.card', {'aria-labelledby': 'sure'}, h('form', {method: 'dialog'},
    h('h2', {id: 'sure'}, t('gate.settings.signOut')),
    h('p.told.bad', {}, t('gate.settings.lost', {count: waiting})),
    h('div.actions', {}, h('button.primary', {value: 'cancel'}, t('common.cancel')),
      h('button.danger', {value: 'yes'}, t('gate.settings.signOutAnyway')))))) === 'yes';
}

/** Says whether this phone can check tickets without a network. */
function readiness(gatekeeper) {
  const isStored = Boolean(navigator.serviceWorker?.controller);
  const obstacle = gatekeeper.obstacle ?? (isStored ? null : 'page');
  const {book} = gatekeeper;
  return obstacle ? h('p.told.warn', {}, t(`gate.ready.${obstacle}`))
    : h('p.told', {}, t('gate.ready.yes', {time: clock(book.revocations.readAt, book.eventBody.timeZone)}));
}

/**
 * Shows the settings.
 *
 * @returns {Promise<{action: string, gate: string, camera: string, doesStay: boolean}>} action: `close`, `event` (choose another one) or `out` (sign out)
 */
export async function settings(gatekeeper) {
  const cameras = await Camera.list();
  const name = h('input', {id: 'set-gate', value: current().gate, maxlength: 100, autocomplete: 'off'});
  const camera = h('select', {id: 'set-camera'}, h('option', {value: ''}, t('gate.settings.backCamera')),
    cameras.map((device, i) => h('option', {value: device.deviceId, selected: device.deviceId === current().camera},
      device.label || t('gate.settings.camera', {number: i + 1}))));
  const stay = h('input', {type: 'checkbox', checked: Boolean(current().doesStay)});
  const ready = h('div', {});
  const closed = new AbortController();
  const refresh = () => show(ready, readiness(gatekeeper));
  gatekeeper.addEventListener('state', refresh, {signal: closed.signal});
  navigator.serviceWorker?.addEventListener('controllerchange', refresh, {signal: closed.signal});
  refresh();
  const dialog = h('dialog.card', {'aria-labelledby': 'settings'}, h('form', {method: 'dialog'},
    h('h2', {id: 'settings'}, t('gate.settings.title')),
    ready,
    h('label', {for: 'set-gate'}, t('gate.setup.gate')), name,
    cameras.length > 0 && [h('label', {for: 'set-camera'}, t('gate.settings.whichCamera')), camera],
    h('label.check.stay', {}, stay, t('gate.settings.stay')),
    h('div.label', {}, t('common.language')), languageChoice(),
    h('div.actions.apart', {},
      h('button.danger', {value: 'out'}, t('gate.settings.signOut')),
      h('button', {value: 'event'}, t('gate.setup.otherEvent')), close())));
  const action = await ask(dialog) || 'close';
  closed.abort();
  const isKept = action === 'out' && !await isSure(gatekeeper.waiting);
  return {action: isKept ? 'close' : action, gate: name.value.trim(), camera: camera.value, doesStay: stay.checked};
}

/** Says what the server thinks of a scan that was admitted here. */
function verdict({slug, reason, detail, usedAt, usedGate}, timeZone) {
  if (slug === 'already-checked-in') {
    return t('gate.conflicts.used', {time: timeOf(usedAt, timeZone), gate: usedGate});
  }
  return hasText(`gate.reason.${reason}`) ? t(`gate.reason.${reason}`) : detail;
}

/** Shows the scans that were admitted here and that the server has refused. */
export function showConflicts(gatekeeper) {
  const timeZone = gatekeeper.book.eventBody?.timeZone;
  const list = h('ul.rows.conflicts');
  const fill = () => show(list, gatekeeper.conflicts.map(conflict => h('li', {},
    h('div.grow', {}, h('strong.num', {}, conflict.number),
      h('div', {}, verdict(conflict, timeZone)),
      h('small.muted', {}, conflict.direction === 'in' ? t('gate.conflicts.here', {time: timeOf(conflict.at, timeZone), gate: conflict.gate})
        : t('gate.conflicts.hereOut', {time: timeOf(conflict.at, timeZone), gate: conflict.gate}))),
    h('button', {type: 'button', onclick: async () => {
      await gatekeeper.dismiss(conflict.id);
      fill();
    }}, t('gate.conflicts.done')))), gatekeeper.conflicts.length === 0 && h('li', {}, t('gate.conflicts.none')));
  fill();
  return ask(h('dialog.card', {'aria-labelledby': 'conflicts'},
    h('h2', {id: 'conflicts'}, t('gate.conflicts.title')), h('p.muted', {}, t('gate.conflicts.lead')), list,
    h('form.actions', {method: 'dialog'}, close())));
}
