/** Seats that are withheld for somebody. */
import {LiveMap} from '../lib/live.js';
import {h, show} from '../lib/dom.js';
import {t} from '../lib/texts.js';
import {act, eventPath, readAll, session} from './session.js';
import {seatPicker} from './picker.js';
import {action, askForm, field, form, table, tell, wrong} from './ui.js';
import {number, seats} from './words.js';

export async function allocationsView(view) {
  const {id, event} = view;
  const path = eventPath(id, '/allocations');
  const [all] = await Promise.all([readAll(path, 'allocations', {signal: view.signal})]);
  const sum = (allocation, name) => allocation.sections.reduce((total, section) => total + section[name], 0);
  const isLive = event.status !== 'CANCELLED';
  show(view.root,
      h('section.card', {'aria-labelledby': 'allocations-title'}, h('h2', {id: 'allocations-title'}, t('office.part.allocations')),
          h('p.muted', {}, t('office.allocations.intro')),
          all.length === 0 ? h('p.muted', {}, t('office.allocations.none'))
            : table(t('office.part.allocations'), [t('office.word.name'), t('office.word.reason'), t('office.word.seats'), {text: t('office.sales.withheld'), right: true}, {text: t('office.sales.free'), right: true}, t('office.order.actions')],
                all.map(each => [each.name, each.reason ?? '', each.sections.map(section => h('div.small', {}, `${section.section}: ${shorten(section)}`)), number(sum(each, 'capacity')), number(sum(each, 'available')),
                  isLive ? action(t('office.allocations.release'), () => release(view, each), {id: `release-${each.name}`, 'aria-label': `${t('office.allocations.release')}: ${each.name}`}) : ''])),
          isLive ? h('div.actions.start', {}, h('button.primary', {type: 'button', id: 'withhold', onclick: () => withhold(view).catch(problem => view.signal.aborted || Promise.reject(problem))}, t('office.allocations.withhold'))) : null),
      h('div', {id: 'withhold-form'}));
}

const shorten = section => section.seats ? section.seats.length > 12 ? `${section.seats.slice(0, 12).join(', ')} …` : section.seats.join(', ') : t('office.places', {count: section.capacity});

/** Chooses free seats in the grid, and withholds them. */
async function withhold(view) {
  const {event, id} = view;
  const map = new LiveMap(id, {token: session.key});
  await map.load();
  if (view.signal.aborted) {
    return;
  }
  map.start();
  view.signal.addEventListener('abort', () => map.stop());
  const chosen = new Map();
  const places = new Map();
  const sum = h('p.num', {id: 'withhold-sum', 'aria-live': 'polite'});
  const draw = () => {
    const quantity = [...places.values()].reduce((total, each) => total + each, 0) + [...chosen].reduce((total, [label, seat]) =>
      total + (seat.table ? [...map.seats.values()].filter(each => each.table === label).length : 1), 0);
    sum.textContent = t('office.allocations.will', {seats: seats(quantity)});
  };
  draw();
  const picker = seatPicker(map, {event, chosen, places, changed: draw, isFree: seat => seat.status === 'AVAILABLE' && seat.forSale !== false});
  const name = h('input', {id: 'allocation-name', required: true, placeholder: 'HOUSE', autocapitalize: 'characters', oninput: () => { name.value = name.value.toUpperCase(); }});
  const reason = h('input', {id: 'allocation-reason', maxlength: 200});
  show(document.getElementById('withhold-form'), h('section.card', {'aria-labelledby': 'withhold-title'}, h('h2', {id: 'withhold-title'}, t('office.allocations.withhold')), picker.element,
      form({submit: t('office.allocations.withhold'), properties: {id: 'allocate'}}, [sum, h('div.fields', {}, field(t('office.word.name'), name, {name: 'name', hint: t('office.allocations.nameHint')}), field(t('office.word.reason'), reason, {name: 'reason'}))], async () => {
        if (chosen.size + places.size === 0) {
          throw wrong('seats', t('office.desk.choose'));
        }
        const labels = isTable => [...chosen].filter(([, seat]) => Boolean(seat.table) === isTable).map(([label]) => label);
        await act('POST', eventPath(id, '/allocations'), {
          name: name.value.trim(), reason: reason.value.trim() || undefined, seats: labels(false), tables: labels(true),
          places: [...places].map(([section, quantity]) => ({section, quantity})),
        });
        map.stop();
        await view.reload();
        tell(t('office.allocations.done', {name: name.value.trim()}));
      })));
  name.closest('section').querySelector('select').focus();
}

/** Puts all free seats of an allocation on sale, or some of them. */
async function release(view, allocation) {
  const free = allocation.sections.reduce((total, section) => total + section.available, 0);
  const labels = h('textarea', {id: 'release-seats', rows: 3});
  const counts = allocation.sections.filter(section => !section.seats).map(section => [section, h('input', {id: `release-${section.section}`, type: 'number', min: 0, max: section.available})]);
  const released = await askForm({title: `${t('office.allocations.release')}: ${allocation.name}`, submit: t('office.allocations.release')}, [
    h('p', {}, t('office.allocations.releaseWill', {seats: seats(free)})),
    h('details.part', {}, h('summary', {}, t('office.allocations.some')),
        field(t('office.allocations.labels'), labels, {name: 'seats', hint: t('office.allocations.labelsHint')}),
        counts.map(([section, input]) => field(t('office.desk.placesLeft', {section: section.section, count: section.available}), input, {name: `places ${section.section}`}))),
  ], async () => {
    const some = labels.value.split(/[\n,]/).map(each => each.trim()).filter(Boolean);
    const places = counts.filter(([, input]) => Number(input.value) > 0).map(([section, input]) => ({section: section.section, quantity: Number(input.value)}));
    const body = some.length + places.length > 0 ? {seats: some, places} : undefined;
    return (await act('POST', eventPath(view.id, `/allocations/${encodeURIComponent(allocation.name)}/release`), body)).body;
  });
  if (released) {
    await view.reload();
    tell(t('office.allocations.released', {seats: seats(released.sections.reduce((total, section) => total + section.quantity, 0))}));
  }
}
