/** Cancelling an event, and how far its cancellation has got. */
import {h, show} from '../lib/dom.js';
import {dateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {act, eventPath, read} from './session.js';
import {tally} from './tally.js';
import {askForm, check, facts, field, tell, wrong} from './ui.js';
import {money, number} from './words.js';

const POLL_MS = 3000;

export async function cancelEvent(view) {
  const {event, id} = view;
  const counted = await tally(id, view.signal);
  const refund = h('input', {id: 'cancel-refund', checked: true});
  const notify = h('input', {id: 'cancel-notify', checked: true});
  const reason = h('input', {id: 'cancel-reason', maxlength: 200});
  const name = h('input', {id: 'cancel-name', required: true, autocomplete: 'off'});
  const effects = h('ul', {id: 'effects'});
  const draw = () => show(effects, effectsOf(counted, event.currency, refund.checked, notify.checked).map(each => h('li', {}, each)));
  refund.addEventListener('change', draw);
  notify.addEventListener('change', draw);
  draw();
  const done = await askForm({title: t('office.cancel.title', {name: event.name}), submit: t('office.cancel.submit'), danger: true}, [
    h('p', {}, t('office.cancel.intro')), effects,
    check(t('office.cancel.refund'), refund), check(t('office.cancel.notify'), notify),
    field(t('office.cancel.reason'), reason, {name: 'reason', hint: t('office.cancel.reasonHint')}),
    field(t('office.cancel.type', {name: event.name}), name, {name: 'typed'}),
  ], async () => {
    if (name.value.trim() !== event.name) {
      throw wrong('typed', t('office.cancel.differs'));
    }
    await act('POST', eventPath(id, '/cancel'), {refund: refund.checked, notify: notify.checked, reason: reason.value.trim() || undefined});
    return true;
  });
  if (done) {
    await view.reload();
    tell(t('office.cancel.done'));
  }
}

/** Says in numbers what a cancellation does. */
function effectsOf(counted, currency, isRefunded, isNotified) {
  const at = value => counted.isPart ? `> ${number(value)}` : number(value);
  const sentences = [
    t('office.cancel.pending', {count: counted.pending, number: at(counted.pending)}),
    isRefunded ? t('office.cancel.confirmed', {count: counted.confirmed, number: at(counted.confirmed)}) : t('office.cancel.kept', {count: counted.confirmed, number: at(counted.confirmed)}),
  ];
  if (isRefunded) {
    if (counted.byProvider > 0 || counted.byHand === 0) {
      sentences.push(t('office.cancel.byProvider', {amount: (counted.isPart ? '> ' : '') + money({amount: counted.byProvider, currency})}));
    }
    if (counted.byHand > 0) {
      sentences.push(t('office.cancel.byHand', {amount: (counted.isPart ? '> ' : '') + money({amount: counted.byHand, currency})}));
    }
  }
  sentences.push(isNotified ? t('office.cancel.told', {count: counted.people, number: at(counted.people)}) : t('office.cancel.untold'));
  return sentences;
}

/** Shows why the event was cancelled and how far it has got, and follows that until nothing is left. */
export function cancellationCard(view) {
  const card = h('section.card', {'aria-labelledby': 'cancellation-title'});
  const draw = event => {
    const it = event.cancellation ?? {};
    const total = (it.cancelled ?? 0) + (it.remaining ?? 0);
    show(card, h('h2', {id: 'cancellation-title'}, t('office.cancel.cancelled')),
        it.remaining > 0 ? h('progress', {max: total, value: it.cancelled ?? 0, 'aria-label': t('office.cancel.cancelled')}) : null,
        facts([
          [t('office.word.when'), it.at && dateTime(it.at, event.timeZone)], [t('office.word.reason'), it.reason],
          [t('office.cancel.countDone'), it.cancelled === undefined ? null : h('span', {id: 'cancelled'}, number(it.cancelled))],
          [t('office.cancel.countLeft'), it.remaining === undefined ? null : h('span', {id: 'remaining'}, number(it.remaining))],
          [t('office.cancel.completed'), it.completedAt ? dateTime(it.completedAt, event.timeZone) : it.remaining === 0 ? t('office.cancel.almost') : t('office.cancel.running')],
        ]));
  };
  const follow = async () => {
    const timer = setTimeout(async () => {
      const {body} = document.hidden ? {body: null} : await read(eventPath(view.id), {signal: view.signal}).catch(() => ({body: null}));
      if (view.signal.aborted) {
        return;
      }
      if (body) {
        draw(body);
      }
      if (!body?.cancellation?.completedAt) {
        follow();
      }
    }, POLL_MS);
    view.signal.addEventListener('abort', () => clearTimeout(timer));
  };
  draw(view.event);
  if (!view.event.cancellation?.completedAt) {
    follow();
  }
  return card;
}
