/** The figures of a sale, repeated every few seconds while somebody looks. */
import {h, show, svg} from '../lib/dom.js';
import {clock} from '../lib/format.js';
import {lang, t} from '../lib/texts.js';
import {eventPath, read} from './session.js';
import {table} from './ui.js';
import {money, number, seats, typeNames} from './words.js';

const POLL_MS = 4000;
const DAY = 86_400_000;
const MAX_DAYS = 400;

export async function salesView(view) {
  const {event, id} = view;
  const root = h('div.stack', {id: 'sales'});
  let isTableOpen = false;
  let last = '';
  const load = async () => {
    const {body} = await read(eventPath(id, '/sales'), {signal: view.signal, patience: 0});
    const {asOf, ...figures} = body;
    const state = h('span.small.muted.num', {id: 'as-of'}, t('office.sales.asOf', {time: clock(asOf, event.timeZone)}));
    if (JSON.stringify(figures) === last) {
      document.getElementById('as-of')?.replaceWith(state);
      return;
    }
    last = JSON.stringify(figures);
    draw(body, state);
  };
  function draw(sales, state) {
    const currency = sales.currency;
    const sum = (label, value, sign = '') => h('div.figure', {}, h('span.muted.small', {}, label), h('b.num', {}, value), sign);
    show(root,
        h('section.card', {'aria-labelledby': 'figures-title'},
            h('div.tools', {}, h('h2.grow', {id: 'figures-title'}, t('office.part.sales')), state),
            h('div.figures', {},
                sum(t('office.sales.sold'), h('span', {id: 'sold'}, number(sales.sold)), h('span.muted.small', {}, t('office.sales.of', {seats: seats(sales.capacity)}))),
                sum(t('office.sales.money'), h('span', {id: 'income'}, money({amount: sales.amounts.sold - sales.amounts.refunded, currency})),
                    sales.amounts.refunded > 0 ? h('span.muted.small', {}, t('office.sales.refunded', {amount: money({amount: sales.amounts.refunded, currency})})) : null),
                sum(t('office.sales.free'), number(sales.available)), sum(t('office.sales.held'), number(sales.held)),
                sum(t('office.sales.withheld'), number(sales.withheld)), sum(t('office.sales.checkedIn'), number(sales.checkedIn)))),
        h('section.card', {'aria-labelledby': 'days-title'}, h('h2', {id: 'days-title'}, t('office.sales.byDay')), days(sales)),
        h('section.card', {'aria-labelledby': 'sections-title'}, h('h2', {id: 'sections-title'}, t('office.sales.bySection')), sections(sales)),
        h('section.card', {'aria-labelledby': 'types-title'}, h('h2', {id: 'types-title'}, t('office.sales.moneyTitle')), moneyTables(sales, event)));
  }

  function days(sales) {
    if (sales.days.length === 0) {
      return h('p.muted', {}, t('office.sales.nothing'));
    }
    const details = h('details', {ontoggle: () => { isTableOpen = details.open; }}, h('summary', {}, t('office.sales.asTable')),
        table(t('office.sales.byDay'), [t('office.word.day'), {text: t('office.sales.sold'), right: true}, {text: t('office.sales.refundedSeats'), right: true}, {text: t('office.sales.money'), right: true}],
            sales.days.map(day => [day.date, number(day.sold), number(day.refunded), money({amount: day.amounts.sold - day.amounts.refunded, currency: sales.currency})])));
    details.open = isTableOpen;
    return [chart(sales.days), h('div.legend', {}, h('span', {}, h('i.dot.sold', {}), t('office.sales.sold')), h('span', {}, h('i.dot.back', {}), t('office.sales.refundedSeats'))), details];
  }

  show(view.root, root);
  await load();
  const tick = async () => {
    if (!document.hidden) {
      await load().catch(() => {}); // the figures keep their time, which says how old they are
    }
    if (!view.signal.aborted) {
      timer = setTimeout(tick, POLL_MS);
    }
  };
  let timer = setTimeout(tick, POLL_MS);
  view.signal.addEventListener('abort', () => clearTimeout(timer));
}

