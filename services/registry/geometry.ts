import gcoordModule from 'gcoord';

// Its types describe an ES module, but Node loads the CommonJS one, whose default is the library itself.
const gcoord = gcoordModule as unknown as typeof gcoordModule.default;

/** WGS-84 degrees. */
export interface Position {
  lat: number;
  lon: number;
}

/** A closed outer ring `[[lon, lat], …]`, WGS-84; the last corner joins the first. */
export type Polygon = readonly (readonly [number, number])[];

const CRS = { wgs84: gcoord.WGS84, gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const;

/**
 * A position of a Chinese map service or of GPS as WGS-84. GCJ-02 (Amap, Tencent) and BD-09 (Baidu) are shifted by up
 * to 700 m and 1.2 km within China and not at all outside; the inverse is exact to about a metre.
 */
export function toWgs84(position: { lat: number; lon: number; crs: keyof typeof CRS }): Position {
  if (position.crs === 'wgs84') return { lat: position.lat, lon: position.lon };
  const [lon, lat] = gcoord.transform([position.lon, position.lat], CRS[position.crs], gcoord.WGS84);
  return { lat, lon };
}

/** Metres between two places over the sphere (haversine, mean Earth radius 6,371,008.8 m). */
export function metresBetween(a: Position, b: Position): number {
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLon = (b.lon - a.lon) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * Whether the ring holds the position. Of polygons that share their corners exactly one holds any position, also on
 * the border: an edge counts from its lower end (included) to its upper one (excluded), and is computed from the same
 * end whichever way it runs.
 */
export function holdsPosition(polygon: Polygon, { lat, lon }: Position): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    let low = polygon[i]!;
    let high = polygon[j]!;
    if (low[1] > high[1]) [low, high] = [high, low];
    if (lat < low[1] || lat >= high[1]) continue;
    if (lon < low[0] + ((lat - low[1]) / (high[1] - low[1])) * (high[0] - low[0])) inside = !inside;
  }
  return inside;
}

/** WGS-84 → GCJ-02, which maps in China are drawn in, to a millionth of a degree; outside China both are the same. */
export function toGcj02(position: Position): Position {
  const [lon, lat] = gcoord.transform([position.lon, position.lat], gcoord.WGS84, gcoord.GCJ02);
  return { lat: Math.round(lat * 1e6) / 1e6, lon: Math.round(lon * 1e6) / 1e6 };
}
