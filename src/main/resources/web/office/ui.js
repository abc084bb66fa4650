/** Parts of which the views are made. */
import {announce, ask, h, show} from '../lib/dom.js';
import {Problem} from '../lib/api.js';
import {explain, t} from '../lib/texts.js';

let ids = 0;

/** Returns a field with its label. `name` is the path with which the API names the field in its errors. */
export function field(label, input, {hint, name} = {}) {
  input.id ||= `field-${++ids}`;
  if (name) {
    input.dataset.field = name;
  }
  input.setAttribute('aria-describedby', `${input.id}-error`);
  return h('div.field', {},
      h('label', {for: input.id}, label, hint ? [' ', h('span.hint', {}, hint)] : null),
      input, h('p.error', {id: `${input.id}-error`, hidden: true}));
}

export function check(label, input, name) {
  if (name) {
    input.dataset.field = name;
  }
  input.type = 'checkbox';
  return h('label.check', {}, input, h('span', {}, label));
}

/** Returns a choice. @param {Array<[string, string]>} options values and their texts */
export function choice(options, value, properties = {}) {
  const select = h('select', properties, options.map(([each, text]) => h('option', {value: each}, text)));
  select.value = options.some(([each]) => each === value) ? value : options[0]?.[0];
  return select;
}

/** Shows errors at their fields, and returns those that have none. @param {Array<{field, message}>} errors */
export function showErrors(form, errors) {
  const inputs = [...form.querySelectorAll('[data-field]')];
  for (const input of inputs) {
    input.removeAttribute('aria-invalid');
    const error = document.getElementById(`${input.id}-error`);
    if (error) {
      error.hidden = true;
    }
  }
  const rest = [];
  let first;
  for (const each of errors) {
    const fits = input => each.field === input.dataset.field || each.field.startsWith(`${input.dataset.field}.`)
        || each.field.startsWith(`${input.dataset.field}[`);
    const input = inputs.filter(fits).sort((a, b) => b.dataset.field.length - a.dataset.field.length)[0];
    const error = input && document.getElementById(`${input.id}-error`);
    if (!error) {
      rest.push(each);
      continue;
    }
    input.setAttribute('aria-invalid', 'true');
    error.textContent = each.message;
    error.hidden = false;
    for (let part = input; part; part = part.parentElement) {
      if (part.tagName === 'DETAILS') {
        part.open = true;
      }
    }
    first ??= input;
  }
  first?.focus();
  return rest;
}

/** Shows a failure in a box of a form: at the fields if it names them. */
export function showFailure(form, box, problem) {
  if (!(problem instanceof Problem)) {
    throw problem;
  }
  const errors = problem.body.errors ?? [];
  const rest = showErrors(form, errors);
  const sentence = errors.length === 0 ? explain(problem) : t('office.form.correct', {count: errors.length});
  show(box, h('p', {}, sentence), rest.length ? h('ul', {}, rest.map(({field, message}) => h('li', {}, h('code', {}, field), ` ${message}`))) : null);
  box.hidden = false;
  if (errors.length === rest.length) {
    box.focus();
  }
}

/** Returns what a form's `send` throws when a field is wrong. */
export const wrong = (name, message) => new Problem(422, {type: '/problems/invalid-request', errors: [{field: name, message}]}, 0);

/** Returns the box in which a form tells of failures. */
export const failureBox = () => h('div.told.bad', {role: 'alert', tabindex: '-1', hidden: true});

/** Requires that fields are filled in. Returns errors for those that are not. */
export const missing = form => [...form.querySelectorAll('[data-field][required]')].filter(input => input.value.trim() === '')
    .map(input => ({field: input.dataset.field, message: t('office.form.required')}));

/**
 * Returns a form that sends itself once, tells what was wrong, and can be sent again.
 *
 * @param {function(HTMLFormElement)} send returns a promise
 */
export function form({submit, danger, aside = [], properties = {}}, content, send) {
  const box = failureBox();
  const button = h(danger ? 'button.danger' : 'button.primary', {type: 'submit'}, submit);
  let isBusy = false;
  const element = h('form', {novalidate: true, ...properties, onsubmit: async event => {
    event.preventDefault();
    if (isBusy) {
      return;
    }
    box.hidden = true;
    const errors = missing(element);
    if (errors.length > 0) {
      showErrors(element, errors);
      return;
    }
    isBusy = true;
    button.setAttribute('aria-busy', 'true');
    try {
      await send(element);
    } catch (problem) {
      showFailure(element, box, problem);
    } finally {
      isBusy = false;
      button.removeAttribute('aria-busy');
    }
  }}, content, box, h('div.actions', {}, aside, button));
  return element;
}

