/** Elements without a framework. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an HTML element.
 *
 * @param {string} name of the element, with classes behind dots: `button.primary.large`
 * @param {object} [properties] attributes; `onclick` and the like are listeners; `true` is an attribute without a value; `false`,
 *     `null` and `undefined` leave it out
 * @param {...(Node|string|number|null|undefined|Array)} children texts are never parsed as HTML
 */
export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name.split('.')[0]), name, properties, children);
}

/** Makes an SVG element, as {@link h} does. */
export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name.split('.')[0]), name, properties, children);
}

function fill(element, name, properties, children) {
  const classes = name.split('.').slice(1);
  if (classes.length > 0) {
    element.setAttribute('class', classes.join(' '));
  }
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (key === 'value' || key === 'checked') {
      element[key] = value;
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) {
      append(element, child);
    } else if (child !== null && child !== undefined && child !== false) {
      element.append(child);
    }
  }
}

/** Replaces the content of an element. The focus stays on the element with the same id, if there is one afterwards. */
export function show(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : '';
  element.replaceChildren();
  append(element, children);
  if (focused) {
    document.getElementById(focused)?.focus();
  }
  return element;
}

/** Opens a modal dialog and removes it when it is closed. Returns its `returnValue`: the value of the button that closed it. */
export function ask(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

/** Gives a file to the browser, which stores or shows it. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h('a', {href: url, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

let announcer;

/** Tells a sentence to people that use a screen reader, without moving the focus. */
export function announce(sentence) {
  if (!announcer) {
    announcer = h('div.sr', {role: 'status', 'aria-live': 'polite'});
    document.body.append(announcer);
  }
  announcer.textContent = '';
  requestAnimationFrame(() => { announcer.textContent = sentence; });
}
