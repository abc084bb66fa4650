/**
 * The gate's service worker: after a reload without a network, the page and its files are still there. Responses of the API are never
 * kept. The server replaces {web} by the path of the files, which contains a hash of them, so each release has a worker and files of its
 * own, and {modules} by the modules that the page imports.
 */
const WEB = '{web}';
const PAGE = `${WEB.replace(/web\/[^/]+$/, '')}gate`;
const CACHE = `seatlock-gate ${WEB}`;
const NETWORK_TIMEOUT = 4000;

const FILES = [
  'design.css', 'icon.svg', 'gate/gate.css', ...'{modules}'.split(' '),
  ...['de', 'en', 'es', 'fr', 'it', 'nl', 'pl'].map(language => `texts/${language}.json`),
  'vendor/zxing/share.js', 'vendor/zxing/reader/index.js', 'vendor/zxing/reader/zxing_reader.wasm',
];

self.addEventListener('install', event => event.waitUntil(install()));

async function install() {
  const page = await fetch(PAGE, {cache: 'no-store', headers: {Accept: 'text/html'}});
  if (!page.ok || !(await page.clone().text()).includes(`"${WEB}/`)) {
    throw new Error('The page is of another release.'); // the next visit installs the worker of that release
  }
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map(file => `${WEB}/${file}`));
  await cache.put(PAGE, page);
  await self.skipWaiting();
}

self.addEventListener('activate', event => event.waitUntil(activate()));

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name.startsWith('seatlock-gate ') && name !== CACHE).map(name => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener('fetch', event => {
  const {request} = event;
  const {origin, pathname} = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) {
    return;
  }
  if (request.mode === 'navigate' && pathname === PAGE) {
    event.respondWith(newest(request));
  } else if (pathname.startsWith(`${WEB}/`)) {
    event.respondWith(stored(request));
  }
});

/** The page of the server if it responds in time, otherwise the stored one. */
async function newest(request) {
  const response = await fetch(request, {signal: AbortSignal.timeout(NETWORK_TIMEOUT)}).catch(() => Response.error());
  return response.ok ? response : await caches.match(PAGE, {cacheName: CACHE}) ?? response;
}

async function stored(request) {
  return await caches.match(request, {cacheName: CACHE}) ?? fetch(request);
}
