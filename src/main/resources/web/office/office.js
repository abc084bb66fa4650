/** The office: signs a person in, and shows the view that the hash names. */
import {h, show} from '../lib/dom.js';
import {Problem} from '../lib/api.js';
import {explain, footer, loadTexts, t} from '../lib/texts.js';
import {session, signIn, signOut, storedKey, isKeptOnDevice} from './session.js';
import {loading, untell} from './ui.js';
import {signInView} from './signin.js';
import {eventsView} from './events.js';
import {createView} from './create.js';
import {importView} from './import.js';
import {findView} from './orders.js';
import {keysView} from './keys.js';
import {eventView} from './event.js';

/** Views by the form of the hash. An admin's views are not shown to others. */
const VIEWS = [
  {hash: /^\/?$/, nav: 'events', show: eventsView, title: () => t('office.nav.events')},
  {hash: /^\/new$/, nav: 'events', show: createView, title: () => t('office.create.title'), isForAdmin: true},
  {hash: /^\/import$/, nav: 'events', show: importView, title: () => t('office.import.title'), isForAdmin: true},
  {hash: /^\/find$/, nav: 'find', show: findView, title: () => t('office.find.title')},
  {hash: /^\/keys$/, nav: 'keys', show: keysView, title: () => t('office.keys.title'), isForAdmin: true},
  {hash: /^\/e\/([0-9a-f-]{36})(?:\/(.*))?$/, nav: 'events', show: eventView, title: () => t('office.nav.events')},
];

const page = document.getElementById('page');
let leave = new AbortController();
let shown;

/**
 * Returns an object for a view: `root` to fill, `params` of the hash, `signal` that is aborted when the person leaves, and `head` for its
 * title. A view that is late, because the person has left it meanwhile, fills an element that is no longer on the page.
 */
function makeView(main, params) {
  leave.abort();
  leave = new AbortController();
  const {signal} = leave;
  const root = h('div');
  show(main, root);
  return {
    root,
    params,
    signal,
    head(title, ...lines) {
      if (signal.aborted) {
        return;
      }
      document.title = `${title} · ${t('office.title')}`;
      show(document.getElementById('title'), title);
      show(document.getElementById('subtitle'), lines);
    },
  };
}

function frame(navigation) {
  show(page,
      h('a.skip', {href: '#main', onclick: event => { event.preventDefault(); document.getElementById('main').focus(); }}, t('common.skip')),
      h('header', {}, h('div.wrap', {},
          h('div', {}, h('h1', {id: 'title', tabindex: '-1'}, t('office.title')), h('p', {id: 'subtitle'}, '')),
          navigation)),
      h('main.wrap.page', {id: 'main', tabindex: '-1'}),
      footer(t('office.title')));
}

function navigation() {
  const link = (name, href, text) => h('a', {href, id: `nav-${name}`}, text);
  return h('nav.top', {'aria-label': t('office.nav.label')},
      link('events', '#/', t('office.nav.events')),
      link('find', '#/find', t('office.nav.find')),
      session.isAdmin ? link('keys', '#/keys', t('office.nav.keys')) : null,
      h('button.link', {type: 'button', id: 'sign-out', onclick: () => { signOut(); location.hash = ''; start(); }}, t('office.nav.signOut')));
}

async function route() {
  if (!session.key) {
    return;
  }
  untell();
  const hash = location.hash.slice(1);
  const [path] = hash.split('?');
  const found = VIEWS.find(each => each.hash.test(path) && (session.isAdmin || !each.isForAdmin)) ?? VIEWS[0];
  const main = document.getElementById('main');
  for (const link of document.querySelectorAll('nav.top a')) {
    if (link.id === `nav-${found.nav}`) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const isFirst = shown === undefined;
  shown = path;
  const view = makeView(main, (found.hash.exec(path) ?? []).slice(1));
  view.head(found.title());
  show(view.root, loading());
  if (!isFirst) {
    scrollTo(0, 0);
    document.getElementById('title').focus({preventScroll: true});
  }
  try {
    await found.show(view);
  } catch (problem) {
    if (!view.signal.aborted) {
      fail(view, problem);
    }
  }
}

/** A view that cannot be shown says why, and can be tried again. A key that was revoked ends the session. */
function fail(view, problem) {
  if (!(problem instanceof Problem)) {
    throw problem;
  }
  if (problem.status === 401) {
    signOut();
    start(explain(problem));
    return;
  }
  show(view.root, h('div.card', {role: 'alert'}, h('p', {}, explain(problem)),
      h('div.actions', {}, h('button.primary', {type: 'button', onclick: route}, t('common.retry')))));
}

/** @param {string} [reason] why the person must sign in again */
function start(reason) {
  leave.abort();
  shown = undefined;
  untell();
  frame(null);
  document.title = t('office.title');
  signInView(document.getElementById('main'), enter, reason);
}

function enter() {
  frame(navigation());
  route();
}

await loadTexts();
addEventListener('hashchange', route);
addEventListener('unhandledrejection', event => {
  if (event.reason instanceof Problem && event.reason.status === 401) {
    event.preventDefault();
    signOut();
    start(explain(event.reason));
  } else if (event.reason?.name === 'AbortError') {
    event.preventDefault(); // the person has left the view
  }
});
const key = storedKey();
if (key) {
  frame(null);
  show(document.getElementById('main'), loading());
  try {
    await signIn(key, isKeptOnDevice());
    enter();
  } catch (problem) {
    if (problem.status === 401 || problem.status === 403) {
      signOut();
    }
    start(explain(problem));
  }
} else {
  start();
}
