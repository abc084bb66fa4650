/** A box in which a picture is panned and zoomed: by wheel, pinch, drag and buttons. */
import {h} from '../lib/dom.js';
import {t} from '../lib/texts.js';

const MOST = 10;

export class ZoomBox {

  #picture;
  #zoom;
  #box;
  #start;

  /** @param picture an SVG that fills the box
    * @param ratio its width, divided by its height */
  constructor(picture, ratio) {
    this.#picture = picture;
    this.#box = h('div.box', {}, picture);
    this.#box.style.aspectRatio = ratio;
    this.element = h('div.map', {}, this.#box);
    this.buttons = h('div.zoom', {role: 'group', 'aria-label': t('shop.zoom')},
      h('button', {type: 'button', 'aria-label': t('shop.zoom-in'), onclick: () => this.#zoom?.zoomIn()}, '+'),
      h('button', {type: 'button', 'aria-label': t('shop.zoom-out'), onclick: () => this.#zoom?.zoomOut()}, '−'),
      h('button', {type: 'button', 'aria-label': t('shop.zoom-all'), onclick: () => this.#zoom?.reset()}, '⤢'));
  }

  /** Call it once the box is on the page. */
  async start() {
    this.#box.addEventListener('pointerdown', event => { this.#start = event; }, true);
    this.#box.addEventListener('scroll', () => this.#box.scrollTo(0, 0)); // a browser scrolls to what gets the focus
    const {default: panzoom} = await import('../vendor/panzoom.js');
    if (!this.#box.isConnected) {
      return;
    }
    this.#zoom = panzoom(this.#picture, {
      contain: 'outside', minScale: 1, maxScale: MOST, step: 0.5, cursor: 'default', pinchAndPan: true, touchAction: 'pan-y',
      handleStartEvent: () => {}, animate: !matchMedia('(prefers-reduced-motion: reduce)').matches, duration: 160,
    });
    this.#picture.addEventListener('panzoomchange', ({detail}) => {
      // Far out, a finger scrolls the page; nearer, it moves the picture.
      this.#zoom.setOptions({touchAction: detail.scale > 1 ? 'none' : 'pan-y', cursor: detail.scale > 1 ? 'grab' : 'default'});
    });
    this.#box.addEventListener('wheel', event => {
      if (event.deltaY < 0 || this.scale > 1) {
        this.#zoom.zoomWithWheel(event);
      }
    }, {passive: false});
  }

  get scale() { return this.#zoom?.getScale() ?? 1; }

  /** Whether a click was the end of a drag. */
  isDrag(click) {
    return !!this.#start && click.detail !== 0 && Math.hypot(click.clientX - this.#start.clientX, click.clientY - this.#start.clientY) > 10;
  }

  /** Whether the last press was by finger. */
  get isTouch() { return this.#start?.pointerType === 'touch'; }

  /** Zooms to a point of the screen, as far as needed. */
  near(point, factor) {
    this.#zoom?.zoomToPoint(Math.min(MOST, this.scale * factor), point);
  }

  /** Pans until an element of the picture can be seen. */
  reveal(element) {
    const [box, it] = [this.#box.getBoundingClientRect(), element.getBoundingClientRect()];
    const off = (from, to, low, high) => from < low + 12 ? low + 12 - from : to > high - 12 ? high - 12 - to : 0;
    const [x, y] = [off(it.left, it.right, box.left, box.right), off(it.top, it.bottom, box.top, box.bottom)];
    if (this.scale > 1 && (x || y)) {
      this.#zoom.pan(x / this.scale, y / this.scale, {relative: true, animate: false});
    }
    if (box.top < 0 || box.bottom > innerHeight) {
      element.scrollIntoView({block: 'nearest', inline: 'nearest'});
    }
  }

  stop() { this.#zoom?.destroy(); }
}
