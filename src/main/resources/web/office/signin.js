/** Signing in with a key. */
import {h, show} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {check, field, form, showErrors} from './ui.js';
import {signIn} from './session.js';

/** @param {function()} enter is called when the key is known to be valid */
export function signInView(main, enter, reason) {
  const key = h('input', {type: 'password', id: 'key', autocomplete: 'current-password', required: true, spellcheck: 'false', autocapitalize: 'off'});
  const keep = h('input', {id: 'keep'});
  // Password managers need a name to store a key.
  const name = h('input', {type: 'text', autocomplete: 'username', value: t('office.title'), hidden: true, 'aria-hidden': 'true', tabindex: '-1'});
  show(main, h('div.card.narrow', {},
      h('h2', {}, t('office.signIn.title')),
      h('p.muted', {}, t('office.signIn.intro')),
      reason ? h('p.told.warn', {role: 'status'}, reason) : null,
      form({submit: t('office.signIn.submit')}, [
        name, field(t('office.signIn.key'), key, {name: 'key'}), check(t('office.signIn.keep'), keep),
      ], async element => {
        try {
          await signIn(key.value.trim(), keep.checked);
        } catch (problem) {
          if (problem.status !== 401 && problem.status !== 403) {
            throw problem;
          }
          showErrors(element, [{field: 'key', message: problem.status === 401 ? t('office.signIn.unknown') : t('office.signIn.gate')}]);
          return;
        }
        enter();
      })));
  key.focus();
}
