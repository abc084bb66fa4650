/** Promotion and access codes. */
import {h, save, show} from '../lib/dom.js';
import {parseAmount, shortDateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {act, change, eventPath, readAll} from './session.js';
import {action, askForm, badge, choice, copyButton, field, showDialog, table, tell, wrong} from './ui.js';
import {money, number, typeNames} from './words.js';
import {toInstant} from './zoned.js';

export async function codesView(view) {
  const {event, id} = view;
  const all = await readAll(eventPath(id, '/codes?limit=1000'), 'codes', {signal: view.signal});
  const names = typeNames(event);
  const isLive = event.status !== 'CANCELLED';
  const rows = all.slice().reverse();
  show(view.root, h('section.card', {'aria-labelledby': 'codes-title'}, h('h2', {id: 'codes-title'}, t('office.part.codes')), h('p.muted', {}, t('office.codes.intro')),
      h('div.tools', {}, isLive ? action(t('office.codes.create'), () => create(view), {id: 'create-code'}, 'button.primary') : null,
          all.length > 0 ? h('button', {type: 'button', id: 'save-codes', onclick: () => save(new Blob([all.filter(each => each.active).map(each => each.code).join('\r\n')], {type: 'text/plain'}), 'codes.txt')}, t('office.codes.file')) : null),
      rows.length === 0 ? h('p.muted', {}, t('office.codes.none')) : table(t('office.part.codes'),
          [t('office.word.code'), t('office.codes.effect'), t('office.codes.for'), {text: t('office.codes.used'), right: true}, {text: t('office.codes.left'), right: true}, t('office.word.status'), t('office.order.actions')],
          rows.slice(0, 500).map(each => [
            h('code', {}, each.code), effectWords(each.effect, event.currency), scope(each, names, event),
            each.used === undefined ? '–' : number(each.used), each.left === undefined ? '–' : number(each.left),
            badge(each.active ? 'VALID' : 'OFF', each.active ? t('office.codes.on') : t('office.codes.off')),
            h('div.row', {}, copyButton(each.code), each.active && isLive ? action(t('office.codes.switchOff'), () => switchOff(view, each), {id: `off-${each.code}`, 'aria-label': `${t('office.codes.switchOff')}: ${each.code}`}) : null),
          ])),
      rows.length > 500 ? h('p.muted', {}, t('office.codes.more', {count: rows.length - 500})) : null));
}

function effectWords(effect, currency) {
  return effect.percent !== undefined ? `−${effect.percent} %` : effect.off !== undefined ? `−${money({amount: effect.off, currency})}`
    : effect.price !== undefined ? money({amount: effect.price, currency}) : t('office.codes.opens', {access: effect.access});
}

const scope = (code, names, event) => [
  code.sections?.join(', '), code.priceTypes?.map(type => names.get(type) ?? type).join(', '),
  code.singleUse ? t('office.codes.once') : null,
  code.validFrom ? `≥ ${shortDateTime(code.validFrom, event.timeZone)}` : null, code.validUntil ? `< ${shortDateTime(code.validUntil, event.timeZone)}` : null,
].filter(Boolean).map(each => h('div.small', {}, each));

async function switchOff(view, code) {
  const isOff = await askForm({title: `${t('office.codes.switchOff')}: ${code.code}`, submit: t('office.codes.switchOff'), danger: true}, [h('p', {}, t('office.codes.offWill'))], async () => {
    await change('POST', eventPath(view.id, `/codes/${code.id}/off`), undefined, {patience: 30_000});
    return true;
  });
  if (isOff) {
    await view.reload();
    tell(t('office.codes.offDone', {code: code.code}));
  }
}

async function create(view) {
  const {event, id} = view;
  const many = choice([['one', t('office.codes.one')], ['many', t('office.codes.many')]], 'one', {id: 'code-many', onchange: () => draw()});
  const code = h('input', {id: 'code-code', autocapitalize: 'characters', autocomplete: 'off', required: true});
  const count = h('input', {id: 'code-count', type: 'number', min: 1, max: 10_000, value: 20});
  const prefix = h('input', {id: 'code-prefix', maxlength: 30});
  const kind = choice(['percent', 'off', 'price', 'access'].map(each => [each, t(`office.codes.kind.${each}`)]), 'percent', {id: 'code-kind', onchange: () => draw()});
  const value = h('input', {id: 'code-value', required: true});
  const sections = h('select', {id: 'code-sections', multiple: true, size: Math.min(4, event.sections.length)}, event.sections.map(each => h('option', {value: each.name}, each.name)));
  const types = h('select', {id: 'code-types', multiple: true, size: Math.min(4, event.priceTypes.length)}, event.priceTypes.map(each => h('option', {value: each.id}, each.name)));
  const maxSeats = h('input', {id: 'code-max', inputmode: 'numeric'});
  const perOrder = h('input', {id: 'code-per', inputmode: 'numeric'});
  const from = h('input', {id: 'code-from', type: 'datetime-local'});
  const until = h('input', {id: 'code-until', type: 'datetime-local'});
  const [one, two] = [field(t('office.word.code'), code, {name: 'code'}), h('div.fields', {}, field(t('office.word.quantity'), count, {name: 'count'}), field(t('office.codes.prefix'), prefix, {name: 'prefix'}))];
  const limit = field(t('office.codes.maxSeats'), maxSeats, {name: 'maxSeats'});
  const label = field('', value, {name: 'effect'});
  const draw = () => {
    const isMany = many.value === 'many';
    one.hidden = isMany;
    code.required = !isMany;
    two.hidden = !isMany;
    limit.hidden = isMany;
    label.querySelector('label').textContent = kind.value === 'percent' ? t('office.codes.percent') : kind.value === 'access' ? t('office.field.access') : t('office.codes.amount', {currency: event.currency});
    value.inputMode = kind.value === 'access' ? 'text' : 'decimal';
  };
  draw();
  const selected = select => select.selectedOptions.length > 0 ? [...select.selectedOptions].map(each => each.value) : undefined;
  const whole = input => input.value.trim() === '' ? undefined : Number(input.value) || input.value;
  const made = await askForm({title: t('office.codes.create'), submit: t('office.codes.create')}, [
    field(t('office.codes.howMany'), many), one, two,
    h('div.fields', {}, field(t('office.codes.effect'), kind), label),
    h('details.part', {}, h('summary', {}, t('office.codes.limits')),
        h('div.fields', {}, field(t('office.codes.sections'), sections, {name: 'sections', hint: t('office.codes.noneIsAll')}), field(t('office.codes.types'), types, {name: 'priceTypes', hint: t('office.codes.noneIsAll')})),
        h('div.fields', {}, limit, field(t('office.codes.perOrder'), perOrder, {name: 'maxSeatsPerReservation'})),
        h('div.fields', {}, field(t('office.codes.from'), from, {name: 'validFrom'}), field(t('office.codes.until'), until, {name: 'validUntil'}))),
  ], async () => {
    const isMany = many.value === 'many';
    const number = kind.value === 'access' ? value.value.trim().toUpperCase() : kind.value === 'percent' ? Number(value.value) : parseAmount(value.value, event.currency);
    if (Number.isNaN(number)) {
      throw wrong('effect', t('office.form.amount'));
    }
    const {body} = await act('POST', eventPath(id, '/codes'), {
      code: isMany ? undefined : code.value.trim(), count: isMany ? Number(count.value) || count.value : undefined, prefix: isMany ? prefix.value.trim() || undefined : undefined,
      effect: {[kind.value]: number}, sections: selected(sections), priceTypes: selected(types), maxSeats: isMany ? undefined : whole(maxSeats), maxSeatsPerReservation: whole(perOrder),
      validFrom: toInstant(from.value, event.timeZone), validUntil: toInstant(until.value, event.timeZone),
    });
    return body.codes;
  });
  if (made) {
    await view.reload();
    if (made.length > 1) {
      await showDialog(t('office.codes.created', {count: made.length}), h('textarea', {readonly: true, rows: 8, 'aria-label': t('office.part.codes')}, made.map(each => each.code).join('\n')), h('div.row', {}, copyButton(made.map(each => each.code).join('\n'))));
    }
    tell(t('office.codes.created', {count: made.length}));
  }
}
