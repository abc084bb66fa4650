/** The labels of seats. */

/**
 * Returns the parts of a label, `SECTION-ROW-NUMBER`, whose names may contain a `-`; without a section if the event has none of that name.
 *
 * @returns {{section: string, row: string, number: string, kind: string}} kind is `seat`, `place` or `table`
 */
export function parts(event, label) {
  const section = (event?.sections ?? []).filter(each => label.startsWith(`${each.name}-`))
    .sort((one, other) => other.name.length - one.name.length)[0];
  const rest = section ? label.slice(section.name.length + 1) : label;
  const end = rest.lastIndexOf('-');
  const [row, number] = [rest.slice(0, Math.max(0, end)), rest.slice(end + 1)];
  const isTable = section?.rows?.some(each => each.name === row && each.sold === 'WHOLE');
  return {section: section?.name ?? '', row, number, kind: section?.places ? 'place' : isTable ? 'table' : 'seat'};
}