/**
 * Asks in a dialog with a form. Returns what `send` has returned, or undefined if the person has not gone through with it.
 *
 * @param {{title: string, submit: string, danger: ?boolean}} texts
 */
export async function askForm({title, submit, danger}, content, send) {
  let result;
  const id = `dialog-${++ids}`;
  const cancel = h('button', {type: 'button', onclick: () => dialog.close()}, danger ? t('common.back') : t('common.cancel'));
  const dialog = h('dialog.card', {'aria-labelledby': id}, h('h2', {id}, title),
      form({submit, danger, aside: [cancel]}, content, async element => {
        result = await send(element);
        dialog.close();
      }));
  await ask(dialog);
  return result;
}

/** Shows something in a dialog that is closed by a button. */
export function showDialog(title, ...content) {
  const id = `dialog-${++ids}`;
  const dialog = h('dialog.card', {'aria-labelledby': id}, h('h2', {id}, title), content,
      h('div.actions', {}, h('button.primary', {type: 'button', onclick: () => dialog.close()}, t('common.close'))));
  return ask(dialog);
}

/** Returns a button that works, and tells of a failure. It is not disabled meanwhile, because that would lose the focus. */
export function action(label, work, properties = {}, name = 'button') {
  const button = h(name, {type: 'button', ...properties, onclick: async () => {
    if (button.hasAttribute('aria-busy')) {
      return;
    }
    button.setAttribute('aria-busy', 'true');
    try {
      await work(button);
    } catch (problem) {
      tellProblem(problem);
    } finally {
      button.removeAttribute('aria-busy');
    }
  }}, label);
  return button;
}

/** Tells what was done, at the bottom of the screen until something else is told. */
export function tell(sentence, kind = '') {
  let place = document.getElementById('notice');
  if (!place) {
    place = h('div', {id: 'notice'});
    document.body.append(place);
  }
  show(place, h(`div.told${kind && `.${kind}`}`, {}, h('span', {}, sentence),
      h('button.x', {type: 'button', 'aria-label': t('common.close'), onclick: () => show(place)}, '×')));
  announce(sentence);
}

export const untell = () => document.getElementById('notice')?.replaceChildren();

export function tellProblem(problem) {
  if (!(problem instanceof Problem)) {
    throw problem;
  }
  tell(explain(problem), 'bad');
}

/**
 * Returns a table.
 *
 * @param {string} caption
 * @param {Array<string|{text: string, right: boolean}>} heads
 * @param {Array<Array>} rows cells; the first one of each is its head
 */
export function table(caption, heads, rows, {foot, properties = {}} = {}) {
  const right = heads.map(head => head.right ? '.right' : '');
  const line = (cells, name) => h('tr', {}, cells.map((cell, i) => h((i === 0 ? 'th' : name) + right[i], i === 0 ? {scope: 'row'} : {}, cell)));
  return h('div.scroll', {tabindex: '0', role: 'group', 'aria-label': caption, ...properties}, h('table', {},
      h('caption.sr', {}, caption),
      h('thead', {}, h('tr', {}, heads.map((head, i) => h(`th${right[i]}`, {scope: 'col'}, head.text ?? head)))),
      h('tbody', {}, rows.map(cells => line(cells, 'td'))),
      foot ? h('tfoot', {}, line(foot, 'td')) : null));
}

/** Returns pairs of a term and what it is; pairs without a value are left out. */
export const facts = pairs => h('dl.facts', {}, pairs.filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))));

/** Returns a text that must be copied, with a button for it. */
export function copyable(text, label) {
  const input = h('input', {readonly: true, value: text, 'aria-label': label, onfocus: () => input.select()});
  return h('div.copy', {}, input, copyButton(text));
}

export const copyButton = text => action(t('office.copy'), async button => {
  await navigator.clipboard.writeText(text);
  button.textContent = t('office.copied');
  announce(t('office.copied'));
}, {'aria-label': `${t('office.copy')}: ${text}`});

const KINDS = {
  PUBLISHED: 'ok', CONFIRMED: 'ok', VALID: 'ok', CHECKED_IN: 'ok', sent: 'ok', CAPTURED: 'ok', DRAFT: 'warn', PENDING: 'warn', PAUSED: 'warn',
  queued: 'warn', CANCELLED: 'bad', failed: 'bad', VOIDED: 'bad',
};

/** Returns a status in words. */
export const badge = (status, text) => h(`span.badge${KINDS[status] ? `.${KINDS[status]}` : ''}`, {}, text);

export const loading = () => h('p.muted', {}, t('common.loading'));
