/** The words of the pages, in the language of the reader. */
import {BASE} from './api.js';
import {h} from './dom.js';

/** The languages that mails have, too, by their own names. */
export const LANGUAGES = {
  de: 'Deutsch', en: 'English', es: 'Español', fr: 'Français', it: 'Italiano', nl: 'Nederlands', pl: 'Polski',
};

const STORED = 'seatlock.language';

let language = 'en';
let words = {};
let plurals = new Intl.PluralRules('en');

/** Returns the language of the page, such as `en`; for Intl, too. */
export const lang = () => language;

function preferred() {
  const asked = new URLSearchParams(location.search).get('lang');
  const stored = storage(() => localStorage.getItem(STORED));
  const wishes = [asked, stored, ...(navigator.languages || [navigator.language])];
  return wishes.map(wish => (wish || '').slice(0, 2).toLowerCase()).find(wish => wish in LANGUAGES) || 'en';
}

/** Loads the words. Call it once, before anything is shown. */
export async function loadTexts() {
  language = preferred();
  const response = await fetch(new URL(`../texts/${language}.json`, import.meta.url));
  words = await response.json();
  plurals = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/**
 * Returns a text.
 *
 * @param {string} name such as `shop.title`
 * @param {object} [values] for `{name}` in the text; a text with the forms `one`, `few`, `many`, `other` is chosen by `count`
 */
export function t(name, values = {}) {
  let text = name.split('.').reduce((part, key) => part?.[key], words);
  if (text && typeof text === 'object') {
    text = text[plurals.select(values.count)] ?? text.other;
  }
  if (typeof text !== 'string') {
    console.warn(`No text: ${name}`);
    return name;
  }
  return text.replace(/\{(\w+)\}/g, (whole, key) => {
    const value = values[key];
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

/** Whether there is a text of this name. */
export const hasText = name => name.split('.').reduce((part, key) => part?.[key], words) !== undefined;

/** Returns the sentence for a problem of the API: ours if we have one, otherwise its own. */
export function explain(problem) {
  return hasText(`problem.${problem.slug}`) ? t(`problem.${problem.slug}`, problem.body) : problem.message;
}

/** Returns a choice of languages, which loads the page again. */
export function languageChoice() {
  const choice = h('select.auto', {'aria-label': t('common.language'), onchange: () => {
    storage(() => localStorage.setItem(STORED, choice.value));
    const url = new URL(location.href);
    url.searchParams.delete('lang');
    if (url.href === location.href) {
      location.reload();
    } else {
      location.replace(url);
    }
  }}, Object.entries(LANGUAGES).map(([code, name]) => h('option', {value: code, lang: code, selected: code === language}, name)));
  return choice;
}

/** Returns the start of every page's footer. */
export function footer(...more) {
  return h('footer', {}, h('div.wrap', {}, h('span', {}, ...more, more.length ? ' ' : '', h('a', {href: BASE, target: '_top'}, 'Seatlock')), languageChoice()));
}

/** Storage throws in some private windows; then nothing is remembered. */
export function storage(work) {
  try {
    return work();
  } catch {
    return null;
  }
}
