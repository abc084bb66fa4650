/** The bill of an order, the buyer's details, and the history. */
import {call} from '../lib/api.js';
import {announce, h, show} from '../lib/dom.js';
import {amount, shortDateTime} from '../lib/format.js';
import {LANGUAGES, explain, hasText, lang, t} from '../lib/texts.js';
import {correct} from './dialogs.js';
import {priceType} from './seats.js';
import {moneyBack} from './standing.js';

/** Draws the bill: each line, the tax that it contains, and what was given back. */
export function billCard({event, reservation}) {
  const {total, breakdown} = reservation;
  const money = minorUnits => amount(minorUnits, total.currency);
  const row = (name, calculation, value) => h('tr', {}, h('th', {scope: 'row'}, name, calculation && h('small.muted.num', {}, calculation)), h('td.right', {}, value));
  const seats = (breakdown?.seats || []).map(line => row(
    [line.section, priceType(event, line.priceType)].filter(Boolean).join(', '),
    `${line.quantity} × ${money(line.price)}${line.discount ? ` − ${money(line.quantity * line.discount)}` : ''}`,
    money(line.amount)));
  const fees = (breakdown?.fees || []).map(line => row(line.name, line.quantity > 1 && `${line.quantity} × ${money(line.amount / line.quantity)}`, money(line.amount)));
  const returned = moneyBack(reservation);
  return h('section.card', {'aria-labelledby': 'bill'},
    h('h2', {id: 'bill'}, reservation.confirmedAt ? t('order.bill.title') : t('order.bill.price')),
    h('table.bill', {}, h('tbody', {}, seats, fees),
      h('tfoot', {}, h('tr', {}, h('th', {scope: 'row'}, t('order.bill.total')), h('td.right', {}, money(total.amount))))),
    breakdown?.tax > 0 && h('p.small.muted', {}, t('order.bill.tax', {
      rate: (breakdown.taxRate / 10_000).toLocaleString(lang(), {style: 'percent', maximumFractionDigits: 2}), amount: money(breakdown.tax)})),
    reservation.code && h('p.small.muted', {}, t('order.bill.code', {code: reservation.code})),
    returned > 0 && h('p.sum', {}, h('span', {}, reservation.payment ? t('order.bill.returned') : t('order.bill.toReturn')), h('span.num', {}, `− ${money(returned)}`)));
}

/** Draws for whom the order is, with a way to correct it. */
export function detailsCard({event, reservation}, access, changed) {
  const {status, name, email, language, reference, createdAt, confirmedAt} = reservation;
  const at = instant => shortDateTime(instant, event.timeZone);
  const isErased = email === 'erased';
  const row = (label, value) => value && h('div', {}, h('dt', {}, label), h('dd', {}, value));
  return h('section.card', {'aria-labelledby': 'details'},
    h('div.head', {}, h('h2', {id: 'details'}, t('order.details.title')),
      !isErased && (status === 'PENDING' || status === 'CONFIRMED') && event.status !== 'CANCELLED' && h('button.small', {id: 'correct', type: 'button', onclick: () =>
        correct(reservation, event.organiser?.email ?? event.organiser?.name, async patch => {
          await access.act('PATCH', access.path, patch);
          changed();
          return t('order.saved');
        })}, t('order.correct.button'))),
    isErased && h('p.muted', {}, t('order.note.erased')),
    h('dl.details', {},
      row(t('order.details.number'), h('strong.num', {}, reference)),
      !isErased && [row(t('order.details.name'), name), row(t('order.details.email'), email), row(t('order.details.language'), LANGUAGES[language])],
      row(t('order.details.created'), at(createdAt)),
      confirmedAt && row(t('order.details.confirmed'), at(confirmedAt))),
    contact(event, reservation));
}

function contact({organiser}, {status}) {
  if (!organiser) {
    return null;
  }
  const who = organiser.email ? h('a', {href: `mailto:${organiser.email}`}, organiser.name) : organiser.name;
  const [before, after] = (status === 'CONFIRMED' ? t('order.contact.giveBack', {organiser: '\0'}) : t('order.contact.questions', {organiser: '\0'})).split('\0');
  return h('p.small.contact', {}, before, who, after);
}

/** Draws the history, which is read when it is opened. */
export function historyCard({event, reservation}, access) {
  const list = h('div', {});
  const details = h('details.card.history', {id: 'history', ontoggle: () => details.open && load()},
    h('summary', {}, h('h2', {}, t('order.history.title'))), list);

  async function load() {
    try {
      const changes = [{type: 'reservation.created', at: reservation.createdAt}];
      let after = '';
      do {
        const {body} = await call('GET', `${access.path}/changes${after && `?after=${after}`}`, {token: access.token});
        changes.push(...body.changes);
        after = body.next ?? '';
      } while (after !== '');
      show(list, h('ol.rows', {}, changes.map(line)));
    } catch (problem) {
      show(list, h('p.told.bad', {}, explain(problem)));
      announce(explain(problem));
    }
  }

  function line({type, actor, at}) {
    const name = type.replace('.', '-');
    if (!hasText(`order.change.${name}`)) {
      return null;
    }
    const by = actor === 'holder' ? t('order.history.you') : actor === 'seller' ? t('order.history.seller') : '';
    return h('li', {}, h('span.grow', {}, t(`order.change.${name}`), by && h('small.muted', {}, by)),
      h('time.small.muted.num', {datetime: at}, shortDateTime(at, event.timeZone)));
  }

  return Object.assign(details, {reload: () => details.open && load()});
}
