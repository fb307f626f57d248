import type { Random } from './random.ts';

/**
 * Areas that tile a city without a gap. Everything is cut in the unit square, where straight cuts of convex pieces are
 * exact, and only then bent onto the map: the river bank is the lower edge of the square. Corners that a later cut puts
 * on a neighbour's edge are added to the neighbour too, so that both sides of every border are the same points.
 */
type Point = readonly [number, number];
type Ring = readonly Point[];

/** Bends the unit square onto the map, [lon, lat]. One to one, or areas would overlap. */
export type Bend = (u: number, v: number) => Point;

/** A tree of areas; only leaves have a `weight`, the others weigh what their parts weigh. */
export interface Area<T> {
  value: T;
  parts: readonly Area<T>[];
  weight: number;
}

export interface Tile<T> {
  value: T;
  /** Outer ring, [lon, lat], 6 decimals (0.1 m), not closed. */
  polygon: [number, number][];
}

/** About how long a straight piece of a border may be, in parts of the square, before it follows the bend. */
const STEP = 0.02;
const NEAR = 1e-9;

/** Cuts the square among the parts of `root`, by weight, then each piece among its own parts. Tiles come parents first. */
export function tile<T>(root: Area<T>, bend: Bend, aspect: number, random: Random): Tile<T>[] {
  const pieces: { value: T; ring: Ring }[] = [];
  const square: Ring = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  const visit = (area: Area<T>, ring: Ring): void => {
    pieces.push({ value: area.value, ring });
    if (area.parts.length > 0) {
      for (const [part, piece] of share(area.parts, ring, aspect, random)) visit(part, piece);
    }
  };
  visit(root, square);

  const corners = indexCorners(pieces.map(({ ring }) => ring));
  return pieces.map(({ value, ring }) => ({ value, polygon: bendRing(ring, corners, bend) }));
}

/** Halves the list, cuts the ring by the weights of the halves, and goes on with each. */
function share<T>(parts: readonly Area<T>[], ring: Ring, aspect: number, random: Random): [Area<T>, Ring][] {
  if (parts.length === 1) return [[parts[0]!, ring]];
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  let split = 1;
  let first = parts[0]!.weight;
  while (split < parts.length - 1 && first + parts[split]!.weight / 2 < total / 2) first += parts[split++]!.weight;
  const [left, right] = cut(ring, first / total, aspect, random);
  return [...share(parts.slice(0, split), left, aspect, random), ...share(parts.slice(split), right, aspect, random)];
}

/** Cuts off `fraction` of a convex ring with a line across its longer side, a little askew as real borders are. */
function cut(ring: Ring, fraction: number, aspect: number, random: Random): [Ring, Ring] {
  const us = ring.map(([u]) => u);
  const vs = ring.map(([, v]) => v);
  const wide = (Math.max(...us) - Math.min(...us)) * aspect >= Math.max(...vs) - Math.min(...vs);
  const tilt = (random.next() - 0.5) * 0.36;
  const normal: Point = wide ? [Math.cos(tilt), Math.sin(tilt) / aspect] : [Math.sin(tilt) * aspect, Math.cos(tilt)];
  const along = ring.map(([u, v]) => u * normal[0] + v * normal[1]);
  const wanted = areaOf(ring) * fraction;
  let low = Math.min(...along);
  let high = Math.max(...along);
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (areaOf(halves(ring, normal, middle)[0]) < wanted) low = middle;
    else high = middle;
  }
  return halves(ring, normal, (low + high) / 2);
}

/** Both sides of a line; the corners that the line makes are the same numbers in both. */
function halves(ring: Ring, normal: Point, at: number): [Ring, Ring] {
  const below: Point[] = [];
  const above: Point[] = [];
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i]!;
    const b = ring[(i + 1) % ring.length]!;
    const da = a[0] * normal[0] + a[1] * normal[1] - at;
    const db = b[0] * normal[0] + b[1] * normal[1] - at;
    (da <= 0 ? below : above).push(a);
    if (da <= 0 !== db <= 0) {
      const t = da / (da - db);
      const corner: Point = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
      below.push(corner);
      above.push(corner);
    }
  }
  return [below, above];
}

/** Area of a ring, in its own units. */
export function areaOf(ring: Ring): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
    sum += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  return Math.abs(sum) / 2;
}

const CELLS = 40;
type Corners = Map<number, Point[]>;

/** All corners by cell of a coarse net, each once. */
function indexCorners(rings: readonly Ring[]): Corners {
  const cells: Corners = new Map();
  for (const corner of rings.flat()) {
    const cell = cellOf(corner[0]) * (CELLS + 1) + cellOf(corner[1]);
    const known = cells.get(cell) ?? [];
    if (!known.some(([u, v]) => u === corner[0] && v === corner[1])) known.push(corner);
    cells.set(cell, known);
  }
  return cells;
}

function cellOf(x: number): number {
  return Math.min(CELLS, Math.max(0, Math.floor(x * CELLS)));
}

/** The corners strictly between `a` and `b`, from `a` on. */
function cornersBetween(a: Point, b: Point, corners: Corners): Point[] {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const found: { t: number; corner: Point }[] = [];
  for (let cu = cellOf(Math.min(a[0], b[0]) - NEAR); cu <= cellOf(Math.max(a[0], b[0]) + NEAR); cu++) {
    for (let cv = cellOf(Math.min(a[1], b[1]) - NEAR); cv <= cellOf(Math.max(a[1], b[1]) + NEAR); cv++) {
      for (const corner of corners.get(cu * (CELLS + 1) + cv) ?? []) {
        const t = ((corner[0] - a[0]) * (b[0] - a[0]) + (corner[1] - a[1]) * (b[1] - a[1])) / (length * length);
        const off = ((corner[0] - a[0]) * (b[1] - a[1]) - (corner[1] - a[1]) * (b[0] - a[0])) / length;
        if (Math.abs(off) < NEAR && t * length > NEAR && (1 - t) * length > NEAR) found.push({ t, corner });
      }
    }
  }
  return found.toSorted((x, y) => x.t - y.t).map(({ corner }) => corner);
}

function bendRing(ring: Ring, corners: Corners, bend: Bend): [number, number][] {
  const bent: [number, number][] = [];
  const add = ([u, v]: Point): void => {
    const [lon, lat] = bend(u, v);
    const point: [number, number] = [round(lon), round(lat)];
    const last = bent.at(-1);
    if (last === undefined || last[0] !== point[0] || last[1] !== point[1]) bent.push(point);
  };
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i]!;
    const b = ring[(i + 1) % ring.length]!;
    const stops = [a, ...cornersBetween(a, b, corners), b];
    for (let s = 0; s + 1 < stops.length; s++) for (const point of between(stops[s]!, stops[s + 1]!)) add(point);
  }
  const [first, last] = [bent[0]!, bent.at(-1)!];
  if (bent.length > 1 && first[0] === last[0] && first[1] === last[1]) bent.pop();
  return bent;
}

/** `a` and the points on the way to `b`, without `b`; the same points whichever way the border is walked. */
function between(a: Point, b: Point): Point[] {
  const turned = a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
  const [from, to] = turned ? [b, a] : [a, b];
  const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / STEP));
  const points: Point[] = [];
  for (let i = 1; i < steps; i++)
    points.push([from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps]);
  return [a, ...(turned ? points.toReversed() : points)];
}

function round(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}