/** Seats sold and given back on each day, without gaps between the first day, or the first of the last 400, and the last. */
function chart(all) {
  const byDate = new Map(all.map(day => [day.date, day]));
  const list = [];
  const end = all.at(-1).date;
  for (let at = Math.max(Date.parse(all[0].date), Date.parse(end) - (MAX_DAYS - 1) * DAY); ; at += DAY) {
    const date = new Date(at).toISOString().slice(0, 10);
    list.push(byDate.get(date) ?? {date, sold: 0, refunded: 0});
    if (date >= end) {
      break;
    }
  }
  const [width, height, base, left] = [720, 240, 190, 44];
  const top = Math.max(1, ...list.map(day => Math.max(day.sold, day.refunded)));
  const slot = (width - left) / Math.max(list.length, 7);
  const scale = (base - 16) / top;
  const name = date => new Intl.DateTimeFormat(lang(), {day: 'numeric', month: 'short', timeZone: 'UTC'}).format(new Date(date));
  const every = Math.ceil(list.length / Math.min(8, list.length));
  const marks = [0, Math.round(top / 2), top].filter((each, i, values) => values.indexOf(each) === i).map(value => {
    const y = base - value * scale;
    return [svg('line', {x1: left, x2: width, y1: y, y2: y, stroke: 'var(--line)'}), svg('text', {x: left - 8, y: y + 4, 'text-anchor': 'end', 'font-size': 12, fill: 'var(--muted)'}, number(value))];
  });
  const bars = list.map((day, i) => {
    const x = left + i * slot + slot * 0.15;
    const bar = (offset, value, colour) => value > 0
      ? svg('rect', {x: x + offset, y: base - value * scale, width: Math.min(26, slot * 0.34), height: value * scale, rx: Math.min(3, slot * 0.1), fill: colour}) : null;
    return [bar(0, day.sold, 'var(--p1)'), bar(Math.min(28, slot * 0.36), day.refunded, 'var(--bad)'),
      i % every === 0 ? svg('text', {x: x + Math.min(26, slot * 0.34), y: base + 20, 'text-anchor': 'middle', 'font-size': 12, fill: 'var(--muted)'}, name(day.date)) : null];
  });
  const sold = list.reduce((sum, day) => sum + day.sold, 0);
  return svg('svg.chart', {viewBox: `0 0 ${width} ${height - 24}`, role: 'img', id: 'chart', 'aria-label': t('office.sales.chart', {seats: seats(sold), from: name(list[0].date), to: name(list.at(-1).date)})}, marks, bars);
}

/** A bar for each section, with the numbers beside it. */
function sections(sales) {
  const bar = section => {
    const share = (value, kind) => value > 0 ? svg(`rect.${kind}`, {x: 0, y: 0, width: 100 * value / section.capacity, height: 10}) : null;
    const parts = [[section.sold, 'sold'], [section.held, 'held'], [section.withheld, 'kept']];
    let x = 0;
    return svg('svg.bar', {viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true'}, parts.map(([value, kind]) => {
      const part = share(value, kind);
      part?.setAttribute('x', x);
      x += 100 * value / section.capacity;
      return part;
    }));
  };
  const heads = [t('office.word.section'), '', ...['free', 'held', 'sold', 'withheld'].map(each => ({text: t(`office.sales.${each}`), right: true})), {text: t('office.sales.withoutFees'), right: true}];
  heads[1] = h('span.sr', {}, t('office.sales.bar'));
  return table(t('office.sales.bySection'), heads, sales.sections.map(section => [section.name, bar(section), number(section.available), number(section.held), number(section.sold), number(section.withheld),
    money({amount: section.amounts.sold - section.amounts.refunded, currency: sales.currency})]),
  {foot: [t('office.word.total'), '', number(sales.available), number(sales.held), number(sales.sold), number(sales.withheld),
    money({amount: sales.sections.reduce((sum, section) => sum + section.amounts.sold - section.amounts.refunded, 0), currency: sales.currency})]});
}

function moneyTables(sales, event) {
  const names = typeNames(event);
  const cash = value => money({amount: value, currency: sales.currency});
  const line = (name, amounts, sold = '') => [name, sold, cash(amounts.sold), cash(amounts.refunded), cash(amounts.sold - amounts.refunded)];
  const right = text => ({text, right: true});
  return [
    table(t('office.sales.moneyTitle'), [t('office.sales.what'), right(t('office.sales.sold')), right(t('office.sales.taken')), right(t('office.sales.given')), right(t('office.sales.left'))], [
      ...sales.priceTypes.map(type => line(names.get(type.id) ?? type.id, type.amounts, number(type.sold))),
      ...sales.fees.map(fee => line(fee.name, fee.amounts)),
    ], {foot: line(t('office.word.total'), sales.amounts, number(sales.sold))}),
    h('p.muted.small', {}, [
      t('office.sales.tax', {amount: cash(sales.tax.sold - sales.tax.refunded)}),
      t('office.sales.discounts', {amount: cash(sales.discounts.sold - sales.discounts.refunded)}),
      sales.payments ? t('office.sales.provider', {captured: cash(sales.payments.captured), refunded: cash(sales.payments.refunded)}) : '',
    ].filter(Boolean).join(' ')),
    sales.payments?.stranded > 0 ? h('p.told.warn', {}, t('office.sales.stranded', {amount: cash(sales.payments.stranded)})) : null,
  ];
}
