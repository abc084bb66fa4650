/** The shop: `/shop` lists the events, `/shop/{id}` sells one. */
import {BASE} from '../lib/api.js';
import {h, show} from '../lib/dom.js';
import {explain, footer, loadTexts, t} from '../lib/texts.js';
import {eventCards, upcoming} from './cards.js';
import {EventPage} from './event.js';
import {answerHost} from './frame.js';

answerHost();
await loadTexts();

const eventId = location.pathname.slice(BASE.length).split('/')[1];
const main = h('main', {id: 'main', tabindex: -1}, h('div.wrap.page', {}, h('p.muted', {role: 'status'}, t('common.loading'))));
const page = document.getElementById('page');
document.title = t('shop.title');
show(page, h('a.skip', {href: '#main', onclick: event => { event.preventDefault(); main.focus(); }}, t('common.skip')),
  h('header', {}, h('div.wrap', {}, h('div', {}, h('h1', {}, t('shop.title'))))), main, h('div.bar-place', {}),
  footer(h('a', {href: `${BASE}shop`}, t('shop.all-events')), ' ·'));

async function showEvents() {
  const list = h('div', {});
  let after;
  const more = async () => {
    const {events, next} = await upcoming(after);
    const isFirst = after === undefined;
    after = next;
    list.querySelector('.actions')?.remove();
    list.append(...events.length ? [eventCards(events)] : isFirst ? [h('p.card.muted', {}, t('shop.no-events'))] : [],
      ...next ? [h('div.actions', {}, h('button', {type: 'button', onclick: more}, t('shop.more-events')))] : []);
  };
  await more();
  show(main, h('div.wrap.page', {}, h('h2', {}, t('shop.events')), list));
}

async function start() {
  try {
    await (eventId ? new EventPage(eventId).open(page, main) : showEvents());
  } catch (problem) {
    if (!problem.slug) {
      throw problem;
    }
    const isUnknown = problem.slug === 'not-found' || problem.slug === 'invalid-request';
    show(main, h('div.wrap.page', {}, h('div.card', {}, h('h2', {}, isUnknown ? t('shop.unknown') : t('shop.not-loaded')),
      !isUnknown && h('p', {}, explain(problem)),
      h('p.actions', {}, h('a.button', {href: `${BASE}shop`}, t('shop.other-events')),
        !isUnknown && h('button.primary', {type: 'button', onclick: () => location.reload()}, t('common.retry'))))));
  }
}

await start();
