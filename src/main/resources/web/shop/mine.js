/** Shows the buyer's seats, their price and how long they are kept: the panel beside the seats, and on a phone the bar at the bottom. */
import {h, show} from '../lib/dom.js';
import {clock, countdown} from '../lib/format.js';
import {t} from '../lib/texts.js';
import {billSums, estimate, estimateSums, linesOf, price} from './bill.js';

const looksLikeAddress = text => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);

export class Mine {

  #house;
  #basket;
  #does;
  #fields;
  #sale;
  #isBusy = false;
  #noPayment = false;

  /** @param does the deeds: `keep`, `pay`, `extend`, `change`, `giveUp` */
  constructor(house, basket, does) {
    this.#house = house;
    this.#basket = basket;
    this.#does = does;
    this.#fields = {
      name: this.#field('name', {autocomplete: 'name', maxlength: 200}),
      email: this.#field('email', {type: 'email', inputmode: 'email', autocomplete: 'email', maxlength: 254, required: true,
        autocapitalize: 'off', spellcheck: 'false'}),
      code: this.#field('code', {autocomplete: 'off', maxlength: 100, autocapitalize: 'characters', spellcheck: 'false'}),
    };
    this.element = h('aside.card.mine', {id: 'mine', 'aria-labelledby': 'mine-title'});
    this.bar = h('div.bar', {role: 'region', 'aria-label': t('shop.bar')});
    this.left = h('b', {});
    this.leftInBar = h('span.num.time', {});
  }

  #field(name, attributes) {
    const input = h('input', {id: name, name, value: this.#basket[name], 'aria-describedby': `${name}-about`, ...attributes,
      oninput: () => {
        this.#basket.note(name, input.value);
        this.error(name, '');
        if (name === 'code') {
          this.#does.codeChanged();
        }
      },
      onblur: () => name === 'email' && input.value.trim() && this.#checkAddress()});
    const about = h('p.error', {id: `${name}-about`, hidden: true});
    const label = h('label', {for: name});
    return {input, about, label};
  }

  /** Tells what is wrong with a field; nothing if the text is empty. */
  error(name, text) {
    const {input, about} = this.#fields[name];
    about.textContent = text;
    about.hidden = !text;
    if (text) {
      input.setAttribute('aria-invalid', 'true');
    } else {
      input.removeAttribute('aria-invalid');
    }
  }

  #checkAddress() {
    const address = this.#basket.email.trim();
    const isRight = looksLikeAddress(address);
    this.error('email', isRight ? '' : address ? t('shop.email-wrong') : t('shop.email-missing'));
    return isRight;
  }

  /** Checks the fields and moves the focus to the first that is not right. */
  check() {
    const needsCode = this.#sale.state === 'presale' && !this.#basket.code.trim();
    this.error('code', needsCode ? t('shop.code-missing') : '');
    const wrong = !this.#checkAddress() ? 'email' : needsCode ? 'code' : null;
    if (wrong) {
      this.#fields[wrong].input.focus();
    }
    return !wrong;
  }

  focusField(name) { this.#fields[name].input.focus(); }

  focus() {
    const title = document.getElementById('mine-title');
    title?.scrollIntoView({block: 'start'});
    title?.focus({preventScroll: true});
  }

  busy(isBusy) {
    this.#isBusy = isBusy;
    this.render(this.#sale);
  }

  noPayment() {
    this.#noPayment = true;
    this.render(this.#sale);
  }

  /** @param sale the state of the sale, as sale.js says */
  render(sale) {
    this.#sale = sale;
    const lines = linesOf(this.#house, this.#basket);
    const isKept = this.#basket.phase === 'kept';
    this.element.classList.toggle('kept', isKept);
    const hadFocus = this.element.contains(document.activeElement);
    show(this.element, h('h2', {id: 'mine-title', tabindex: -1}, t(isKept ? 'shop.kept-title' : 'shop.mine')),
      isKept ? this.#kept(lines) : this.#choosing(lines));
    if (hadFocus && !this.element.contains(document.activeElement)) {
      document.getElementById('mine-title').focus({preventScroll: true});
    }
    this.#renderBar(lines);
    this.tick();
  }

  #choosing(lines) {
    const {basket, canBuy} = {basket: this.#basket, canBuy: this.#sale.state === 'open' || this.#sale.state === 'presale'};
    const isReserving = basket.phase === 'reserving';
    return [
      basket.isEmpty ? h('p.muted', {}, t(canBuy ? 'shop.nothing' : 'shop.nothing-yet'))
        : h('ul.rows.basket', {'aria-label': t('shop.mine')}, lines.map((line, i) => this.#line(line, i, isReserving)),
          basket.best && this.#bestLine(isReserving)),
      !basket.isEmpty && estimateSums(this.#house, basket, lines),
      canBuy && h('form', {novalidate: true, onsubmit: event => { event.preventDefault(); this.#does.keep(); }},
        this.#input('name', t('shop.name'), t('shop.optional'), isReserving),
        this.#input('email', t('shop.email'), '', isReserving),
        this.#sale.state === 'presale'
          ? this.#input('code', t('shop.access-code'), '', isReserving)
          : h('details', {open: basket.code !== ''}, h('summary', {}, t('shop.code')), this.#input('code', t('shop.code'), '', isReserving, true)),
        h('button.primary.large', {id: 'keep', 'aria-disabled': String(isReserving)}, t(isReserving ? 'shop.keeping' : 'shop.keep')),
        h('p.note', {}, t(basket.code.trim() ? 'shop.keep-note-code' : 'shop.keep-note'))),
    ];
  }

  #input(name, text, hint, isReadOnly, isNamed = false) {
    const {input, about, label} = this.#fields[name];
    input.readOnly = isReadOnly;
    label.replaceChildren(text, ...hint ? [' ', h('span.hint', {}, hint)] : []);
    label.classList.toggle('sr', isNamed);
    return [label, input, about];
  }

  #line(line, i, isReserving) {
    const {currency} = this.#house.event;
    const types = line.section ? this.#house.typesOf(line.section) : [];
    const change = type => line.kind === 'seat' ? this.#basket.setSeat(line.id, type) : this.#basket.setTable(line.id, type);
    return h('li', {}, h('span.where', {}, line.where,
      line.kind === 'places' || types.length < 2 ? types.length > 1 && h('small', {}, this.#house.typeName(line.type))
        : h('select.auto.small', {id: `type-${i}`, disabled: isReserving, 'aria-label': t('shop.price-of', {seat: line.where}),
          onchange: event => change(event.target.value)},
        types.map(type => h('option', {value: type.id, selected: type.id === line.type}, `${type.name} · ${price(type.price, currency)}`)))),
    h('span.num', {}, price(line.price, currency)),
    h('button.x', {type: 'button', 'aria-label': t('shop.remove', {seat: line.where}), disabled: isReserving, onclick: () => this.#remove(line)}, '×'));
  }

  #bestLine(isReserving) {
    return h('li', {}, h('span.where', {}, t('shop.best-line', {count: this.#basket.bestQuantity}), h('small', {}, t('shop.best-later'))),
      h('button.x', {type: 'button', 'aria-label': t('shop.remove', {seat: t('shop.best-line', {count: this.#basket.bestQuantity})}),
        disabled: isReserving, onclick: () => this.#basket.setBest(null)}, '×'));
  }

  #remove(line) {
    if (line.kind === 'seat') {
      this.#basket.setSeat(line.id, null);
    } else if (line.kind === 'table') {
      this.#basket.setTable(line.id, null);
    } else {
      this.#basket.setPlaces(line.section, line.type, 0);
    }
  }

  #kept(lines) {
    const {reservation} = this.#basket;
    const until = clock(reservation.expiresAt, this.#house.event.timeZone);
    const total = price(reservation.total.amount, reservation.total.currency);
    const {organiser} = this.#house.event;
    const [before, after] = t('shop.kept-for', {left: '|'}).split('|');
    return [
      h('div.timer', {role: 'timer', 'aria-label': t('shop.kept-until', {time: until})}, h('span', {}, before, this.left, after)),
      reservation.together === false && h('p.told.warn', {}, t('shop.not-together')),
      h('ul.rows.basket', {'aria-label': t('shop.mine')}, this.#keptLines(lines)),
      billSums(this.#house, reservation),
      this.#noPayment
        ? h('div.told.warn', {}, h('p', {}, t('shop.no-payment', {time: until})),
          organiser?.email ? h('a', {href: `mailto:${organiser.email}`}, organiser.email)
            : organiser?.url ? h('a', {href: organiser.url, rel: 'noopener'}, organiser.name) : '')
        : [h('button.primary.large', {type: 'button', id: 'pay', 'aria-disabled': String(this.#isBusy), onclick: () => this.#isBusy || this.#does.pay()},
          this.#isBusy ? t('shop.opening') : reservation.total.amount === 0 ? t('shop.get-free') : t('shop.pay', {amount: total})),
        h('p.note', {}, t('shop.pay-note', {email: reservation.email}))],
      h('div.deeds', {},
        h('button', {type: 'button', id: 'extend', onclick: this.#does.extend}, t('shop.extend')),
        h('button', {type: 'button', id: 'change', onclick: this.#does.change}, t('shop.change')),
        h('button.quiet', {type: 'button', id: 'give-up', onclick: this.#does.giveUp}, t('shop.give-up'))),
    ];
  }

  /** The prices are in the bill. */
  #keptLines(lines) {
    const {reservation} = this.#basket;
    const several = this.#house.types.length > 1;
    const known = lines.length > 0;
    const all = known ? lines : reservation.seats.map(seat => ({kind: 'seat', id: seat.label, where: seat.label, type: seat.priceType}));
    return all.map(line => h('li', {}, h('span.where', {}, line.where, several && h('small', {}, this.#house.typeName(line.type)))));
  }

  #renderBar(lines) {
    const {reservation} = this.#basket;
    const isKept = this.#basket.phase === 'kept';
    const count = isKept ? reservation.seats.length : lines.reduce((sum, line) => sum + line.quantity, 0) + this.#basket.bestQuantity;
    this.bar.hidden = count === 0;
    const {total, isLeast} = isKept ? {total: reservation.total.amount} : estimate(this.#house, this.#basket, lines);
    const text = price(total, this.#house.event.currency);
    show(this.bar, h('div.wrap', {},
      h('span.grow', {}, h('b.num', {}, isLeast ? t('shop.from', {price: text}) : text), h('span.small', {}, t('shop.tickets', {count}), ' ', this.leftInBar)),
      h('button.primary', {type: 'button', onclick: () => this.focus()}, t(isKept ? 'shop.to-pay' : 'shop.continue'))));
  }

  /** Shows the time that is left. @returns {?number} in ms */
  tick(now) {
    if (this.#basket.phase !== 'kept' || now === undefined) {
      this.leftInBar.textContent = this.#basket.phase === 'kept' ? this.leftInBar.textContent : '';
      return null;
    }
    const left = Date.parse(this.#basket.reservation.expiresAt) - now;
    this.left.textContent = countdown(left);
    this.leftInBar.textContent = `· ${countdown(left)}`;
    return left;
  }
}
