/** The house of an event: its sections with their prices, and what is free in them. */

export class House {

  /** @param event as `GET api/events/{id}` shows it
    * @param live the LiveMap of its seats, which may be empty at first */
  constructor(event, live) {
    this.live = live;
    this.isLoaded = false;
    this.focus = undefined;
    this.#bySection = new Map();
    this.#gaps = new Map();
    this.update(event);
  }

  #bySection;
  #gaps;

  /** The event has changed: other prices, or more sections. */
  update(event) {
    this.event = event;
    this.types = event.priceTypes;
    const levels = [...new Set(event.sections.map(section => section.price))].sort((a, b) => b - a);
    this.levels = levels;
    this.sections = event.sections.map(section => ({
      name: section.name,
      prices: section.prices || {[this.types[0].id]: section.price},
      level: levels.indexOf(section.price),
      isPlaces: section.places !== undefined,
      isTables: !!section.rows?.length && section.rows.every(row => row.sold === 'WHOLE'),
      capacity: section.places ?? section.rows.reduce((sum, row) => sum + row.seats, 0),
    }));
  }

  /** The seats were read: sorts them into their sections. */
  load() {
    this.#bySection = new Map(this.sections.map(section => [section.name, []]));
    for (const seat of this.live.seats.values()) {
      this.#bySection.get(seat.section)?.push(seat);
    }
    this.isLoaded = true;
  }

  /** Takes the gaps of rows from the plan, and where the stage is. */
  plan(plan) {
    this.focus = plan.focus;
    for (const section of plan.sections) {
      for (const row of section.rows || []) {
        if (Array.isArray(row.seats)) {
          this.#gaps.set(`${section.name}-${row.name}`,
            row.seats.map(seat => seat && `${section.name}-${row.name}-${seat.number}`));
        }
      }
    }
  }

  section(name) { return this.sections.find(section => section.name === name); }

  /** The price types that are sold in a section, with their prices. */
  typesOf(name) {
    const prices = this.section(name)?.prices || {};
    return this.types.filter(type => prices[type.id] !== undefined).map(type => ({...type, price: prices[type.id]}));
  }

  price(section, type) { return this.section(section)?.prices[type] ?? 0; }

  lowest(section) { return Math.min(...Object.values(section.prices)); }

  typeName(id) { return this.types.find(type => type.id === id)?.name ?? id; }

  seats(section) { return this.#bySection.get(section) || []; }

  area(section) { return this.live.areas.find(area => area.section === section); }

  /** How many seats or places of a section can be bought now; undefined as long as it is not known. */
  free(section) {
    if (!this.isLoaded) {
      return undefined;
    }
    return section.isPlaces ? this.area(section.name)?.available ?? 0 : this.seats(section.name).filter(isFree).length;
  }

  get freeAltogether() {
    return this.isLoaded ? this.sections.reduce((sum, section) => sum + this.free(section), 0) : undefined;
  }

  /** The rows of a section: `{name, table, cells}` with null for a gap. */
  rows(section) {
    const rows = new Map();
    for (const seat of this.seats(section)) {
      if (!rows.has(seat.row)) {
        rows.set(seat.row, {name: seat.row, table: seat.table, cells: []});
      }
      rows.get(seat.row).cells.push(seat);
    }
    for (const [name, row] of rows) {
      const labels = this.#gaps.get(`${section}-${name}`);
      if (labels) {
        row.cells = labels.map(label => label && this.live.seats.get(label) || null);
      }
    }
    return [...rows.values()];
  }

  /** The seats of a table. */
  tableSeats(label) {
    for (const seats of this.#bySection.values()) {
      const found = seats.filter(seat => seat.table === label);
      if (found.length) {
        return found;
      }
    }
    return [];
  }
}

export const isFree = seat => seat.status === 'AVAILABLE' && seat.forSale !== false;

export const numberOf = seat => seat.numberText ?? String(seat.number);
