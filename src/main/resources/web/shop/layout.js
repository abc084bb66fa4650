/** Where the seats of a section are drawn: by their positions if they all have one, otherwise in curved rows, and around tables. */

export const PITCH = 22;
const ROW = 31;
const TABLES_ABREAST = 4;

/** At most so many elements of SVG make a picture, because a phone draws more of them too slowly. */
const MOST_NODES = 1380;

const nodesOf = cell => cell === null ? 0 : cell.accessible || cell.companion || cell.restrictedView ? 3 : 2;

/** Splits the rows of a large section into pictures: whole rows, as far as they are short enough. */
export function pictures(rows) {
  const result = [[]];
  let nodes = 0;
  for (const row of rows) {
    for (const part of parts(row)) {
      const more = 4 + part.cells.reduce((sum, cell) => sum + nodesOf(cell), 0);
      if (nodes + more > MOST_NODES && nodes > 0) {
        result.push([]);
        nodes = 0;
      }
      result.at(-1).push(part);
      nodes += more;
    }
  }
  return result;
}

function parts(row) {
  const most = Math.floor(MOST_NODES / 3) - 4;
  if (row.cells.length <= most) {
    return [row];
  }
  const result = [];
  for (let i = 0; i < row.cells.length; i += most) {
    result.push({...row, cells: row.cells.slice(i, i + most)});
  }
  return result;
}

/**
 * Returns `{seats: [{seat, x, y}], labels: [{text, x, y}], tables: [{label, name, x, y, radius}], box: {x, y, width, height}, stageBelow}`.
 *
 * @param focus where the middle of the stage is, or undefined
 */
export function layOut(rows, focus) {
  const all = rows.flatMap(row => row.cells.filter(cell => cell));
  const isPlaced = all.length > 0 && all.every(seat => seat.x !== undefined);
  const picture = isPlaced ? placed(rows) : inRows(rows);
  const xs = [...picture.seats, ...picture.labels].map(each => each.x);
  const ys = picture.seats.map(each => each.y);
  const radius = Math.max(0, ...picture.tables.map(table => table.radius));
  const left = Math.min(...xs) - 20;
  const top = Math.min(...ys) - 24 - radius / 4;
  const stageBelow = isPlaced && focus !== undefined && focus.y > average(all.map(seat => seat.y));
  picture.box = {x: left, y: stageBelow ? top + 8 : top - 34, width: Math.max(...xs) + 20 - left, height: Math.max(...ys) + 54 - top};
  picture.stageBelow = stageBelow;
  return picture;
}

const average = numbers => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

function placed(rows) {
  const distances = [];
  for (const row of rows) {
    const seats = row.cells.filter(cell => cell);
    for (let i = 1; i < seats.length; i++) {
      distances.push(Math.hypot(seats[i].x - seats[i - 1].x, seats[i].y - seats[i - 1].y));
    }
  }
  distances.sort((a, b) => a - b);
  const scale = PITCH / (distances[Math.floor(distances.length / 2)] || 1);
  const picture = {seats: [], labels: [], tables: []};
  for (const row of rows) {
    const seats = row.cells.filter(cell => cell).map(seat => ({seat, x: seat.x * scale, y: seat.y * scale}));
    picture.seats.push(...seats);
    if (row.table) {
      const x = average(seats.map(each => each.x));
      const y = average(seats.map(each => each.y));
      const radius = Math.max(8, Math.min(...seats.map(each => Math.hypot(each.x - x, each.y - y))) - 12);
      picture.tables.push({label: row.table, name: row.name, x, y, radius});
    } else {
      const first = seats.reduce((a, b) => b.x < a.x ? b : a);
      picture.labels.push({text: row.name, x: first.x - PITCH, y: first.y});
    }
  }
  return picture;
}

function inRows(rows) {
  const picture = {seats: [], labels: [], tables: []};
  const singly = rows.filter(row => !row.table);
  const longest = Math.max(1, ...singly.map(row => row.cells.length));
  singly.forEach((row, i) => {
    const middle = (row.cells.length - 1) / 2;
    row.cells.forEach((seat, k) => {
      if (seat) {
        picture.seats.push({seat, ...curved(k - middle, i, longest)});
      }
    });
    picture.labels.push({text: row.name, ...curved(-longest / 2 - 0.8, i, longest)});
  });
  aroundTables(rows.filter(row => row.table), singly.length * ROW, picture);
  return picture;
}

/** Rows are curved around the stage a little. */
const curved = (offset, row, longest) => ({x: offset * PITCH, y: row * ROW - (offset / longest) ** 2 * Math.min(60, longest * 2)});

function aroundTables(tables, from, picture) {
  const radius = Math.max(26, ...tables.map(table => table.cells.length * PITCH * 1.1 / (2 * Math.PI)));
  const step = 2 * radius + 2 * PITCH + 8;
  const abreast = Math.min(TABLES_ABREAST, tables.length);
  tables.forEach((table, i) => {
    const x = (i % abreast - (abreast - 1) / 2) * step;
    const y = from + step / 2 + Math.floor(i / abreast) * step;
    picture.tables.push({label: table.table, name: table.name, x, y, radius: radius - 13});
    const seats = table.cells.filter(cell => cell);
    seats.forEach((seat, k) => {
      const angle = (k + 0.5) / seats.length * 2 * Math.PI - Math.PI / 2;
      picture.seats.push({seat, x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle)});
    });
  });
}

/** The seats have a shape for each level of price, so that nobody has to tell colours apart. */
export function shape(level, x, y, r = 9) {
  switch (level % 4) {
    case 0: return `M${x - r + 4} ${y - r}h${2 * r - 8}q4 0 4 4v${2 * r - 8}q0 4 -4 4h${8 - 2 * r}q-4 0 -4 -4v${8 - 2 * r}q0 -4 4 -4z`;
    case 1: return `M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`;
    case 2: return `M${x - r - 1} ${y}l${r / 2 + 0.5} ${-r}h${r + 1}l${r / 2 + 0.5} ${r}l${-r / 2 - 0.5} ${r}h${-r - 1}z`;
    default: return `M${x - r} ${y - r}h${2 * r}v${r + 2}q0 ${r - 2} ${-r} ${r - 2}q${-r} 0 ${-r} ${2 - r}z`;
  }
}

/** Levels of price share three colours. */
export const colour = level => `c${level % 3 + 1}`;
