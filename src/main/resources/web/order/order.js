/** An order, at any time: where it stands, its tickets, and everything else. */
import {BASE, call, now} from '../lib/api.js';
import {announce, h, show, svg} from '../lib/dom.js';
import {amount, clock, countdown, dateTime} from '../lib/format.js';
import {explain, footer, loadTexts, storage, t} from '../lib/texts.js';
import {Access} from './access.js';
import {billCard, detailsCard, historyCard} from './bill.js';
import {giveUp} from './dialogs.js';
import {standing} from './standing.js';
import {awaitsDocuments, seatsCard, ticketsCard} from './tickets.js';

/** How long after the return from the payment page it is likely that a notice about the payment is still to come. */
const ASKING_MS = 12_000;

/** Pauses between questions while something is under way, from the first to the last. */
const PAUSES_MS = [1000, 1000, 1000, 1500, 2000, 2000, 3000, 3000, 3000, 3000, 5000, 5000, 8000, 8000, 15_000];
const PENDING_PAUSE_MS = 5000;
const QUIET_PAUSE_MS = 60_000;

const page = document.getElementById('page');
const main = h('main.wrap.page', {id: 'main', tabindex: '-1'});

let access;
let order;
let drawn;
let lastKind;
let history;
let problem;
let lost;
let payLink;
let isBusy = false;
let askingUntil = 0;
let timer;
let questions = 0;
let reads = 0;

const payingName = () => `seatlock.paying.${access.reservationId}`;

/** Reads everything that the page shows. @throws {Problem} */
async function read(patience) {
  const options = {token: access.token, patience};
  const [event, reservation] = await Promise.all([
    call('GET', `api/events/${access.eventId}`, options).then(response => response.body),
    call('GET', access.path, options).then(response => response.body),
  ]);
  if (reservation.replacedBy) {
    access.follow(reservation.replacedBy);
    return read(patience);
  }
  const next = {event, reservation, hasPaid: Date.now() < askingUntil};
  if (standing(next).hasTickets) {
    next.tickets = await call('GET', `${access.path}/tickets`, options).then(response => response.body.tickets);
  }
  return next;
}

async function refresh(patience = 0) {
  clearTimeout(timer);
  const number = ++reads;
  try {
    const next = await read(patience);
    if (number !== reads) {
      return; // the page has asked again meanwhile: that answer is newer
    }
    access.accepted();
    lost = undefined;
    order = next;
    draw();
  } catch (e) {
    if (number !== reads) {
      return;
    }
    if (e.status === 404 && access.refused()) {
      return refresh(patience);
    }
    failed(e);
  }
  schedule();
}

function failed(e) {
  if (e.status === 404) {
    order = undefined;
    message(t('order.wrongToken.title'), t('order.wrongToken.text'));
  } else if (e.status === undefined) {
    throw e; // a bug, which the console shows
  } else if (order) {
    lost = lost ?? Date.now();
    draw();
  } else {
    message(t('order.failed'), explain(e), h('button.primary', {type: 'button', onclick: () => refresh(10_000)}, t('common.retry')));
  }
}

/** Asks again: often while something is under way, then slower; not while nobody looks. */
function schedule() {
  clearTimeout(timer);
  if (document.hidden || !access.token) {
    return;
  }
  const isUnderWay = order && (standing(order).isUnderWay || (order.tickets && awaitsDocuments(order)));
  const pause = isUnderWay ? PAUSES_MS[Math.min(questions++, PAUSES_MS.length - 1)]
    : !order || lost ? 5000 : order.reservation.status === 'PENDING' ? PENDING_PAUSE_MS : QUIET_PAUSE_MS;
  timer = setTimeout(refresh, pause * (0.9 + Math.random() * 0.2));
}

/** Something has happened, or somebody looks again: asks at once, and often. */
function askAgain() {
  questions = 0;
  refresh();
}

