/** Files for a spreadsheet, and the history of an event. */
import {h, save, show} from '../lib/dom.js';
import {call} from '../lib/api.js';
import {shortDateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {eventPath, read, session} from './session.js';
import {action} from './ui.js';
import {actorWords, changeWords} from './words.js';

const EXPORTS = ['reservations', 'tickets', 'check-ins', 'payments'];
const PAGE = 100;
const TEN_MINUTES = 600_000;

export async function recordsView(view) {
  const {event, id} = view;
  let isLoading = false; // one file at a time, because a node sends a few only
  const download = name => action(t(`office.export.${name}`), async button => {
    if (isLoading) {
      return;
    }
    isLoading = true;
    try {
      const {response} = await call('GET', eventPath(id, `/exports/${name}.csv`), {token: session.key, accept: 'text/csv', timeout: TEN_MINUTES, signal: view.signal});
      save(await response.blob(), `${name}.csv`);
      button.dataset.done = 'true';
    } finally {
      isLoading = false;
    }
  }, {id: `export-${name}`});
  const list = h('ol.history', {id: 'history'});
  const changes = [];
  let next = 0;
  const more = action(t('office.more'), () => page(), {id: 'more'});
  async function page() {
    const {body} = await read(eventPath(id, `/changes?after=${next}&limit=${PAGE}`), {signal: view.signal});
    next = body.next;
    changes.push(...body.changes);
    more.hidden = body.changes.length < PAGE;
    show(list, changes.map(each => h('li', {}, h('span.small.muted.num', {}, shortDateTime(each.at, event.timeZone)), ' ', h('span', {}, changeWords(each.type)), ' ',
        each.reservationId ? h('a.small', {href: `#/e/${id}/orders/${each.reservationId}`}, t('office.records.order')) : null, ' ', h('span.small.muted', {}, actorWords(each.actor)))));
  }
  show(view.root,
      h('section.card', {'aria-labelledby': 'exports-title'}, h('h2', {id: 'exports-title'}, t('office.records.exports')), h('p.muted', {}, t('office.records.hint')), h('div.row', {}, EXPORTS.map(download))),
      h('section.card', {'aria-labelledby': 'history-title'}, h('h2', {id: 'history-title'}, t('office.word.history')), list, h('div.actions.start', {}, more)));
  await page();
  if (changes.length === 0) {
    list.before(h('p.muted', {}, t('office.order.noHistory')));
  }
}
