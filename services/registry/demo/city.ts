import { idFromName } from '#kernel/ids.ts';
import { holdsPosition } from '../geometry.ts';
import type { Position } from '../geometry.ts';
import { bendOf, PROVINCE } from './places.ts';
import type { DistrictPlan } from './places.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { RegionRow } from './rows.ts';
import { tile } from './tiling.ts';
import type { Area } from './tiling.ts';

export interface GridPlan {
  id: string;
  path: string;
  name: string;
  polygon: [number, number][];
  /** All households of the grid, 250–500; only those with elders have rows. */
  households: number;
}

export interface CommunityPlan {
  id: string;
  path: string;
  name: string;
  street: { id: string; path: string; name: string };
  roads: readonly string[];
  grids: GridPlan[];
  /** The n-th of its district, from 0. */
  index: number;
  /** The time that its rows' ids begin with, ms: what is written together lies together in every index. */
  epoch: number;
}

export interface DistrictLayout {
  path: string;
  regions: RegionRow[];
  communities: CommunityPlan[];
}

interface Node {
  level: string;
  code: string;
  name: string;
  path: string;
}

/** A day of its own for each district, long ago in the order of ids. */
function epochOf(plan: DistrictPlan): number {
  return Date.UTC(2020, 0, 1 + plan.index);
}

/** The id of the region with this path, as the demo city names it. */
export function regionIdOf(path: string): string {
  return idFromName(`region:${path}`);
}

/** A district from its plan: streets, communities and 300 grids with boundaries that tile it, always the same. */
export function layOut(plan: DistrictPlan): DistrictLayout {
  const random = createRandom(`district:${plan.code}`);
  const cityPath = `${PROVINCE.code}/${plan.code.slice(0, 4)}/`;
  const root = districtArea(plan, cityPath);
  // The district is about 3.6 times as wide as deep.
  const tiles = new Map(tile(root, bendOf(plan), 3.6, random).map((piece) => [piece.value.path, piece.polygon]));
  const regions = new Map<string, RegionRow>();
  for (const top of [
    { level: 'province', code: PROVINCE.code, name: PROVINCE.name, path: `${PROVINCE.code}/` },
    { level: 'city', code: plan.code.slice(0, 4), name: plan.city, path: cityPath },
  ]) {
    regions.set(top.path, regionRow(top, null, 0));
  }
  const communities: CommunityPlan[] = [];

  const visit = (area: Area<Node>, street: CommunityPlan['street'] | null): number => {
    const node = area.value;
    const polygon = tiles.get(node.path)!;
    const row = regionRow(node, polygon, node.level === 'grid' ? createRandom(`grid:${node.path}`).int(250, 500) : 0);
    regions.set(node.path, row);
    const here = node.level === 'street' ? { id: row.id, path: node.path, name: node.name } : street;
    if (node.level === 'community') {
      communities.push({
        id: row.id,
        path: node.path,
        name: node.name,
        street: here!,
        roads: roadsOf(plan, node),
        grids: [],
        index: communities.length,
        epoch: epochOf(plan) + communities.length,
      });
    }
    if (node.level === 'grid')
      communities
        .at(-1)!
        .grids.push({ id: row.id, path: node.path, name: node.name, polygon, households: row.households });
    for (const part of area.parts) row.households += visit(part, here);
    return row.households;
  };
  visit(root, null);
  return { path: root.value.path, regions: [...regions.values()], communities };
}

function roadsOf(plan: DistrictPlan, community: Node): readonly string[] {
  return plan.streets.find((street) => community.code.startsWith(plan.code + street.code))!.roads;
}

/** 72 communities of 4 grids, every sixth of 5: 300 grids. */
function districtArea(plan: DistrictPlan, cityPath: string): Area<Node> {
  const path = `${cityPath}${plan.code}/`;
  let n = 0;
  const streets = plan.streets.map((street): Area<Node> => {
    const streetCode = plan.code + street.code;
    const streetPath = `${path}${streetCode}/`;
    const communities = street.communities.map((name, i): Area<Node> => {
      const code = `${streetCode}${String(i + 1).padStart(3, '0')}`;
      const grids = Array.from({ length: n++ % 6 === 0 ? 5 : 4 }, (_, g): Area<Node> => {
        const gridCode = String(g + 1).padStart(2, '0');
        return {
          value: { level: 'grid', code: gridCode, name: `${g + 1}网格`, path: `${streetPath}${code}/${gridCode}/` },
          parts: [],
          weight: 1,
        };
      });
      return areaOfParts({ level: 'community', code, name: `${name}社区`, path: `${streetPath}${code}/` }, grids);
    });
    return areaOfParts({ level: 'street', code: streetCode, name: street.name, path: streetPath }, communities);
  });
  return areaOfParts({ level: 'district', code: plan.code, name: plan.name, path }, streets);
}

function areaOfParts(value: Node, parts: readonly Area<Node>[]): Area<Node> {
  return { value, parts, weight: parts.reduce((sum, part) => sum + part.weight, 0) };
}

function regionRow(node: Node, polygon: [number, number][] | null, households: number): RegionRow {
  const lons = polygon?.map(([lon]) => lon) ?? [];
  const lats = polygon?.map(([, lat]) => lat) ?? [];
  const parent = node.path.split('/').slice(0, -2).join('/');
  const centre = polygon === null ? null : centreOf(polygon);
  return {
    id: regionIdOf(node.path),
    parent_id: parent === '' ? null : regionIdOf(`${parent}/`),
    level: node.level,
    code: node.code,
    name: node.name,
    path: node.path,
    lat: centre?.lat ?? null,
    lon: centre?.lon ?? null,
    polygon,
    min_lat: polygon === null ? null : Math.min(...lats),
    max_lat: polygon === null ? null : Math.max(...lats),
    min_lon: polygon === null ? null : Math.min(...lons),
    max_lon: polygon === null ? null : Math.max(...lons),
    households,
  };
}

/** Centre of gravity of an area. */
function centreOf(polygon: readonly (readonly [number, number])[]): Position {
  const [lon0, lat0] = polygon[0]!;
  let twice = 0;
  let lon = 0;
  let lat = 0;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xa, ya] = [polygon[j]![0] - lon0, polygon[j]![1] - lat0];
    const [xb, yb] = [polygon[i]![0] - lon0, polygon[i]![1] - lat0];
    const cross = xa * yb - xb * ya;
    twice += cross;
    lon += (xa + xb) * cross;
    lat += (ya + yb) * cross;
  }
  return { lon: round(lon0 + lon / (3 * twice)), lat: round(lat0 + lat / (3 * twice)) };
}

/** A place inside the grid; `near` draws it within about 60 m of another place where it can. */
export function placeIn(grid: GridPlan, random: Random, near?: Position): Position {
  const lons = grid.polygon.map(([lon]) => lon);
  const lats = grid.polygon.map(([, lat]) => lat);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  for (let attempt = 0; attempt < 400; attempt++) {
    const place =
      near !== undefined && attempt < 20
        ? {
            lat: round(near.lat + (random.next() - 0.5) * 0.001),
            lon: round(near.lon + (random.next() - 0.5) * 0.0012),
          }
        : { lat: round(south + random.next() * (north - south)), lon: round(west + random.next() * (east - west)) };
    if (holdsPosition(grid.polygon, place)) return place;
  }
  throw new Error(`no place found inside grid ${grid.path}`);
}

function round(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}
