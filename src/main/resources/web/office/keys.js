/** API keys: for the gate, for sellers, and for admins. A key is shown once. */
import {inviteCode, inviteLink} from '../gate/invite.js';
import {h, show} from '../lib/dom.js';
import {shortDateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {change, eventPath, read, readAll, session} from './session.js';
import {action, askForm, badge, choice, copyable, field, showDialog, table, tell} from './ui.js';

export async function keysView(view) {
  const keys = await readAll('api/keys?limit=1000', 'keys', {signal: view.signal});
  session.keyNames = new Map(keys.map(each => [each.id, each.name]));
  const names = new Map();
  for (const id of new Set(keys.flatMap(each => each.events ?? []).slice(0, 50))) {
    names.set(id, await read(eventPath(id), {signal: view.signal}).then(({body}) => body.name, () => id.slice(-4)));
  }
  const time = instant => instant ? shortDateTime(instant) : '–';
  const isValid = each => !each.revokedAt && !(each.expiresAt && Date.parse(each.expiresAt) < Date.now());
  const rows = keys.slice().sort((a, b) => isValid(b) - isValid(a) || b.createdAt.localeCompare(a.createdAt));
  show(view.root, h('section.card', {'aria-labelledby': 'keys-title'}, h('h2', {id: 'keys-title'}, t('office.keys.title')), h('p.muted', {}, t('office.keys.intro')),
      h('div.tools', {}, action(t('office.keys.create'), () => create(view), {id: 'create-key'}, 'button.primary')),
      rows.length === 0 ? h('p.muted', {}, t('office.keys.none')) : table(t('office.keys.title'),
          [t('office.word.name'), t('office.keys.role'), t('office.keys.events'), t('office.keys.lastUsed'), t('office.word.status'), t('office.order.actions')],
          rows.map(each => [each.name, t(`office.role.${each.role}`), each.events ? each.events.map(id => names.get(id) ?? id.slice(-4)).join(', ') : t('office.keys.allEvents'), time(each.lastUsedAt),
            [badge(isValid(each) ? 'VALID' : 'VOIDED', isValid(each) ? t('office.codes.on') : each.revokedAt ? t('office.keys.revoked') : t('office.keys.expired')), each.expiresAt && isValid(each) ? h('div.small.muted', {}, t('office.keys.until', {time: time(each.expiresAt)})) : null],
            isValid(each) ? h('div.row', {}, action(t('office.keys.rotate'), () => rotate(view, each), {'aria-label': `${t('office.keys.rotate')}: ${each.name}`}),
                action(t('office.keys.revoke'), () => revoke(view, each), {'aria-label': `${t('office.keys.revoke')}: ${each.name}`}, 'button.danger')) : '']))));
}

async function create(view) {
  const {body: {events}} = await read('api/events?limit=100', {signal: view.signal});
  const role = choice(['gate', 'sales', 'admin'].map(each => [each, t(`office.role.${each}`)]), 'gate', {id: 'key-role', onchange: () => draw()});
  const name = h('input', {id: 'key-name', required: true, maxlength: 100});
  const chosen = h('select', {id: 'key-events', multiple: true, size: Math.min(6, Math.max(2, events.length))}, events.map(each => h('option', {value: each.id}, `${each.name} · ${shortDateTime(each.startsAt, each.timeZone)}`)));
  const expires = h('input', {id: 'key-expires', type: 'datetime-local'});
  const hint = h('p.muted.small');
  const draw = () => { hint.textContent = t(`office.keys.hint.${role.value}`); };
  draw();
  const key = await askForm({title: t('office.keys.create'), submit: t('office.keys.create')}, [
    field(t('office.keys.role'), role, {name: 'role'}), hint, field(t('office.word.name'), name, {name: 'name', hint: t('office.keys.nameHint')}),
    field(t('office.keys.events'), chosen, {name: 'events', hint: t('office.codes.noneIsAll')}), field(t('office.keys.expires'), expires, {name: 'expiresAt'}),
  ], async () => {
    const ids = [...chosen.selectedOptions].map(each => each.value);
    const {body} = await change('POST', 'api/keys', {role: role.value, name: name.value.trim(), events: ids.length > 0 ? ids : undefined, expiresAt: expires.value ? new Date(expires.value).toISOString() : undefined});
    return body;
  });
  if (key) {
    await reveal(key);
    await keysView(view);
  }
}

/** Shows the secret of a key, and for a gate the link that opens it on a phone. */
async function reveal(key) {
  const link = key.role === 'gate' ? inviteLink(key.key, key.events?.length === 1 ? key.events[0] : undefined, key.name) : null;
  await showDialog(t('office.keys.secret', {name: key.name}), h('p.told.warn', {}, t('office.keys.once')), copyable(key.key, t('office.signIn.key')),
      link ? [h('h3', {}, t('office.keys.link')), h('p.muted.small', {}, t('office.keys.linkHint')), copyable(link, t('office.keys.link')),
        h('div.invite', {}, inviteCode(link, t('office.keys.link')))] : null);
}

async function revoke(view, key) {
  const isDone = await askForm({title: `${t('office.keys.revoke')}: ${key.name}`, submit: t('office.keys.revoke'), danger: true}, [h('p', {}, t('office.keys.revokeWill'))], async () => {
    await change('DELETE', `api/keys/${key.id}`, undefined, {patience: 30_000});
    return true;
  });
  if (isDone) {
    await keysView(view);
    tell(t('office.keys.revokeDone', {name: key.name}));
  }
}

async function rotate(view, key) {
  const overlap = h('input', {id: 'overlap', inputmode: 'numeric', value: '60'});
  const fresh = await askForm({title: `${t('office.keys.rotate')}: ${key.name}`, submit: t('office.keys.rotate')}, [
    h('p', {}, t('office.keys.rotateWill')), field(t('office.keys.overlap'), overlap, {name: 'overlap', hint: t('office.field.minutes')}),
  ], async () => (await change('POST', `api/keys/${key.id}/rotate`, {overlap: `PT${Number(overlap.value) || 0}M`})).body);
  if (fresh) {
    await reveal(fresh);
    await keysView(view);
  }
}

