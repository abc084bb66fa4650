/** The camera, and the codes it sees. */

const EVERY = 130;
const LONGEST_SIDE = 960;
const SAME_CODE = 4000;

/** Returns a function that finds the text of a QR code in a canvas: the browser's own, otherwise zxing. */
async function reader() {
  if ('BarcodeDetector' in globalThis && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new BarcodeDetector({formats: ['qr_code']});
    return async canvas => (await detector.detect(canvas))[0]?.rawValue;
  }
  const {prepareZXingModule, readBarcodes} = await import('../vendor/zxing/reader/index.js');
  const wasm = new URL('../vendor/zxing/reader/zxing_reader.wasm', import.meta.url).href;
  prepareZXingModule({overrides: {locateFile: () => wasm}});
  return async (canvas, context) => {
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    return (await readBarcodes(image, {formats: ['QRCode'], maxNumberOfSymbols: 1}))[0]?.text;
  };
}

export class Camera {

  /** While it is true, nothing is read. */
  isPaused = false;
  #video;
  #onCode;
  #onEnd;
  #stream = null;
  #read = null;
  #timer;
  #canvas = document.createElement('canvas');
  #context = this.#canvas.getContext('2d', {willReadFrequently: true});
  #last = {code: '', seenAt: 0};

  /**
   * @param {HTMLVideoElement} video shows what the camera sees
   * @param {function(string)} onCode is called with each code, with the same one again only after it was out of sight for some seconds
   * @param {function()} onEnd is called when another program or the system has taken the camera away
   */
  constructor(video, onCode, onEnd = () => {}) {
    this.#video = video;
    this.#onCode = onCode;
    this.#onEnd = onEnd;
  }

  /** Returns the cameras, which have names only once one was permitted. */
  static async list() {
    const devices = await navigator.mediaDevices?.enumerateDevices?.().catch(() => []) ?? [];
    return devices.filter(device => device.kind === 'videoinput' && device.deviceId);
  }

  /**
   * Starts the camera.
   *
   * @param {string} [deviceId] otherwise the one at the back of the phone
   * @returns {Promise<?string>} why it cannot be used: `insecure`, `refused`, `none` or `busy`; null if it can
   */
  async start(deviceId) {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) {
      return 'insecure';
    }
    try {
      const size = {width: {ideal: 1280}, height: {ideal: 720}};
      const video = deviceId ? {deviceId: {ideal: deviceId}, ...size} : {facingMode: {ideal: 'environment'}, ...size};
      this.#stream = await navigator.mediaDevices.getUserMedia({audio: false, video});
    } catch (e) {
      return {NotAllowedError: 'refused', SecurityError: 'refused', NotFoundError: 'none', OverconstrainedError: 'none'}[e.name] ?? 'busy';
    }
    this.#track.addEventListener('ended', () => {
      this.stop();
      this.#onEnd();
    });
    this.#video.srcObject = this.#stream;
    await this.#video.play().catch(() => {});
    this.#look();
    return null;
  }

  get #track() { return this.#stream?.getVideoTracks()[0]; }

  get isOn() { return this.#stream !== null; }

  get hasTorch() { return this.#track?.getCapabilities?.().torch === true; }

  async setTorch(isOn) {
    await this.#track?.applyConstraints({advanced: [{torch: isOn}]}).catch(() => {});
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stream?.getTracks().forEach(track => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  async #look() {
    const stream = this.#stream;
    try {
      this.#read ??= await reader();
      const code = this.isPaused || document.hidden ? null : await this.#readFrame();
      if (code && stream === this.#stream) {
        this.#see(code);
      }
    } catch {
      // a frame that cannot be read; the next one may
    }
    if (stream !== null && stream === this.#stream) {
      this.#timer = setTimeout(() => this.#look(), EVERY);
    }
  }

  async #readFrame() {
    const {videoWidth: width, videoHeight: height} = this.#video;
    if (!width) {
      return null;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#context.drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    return this.#read(this.#canvas, this.#context);
  }

  #see(code) {
    const isNew = code !== this.#last.code || Date.now() - this.#last.seenAt > SAME_CODE;
    this.#last = {code, seenAt: Date.now()};
    if (isNew) {
      this.#onCode(code);
    }
  }
}
