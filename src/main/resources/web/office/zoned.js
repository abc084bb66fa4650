/** Times as the venue reads them on its clock. */

/** Returns how far the clock of a time zone is ahead of UTC at an instant, in ms. */
function offset(milliseconds, timeZone) {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(milliseconds);
  const of = type => Number(parts.find(part => part.type === type).value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(milliseconds / 1000) * 1000;
}

/** Returns the instant (RFC 3339) of a local time such as `2027-06-18T21:00`; undefined for none. */
export function toInstant(local, timeZone) {
  if (!local) {
    return undefined;
  }
  const asUtc = Date.parse(`${local}Z`);
  const first = asUtc - offset(asUtc, timeZone);
  return new Date(asUtc - offset(first, timeZone)).toISOString().replace('.000Z', 'Z');
}

/** Returns the local time of an instant, as a field of the type `datetime-local` has it; empty for none. */
export function toLocal(instant, timeZone) {
  if (!instant) {
    return '';
  }
  const milliseconds = Date.parse(instant);
  const local = new Date(milliseconds + offset(milliseconds, timeZone)).toISOString();
  return local.slice(0, local.slice(17, 19) === '00' ? 16 : 19);
}

export const isZone = timeZone => {
  try {
    return Boolean(timeZone && new Intl.DateTimeFormat('en', {timeZone}));
  } catch {
    return false;
  }
};

export const zones = () => Intl.supportedValuesOf?.('timeZone') ?? [];
