/** The list of events. */
import {h, show} from '../lib/dom.js';
import {shortDateTime} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {each, eventPath, read, session} from './session.js';
import {action, choice, table} from './ui.js';
import {number, statusOf} from './words.js';

const PAGE = 25;
const LONG_AGO = '1970-01-01T00:00:00Z';

export async function eventsView(view) {
  const search = h('input', {type: 'search', id: 'search', 'aria-label': t('office.events.search'), placeholder: t('office.events.search')});
  const when = choice([['coming', t('office.events.coming')], ['all', t('office.events.all')]], 'coming', {id: 'when', 'aria-label': t('office.events.when')});
  when.className = 'auto';
  const status = choice([['', t('office.events.anyStatus')], ...['DRAFT', 'PUBLISHED', 'CANCELLED'].map(each => [each, t(`office.status.${each}`)])], '',
      {id: 'status', 'aria-label': t('office.word.status')});
  status.className = 'auto';
  const place = h('div', {id: 'events'});
  let searches = 0;

  async function load() {
    const mine = ++searches;
    const isOld = () => mine !== searches;
    const query = new URLSearchParams({limit: PAGE});
    if (search.value.trim()) query.set('q', search.value.trim());
    if (status.value) query.set('status', status.value);
    if (when.value === 'all') query.set('from', LONG_AGO);
    const rows = [];
    const more = action(t('office.more'), () => page(), {id: 'more'});
    async function page() {
      const {body} = await read(`api/events?${query}`, {signal: view.signal});
      if (isOld()) {
        return;
      }
      query.set('after', body.next ?? '');
      const fresh = body.events.map(makeRow);
      rows.push(...fresh);
      draw(body.next !== null);
      await each(fresh, row => fill(row, isOld), view.signal);
      if (!isOld()) {
        draw(body.next !== null);
      }
    }
    function draw(hasMore) {
      const visible = rows.filter(row => session.isAdmin || row.isMine);
      const isSearching = rows.some(row => row.isMine === undefined);
      show(place, visible.length > 0
          ? table(t('office.nav.events'), [t('office.word.event'), t('office.word.venue'), t('office.word.start'), t('office.word.status'),
            {text: t('office.events.sold'), right: true}], visible.map(row => row.cells))
          : h('p.muted', {}, isSearching ? t('common.loading') : t('office.events.none')), hasMore ? more : null);
    }
    await page();
  }

  let timer;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => load().catch(problem => view.signal.aborted || Promise.reject(problem)), 250);
  });
  when.addEventListener('change', load);
  status.addEventListener('change', load);
  show(view.root, h('div.card', {},
      h('div.tools', {}, h('div.grow.search', {}, search), when, status,
          session.isAdmin ? [h('a.button', {href: '#/import', id: 'import'}, t('office.events.import')),
            h('a.button.primary', {href: '#/new', id: 'new'}, t('office.events.create'))] : null),
      place));
  await load();
}

function makeRow(event) {
  const sold = h('span.num', {}, `… / ${number(event.capacity)}`);
  return {
    event, sold,
    cells: [h('a', {href: `#/e/${event.id}`}, event.name), event.venue, shortDateTime(event.startsAt, event.timeZone), statusOf(event), sold],
  };
}

/** The figures of an event show, too, whether the key is for it. */
async function fill(row, isOld) {
  if (isOld()) {
    return;
  }
  try {
    const {body} = await read(eventPath(row.event.id, '/sales'));
    row.isMine = true;
    const share = Math.round(100 * body.sold / body.capacity);
    row.sold.replaceChildren(`${number(body.sold)} / ${number(body.capacity)} `, h('span.muted.small', {}, `${share} %`));
  } catch (problem) {
    row.isMine = problem.status !== 403 && problem.status !== 404 ? row.isMine ?? session.isAdmin : false;
    row.sold.textContent = `– / ${number(row.event.capacity)}`;
  }
}

