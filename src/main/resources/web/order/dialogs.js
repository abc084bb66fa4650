/** The dialogs of the page. Each stays open until its effect was confirmed, or the person closes it. */
import {announce, ask, h, show} from '../lib/dom.js';
import {LANGUAGES, explain, t} from '../lib/texts.js';

let count = 0;

/** Makes a labelled field. Returns its nodes and the field. */
function field(label, properties, hint) {
  const id = `field-${++count}`;
  const input = h('input', {id, 'aria-describedby': hint && `${id}-hint`, ...properties});
  return [input, h('label', {for: id}, label), input, hint && h('p.hint.small', {id: `${id}-hint`}, hint)];
}

/**
 * Asks for a decision.
 *
 * @param {object} dialog `title`, `content` nodes, `yes` (the text of the button), `no`, `isDangerous`
 * @param {function(): Promise<string|void>} decided does it; it may throw a problem, and may return a sentence that is told
 */
async function decide({title, content, yes, no = t('common.cancel'), isDangerous}, decided) {
  const problem = h('div', {role: 'alert'});
  const button = h(isDangerous ? 'button.danger' : 'button.primary', {type: 'submit'}, yes);
  const heading = `dialog-${++count}`;
  const form = h('form', {onsubmit: async event => {
    event.preventDefault();
    if (button.disabled) {
      return;
    }
    button.disabled = true;
    form.setAttribute('aria-busy', 'true');
    show(problem);
    try {
      const sentence = await decided();
      dialog.close('done');
      if (sentence) {
        announce(sentence);
      }
    } catch (e) {
      show(problem, h('p.told.bad', {}, explain(e)));
      button.disabled = false;
    }
    form.removeAttribute('aria-busy');
  }},
  h('h2', {id: heading}, title), content, problem,
  h('div.actions', {}, h('button', {type: 'button', onclick: () => dialog.close()}, no), button));
  const dialog = h('dialog.card', {'aria-labelledby': heading}, form);
  const opener = document.activeElement?.id;
  const answer = await ask(dialog);
  document.getElementById(opener)?.focus(); // it may have been drawn again
  return answer === 'done';
}

/** Gives up an order that was not paid. */
export function giveUp(seats, decided) {
  return decide({
    title: t('order.giveUp.title'),
    content: [h('p', {}, t('order.giveUp.text', {count: seats})), h('p.muted', {}, t('order.giveUp.paying'))],
    yes: t('order.giveUp.yes'),
    no: t('order.giveUp.no'),
    isDangerous: true,
  }, decided);
}

/** Passes a ticket on. @param decided gets `{name, email}` */
export function transfer(seat, decided) {
  const [name, ...nameNodes] = field(t('order.transfer.name'), {required: true, maxlength: 200, autocomplete: 'off'});
  const [email, ...emailNodes] = field(t('order.transfer.email'), {type: 'email', required: true, maxlength: 254, autocomplete: 'off'});
  return decide({
    title: t('order.transfer.title', {seat}),
    content: [h('p', {}, t('order.transfer.text')), nameNodes, emailNodes],
    yes: t('order.transfer.yes'),
    isDangerous: true,
  }, () => decided({email: email.value.trim(), name: name.value.trim()}));
}

/** Names the holder of a ticket. @param decided gets the name, or null for none */
export function nameHolder(seat, holder, decided) {
  const [name, ...nodes] = field(t('order.holder.name'), {value: holder || '', maxlength: 200, autocomplete: 'off'}, t('order.holder.hint'));
  return decide({title: t('order.holder.title', {seat}), content: nodes, yes: t('order.save')}, () => decided(name.value.trim() || null));
}

/** Corrects the buyer's data. @param decided gets a merge patch */
export function correct(reservation, organiser, decided) {
  const [name, ...nodes] = field(t('order.correct.name'), {value: reservation.name || '', maxlength: 200, autocomplete: 'name'});
  const id = `field-${++count}`;
  const language = h('select', {id}, h('option', {value: ''}, t('order.correct.ofEvent')),
    Object.entries(LANGUAGES).map(([code, each]) => h('option', {value: code, lang: code, selected: code === reservation.language}, each)));
  return decide({
    title: t('order.correct.title'),
    content: [nodes, h('label', {for: id}, t('order.correct.language')), language,
      h('p.label', {}, t('order.details.email')), h('p', {}, reservation.email),
      h('p.hint.small', {}, organiser ? t('order.correct.emailBy', {organiser}) : t('order.correct.email'))],
    yes: t('order.save'),
  }, () => decided({name: name.value.trim() || null, language: language.value || null}));
}