/** A page without an order. */
function message(title, text, ...more) {
  drawn = undefined;
  document.title = t('order.title');
  frame(h('h1', {}, t('order.title')));
  show(main, h('section.card.message', {}, h('h2', {}, title), h('p', {}, text), more));
}

function frame(...heading) {
  if (!main.isConnected) {
    show(page, h('a.skip', {href: '#main'}, t('common.skip')), h('header', {}, h('div.wrap', {})), main, footer());
  }
  show(page.querySelector('header .wrap'), heading);
}

/** Draws the page if something has changed. */
function draw() {
  const {event, reservation, tickets} = order;
  order.hasPaid = Date.now() < askingUntil;
  const {kind, sentence} = standing(order);
  if (drawn !== undefined && kind !== lastKind) {
    problem = payLink = undefined;
  }
  if (kind !== 'pending' && kind !== 'asking') {
    storage(() => localStorage.removeItem(payingName()));
  }
  const state = JSON.stringify([order, problem?.slug, isBusy, lost !== undefined, payLink]);
  if (state === drawn) {
    return;
  }
  const wasDrawn = drawn !== undefined;
  drawn = state;
  document.title = `${t('order.title')}: ${event.name}`;
  frame(
    h('div', {}, h('h1', {}, event.name), h('p', {}, h('strong', {}, event.venue), ' · ', dateTime(event.startsAt, event.timeZone)),
      event.doorsAt && h('p', {}, t('order.doors', {time: clock(event.doorsAt, event.timeZone)}))),
    h('p.reference.num', {}, t('order.number', {reference: reservation.reference})));
  history = history ?? historyCard(order, access);
  show(main, h('div.columns', {},
    h('div.stack', {}, standingCard(), tickets ? ticketsCard(order, access, askAgain) : seatsCard(order)),
    h('div.stack', {}, billCard(order), detailsCard(order, access, askAgain), history)));
  history.reload();
  if (wasDrawn && kind !== lastKind && sentence) {
    announce(sentence);
  }
  lastKind = kind;
  tick();
}

const ICONS = {good: 'M7 12.5l3.5 3.5L17 9', wait: 'M12 7v5.5l3.5 2', over: 'M8 8l8 8M16 8l-8 8'};

function standingCard() {
  const {event, reservation} = order;
  const {kind, sentence, tone, note, canPay, canChooseAgain} = standing(order);
  const notes = [
    note,
    event.cancellation?.reason && t('order.note.reason', {reason: event.cancellation.reason}),
    moved(event),
    kind === 'pending' && wasAtPayment() && t('order.note.maybePaid'),
    (kind === 'paid' || kind === 'partly') && reservation.email !== 'erased' && t('order.note.sentTo', {email: reservation.email}),
    reservation.payment?.disputed && t('order.note.disputed'),
  ];
  return h(`section.card.standing.${tone}`, {'aria-labelledby': 'standing', 'data-kind': kind},
    svg('svg.mark', {viewBox: '0 0 24 24', 'aria-hidden': 'true'}, svg('circle', {cx: 12, cy: 12, r: 11}), svg('path', {d: ICONS[tone]})),
    h('div.words', {},
      h('h2', {id: 'standing'}, sentence),
      notes.filter(Boolean).map(each => h('p', {}, each)),
      lost !== undefined && h('p.told.bad', {}, t('order.note.lost', {time: clock(lost, event.timeZone)})),
      problem && h('p.told.bad', {role: 'alert'}, problem.status === 404 ? t('order.pay.nowhere') : explain(problem)),
      payLink && h('p', {}, h('a.button.primary', {href: payLink, target: '_blank', rel: 'noopener'}, t('order.pay.open'))),
      canPay && payButtons(reservation),
      canChooseAgain && h('p', {}, h('a.button.primary', {href: `${BASE}shop/${event.id}`}, t('order.again')))));
}

