/**
 * The shop on other sites:
 *
 *   <script type="module" src="https://tickets.example/embed.js"></script>
 *   <seatlock-event event="01890a5d-ac96-774b-bcce-b302099a8057"></seatlock-event>
 *
 * The server must list the site in CORS_ORIGINS. An optional attribute `lang` sets the language, and `title` the title of the frame.
 */
const SERVER = new URL('.', import.meta.url);
const LEAST_HEIGHT = 400;

class SeatlockEvent extends HTMLElement {

  static observedAttributes = ['event', 'lang'];

  #frame;
  #listener = message => this.#receive(message);

  connectedCallback() {
    window.addEventListener('message', this.#listener);
    this.#show();
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#listener);
  }

  attributeChangedCallback() {
    if (this.isConnected) {
      this.#show();
    }
  }

  #show() {
    const id = this.getAttribute('event') || '';
    if (!/^[0-9A-Fa-f-]{36}$/.test(id)) {
      this.replaceChildren();
      return;
    }
    const url = new URL(`shop/${id}`, SERVER);
    const language = this.getAttribute('lang');
    if (language) {
      url.searchParams.set('lang', language);
    }
    if (this.#frame?.src === url.href) {
      return;
    }
    const frame = document.createElement('iframe');
    frame.src = url;
    frame.title = this.getAttribute('title') || 'Tickets';
    frame.allow = 'payment';
    Object.assign(frame.style, {display: 'block', width: '100%', border: '0', height: `${LEAST_HEIGHT}px`});
    // Every page that the frame loads learns from this which site it is on.
    frame.addEventListener('load', () => frame.contentWindow?.postMessage({type: 'seatlock:hello'}, SERVER.origin));
    this.#frame = frame;
    this.replaceChildren(frame);
  }

  #receive({source, origin, data}) {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== SERVER.origin || typeof data !== 'object' || data === null) {
      return;
    }
    if (data.type === 'seatlock:height' && data.height > 0) {
      this.#frame.style.height = `${Math.max(LEAST_HEIGHT, Math.ceil(data.height))}px`;
    } else if (data.type === 'seatlock:go' && isPage(data.url)) {
      window.location.href = data.url;
    }
  }
}

/** Never an address such as javascript:, which would run on the site. */
function isPage(url) {
  try {
    return ['https:', 'http:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

if (!customElements.get('seatlock-event')) {
  customElements.define('seatlock-event', SeatlockEvent);
}
