/** The gate: a phone checks tickets. */
import {BASE} from '../lib/api.js';
import {loadTexts, t} from '../lib/texts.js';
import {Book} from './book.js';
import {Gatekeeper} from './gatekeeper.js';
import {readInvite} from './invite.js';
import {current, forget, update} from './session.js';
import {Setup} from './setup.js';
import {View} from './view.js';

const root = document.getElementById('page');
const setup = new Setup(root, scan);
let [view, gatekeeper] = [null, null];

function leave() {
  setup.leave();
  view?.leave();
  gatekeeper?.stop();
  gatekeeper?.book.close();
  [view, gatekeeper] = [null, null];
}

/** Takes the key from the link. It is removed from the address bar at once. */
function invited() {
  const invite = readInvite(location.hash);
  if (invite === null) {
    return false;
  }
  history.replaceState(null, '', location.pathname + location.search);
  leave();
  setup.accept(invite);
  return true;
}

async function scan() {
  leave();
  gatekeeper = new Gatekeeper(await Book.open(current().event));
  view = new View(root, gatekeeper, async action => {
    leave();
    if (action === 'out') {
      forget();
      await Book.burn();
    } else {
      update({event: undefined, isStarted: false});
    }
    setup.show();
  });
  await gatekeeper.start();
  view.show();
}

await loadTexts();
document.title = t('gate.title');
addEventListener('hashchange', invited);
if (!invited()) {
  if (current().isStarted) {
    scan();
  } else {
    setup.show();
  }
}

/**
 * Stores the page for times without a network. The browser gives up a worker whose files it cannot fetch, so it is asked for until it is
 * there.
 */
function store() {
  const workers = navigator.serviceWorker;
  workers?.register(`${BASE}gate/worker.js`, {scope: `${BASE}gate`}).catch(e => console.warn('Not available offline:', e.message));
  if (workers && !workers.controller) {
    setTimeout(store, 10_000);
  }
}

store();
