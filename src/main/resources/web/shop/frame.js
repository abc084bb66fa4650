/** The shop in a frame of another site: its height follows, and the page of the payment opens in the whole window. See embed.js. */

export const isFramed = window.parent !== window;

let host; // the origin of the site, as soon as it has said hello

const say = message => window.parent.postMessage(message, host);

/** Answers the site around the frame. Only a site that the server lists can show it (frame-ancestors). */
export function answerHost() {
  if (!isFramed) {
    return;
  }
  document.documentElement.classList.add('framed');
  const tell = () => host && say({type: 'seatlock:height', height: Math.ceil(document.body.getBoundingClientRect().height)});
  window.addEventListener('message', event => {
    if (event.source === window.parent && event.data?.type === 'seatlock:hello') {
      host = event.origin;
      tell();
    }
  });
  new ResizeObserver(tell).observe(document.body);
}

/** Goes to a page in the whole window, also from a frame. */
export function leave(address) {
  const url = new URL(address, location.href);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Error('Not a page');
  }
  if (!isFramed) {
    location.assign(url);
  } else if (host) {
    say({type: 'seatlock:go', url: url.href});
  } else {
    window.open(url, '_top');
  }
}