function payButtons({total, seats}) {
  const isFree = total.amount === 0;
  return h('div.pay', {},
    h('button.primary.large', {id: 'pay', type: 'button', 'aria-disabled': isBusy ? 'true' : null, onclick: isFree ? confirmFree : pay},
      isFree ? t('order.pay.free') : t('order.pay.button', {amount: amount(total.amount, total.currency)})),
    h('button.quiet', {id: 'give-up', type: 'button', onclick: () => giveUp(seats.length, async () => {
      await access.act('POST', `${access.path}/cancel`);
      askAgain();
    })}, t('order.giveUp.button')));
}

/** Does something once, and shows why if it cannot be done. */
async function attempt(work) {
  if (isBusy) {
    return;
  }
  isBusy = true;
  problem = undefined;
  draw();
  try {
    await work();
  } catch (e) {
    if (e.status === undefined) {
      throw e;
    }
    problem = e;
  } finally {
    isBusy = false;
    askAgain();
  }
}

const pay = () => attempt(async () => {
  const {url} = await access.act('POST', `${access.path}/checkout`, {returnUrl: access.url});
  storage(() => localStorage.setItem(payingName(), String(Date.now())));
  if (window.top === window) {
    location.assign(url);
  } else {
    payLink = url; // pages for payments do not open in a frame
  }
});

const confirmFree = () => attempt(() => access.act('POST', `${access.path}/confirm`));

const wasAtPayment = () => storage(() => localStorage.getItem(payingName())) !== null;

/** After a visit to the payment page, a notice about the payment may be on its way. */
function comesBack() {
  if (wasAtPayment()) {
    askingUntil = Date.now() + ASKING_MS;
    setTimeout(() => order && draw(), ASKING_MS + 100);
  }
}

/** Returns that the event has another time or venue than when this browser showed it last. */
function moved({id, venue, startsAt, timeZone}) {
  const name = `seatlock.seen.${id}`;
  const seen = storage(() => JSON.parse(localStorage.getItem(name)));
  const isSame = each => each.venue === venue && each.startsAt === startsAt;
  const before = !seen || isSame(seen) ? seen?.before : {venue: seen.venue, startsAt: seen.startsAt};
  storage(() => localStorage.setItem(name, JSON.stringify({venue, startsAt, before})));
  return before && !isSame(before) && t('order.note.moved', {before: `${before.venue}, ${dateTime(before.startsAt, timeZone)}`, after: `${venue}, ${dateTime(startsAt, timeZone)}`});
}

/** Keeps the time that is left right, and tells it twice to people who do not see it. */
let lastLeft;
function tick() {
  const sentence = document.getElementById('standing');
  if (!order || lastKind !== 'pending' || !sentence) {
    return;
  }
  const left = Date.parse(order.reservation.expiresAt) - now();
  const text = t('order.standing.pending', {time: countdown(left), count: order.reservation.seats.length});
  if (sentence.textContent !== text) {
    sentence.textContent = text;
  }
  if (lastLeft > 120_000 && left <= 120_000 || lastLeft > 30_000 && left <= 30_000) {
    announce(text);
  }
  if (lastLeft > 0 && left <= 0) {
    setTimeout(askAgain, 300);
  }
  lastLeft = left;
}

async function start() {
  await loadTexts();
  access = new Access();
  if (!access.token) {
    message(t('order.noToken.title'), t('order.noToken.text'));
    return;
  }
  comesBack();
  show(page, h('p.wrap.page', {role: 'status'}, t('common.loading')));
  await refresh(30_000);
}

addEventListener('hashchange', () => Access.isLink(location.hash) && location.reload());
addEventListener('pageshow', event => {
  if (event.persisted && access?.token) {
    comesBack();
    askAgain();
  }
});
addEventListener('online', () => access?.token && askAgain());
document.addEventListener('visibilitychange', () => !document.hidden && access?.token && askAgain());
setInterval(tick, 500);
start();
