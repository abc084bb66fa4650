/** The start page: the events of the place, and the ways to the other pages. */
import {BASE} from './lib/api.js';
import {h, show} from './lib/dom.js';
import {explain, footer, loadTexts, t} from './lib/texts.js';
import {eventCards, upcoming} from './shop/cards.js';

await loadTexts();

const list = h('div', {}, h('p.muted', {role: 'status'}, t('common.loading')));
document.title = t('start.title');
show(document.getElementById('page'),
  h('a.skip', {href: '#main'}, t('common.skip')),
  h('header', {}, h('div.wrap', {}, h('div', {}, h('h1', {}, t('start.title')), h('p', {}, t('start.about'))))),
  h('main', {id: 'main'}, h('div.wrap.page.stack', {},
    h('section', {'aria-labelledby': 'events'}, h('h2', {id: 'events'}, t('start.events')), list),
    h('section', {'aria-labelledby': 'pages'}, h('h2', {id: 'pages'}, t('start.pages')), h('ul.ways', {},
      way('shop', t('shop.all-events'), t('start.shop')), way('gate', t('gate.title'), t('start.gate')),
      way('office', t('office.title'), t('start.office')), way('api/docs/', t('start.docs'), t('start.docs-about')))))),
  footer());

function way(path, name, about) {
  return h('li', {}, h('a.card.way', {href: BASE + path}, h('strong', {}, name), h('span.muted.small', {}, about)));
}

async function showEvents() {
  try {
    const {events, next} = await upcoming();
    show(list, events.length ? eventCards(events) : nothing(), next && h('p', {}, h('a', {href: `${BASE}shop`}, t('start.all'))));
  } catch (problem) {
    show(list, h('div.told.bad', {role: 'alert'}, h('p', {}, explain(problem)),
      h('button', {type: 'button', onclick: showEvents}, t('common.retry'))));
  }
}

function nothing() {
  return h('div.card.nothing', {}, h('h3', {}, t('start.nothing')), h('p.muted', {}, t('start.begin')),
    h('a.button.primary', {href: `${BASE}office`}, t('start.to-office')));
}

await showEvents();
