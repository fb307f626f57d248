import { describe, expect, it } from 'vitest';
import { holdsPosition, metresBetween, toWgs84 } from './geometry.ts';

describe('map services', () => {
  // WGS-84 and GCJ-02 of three places, from the tests of googollee/eviltransform (Shanghai, Shenzhen, Beijing).
  it.each([
    [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
    [22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
    [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
  ])('GCJ-02 %f, %f comes back to within 1 m', (lat, lon, gcjLat, gcjLon) => {
    expect(metresBetween(toWgs84({ lat: gcjLat, lon: gcjLon, crs: 'gcj02' }), { lat, lon })).toBeLessThan(1);
  });

  it('BD-09 is undone down to WGS-84', () => {
    // wandergis/coordtransform, README: BD-09 116.404, 39.915 is GCJ-02 116.39762729119315, 39.90865673957631.
    const direct = toWgs84({ lat: 39.915, lon: 116.404, crs: 'bd09' });
    const byGcj = toWgs84({ lat: 39.90865673957631, lon: 116.39762729119315, crs: 'gcj02' });
    expect(metresBetween(direct, byGcj)).toBeLessThan(1);
  });

  it('WGS-84 stays as it is, and abroad nothing is shifted', () => {
    expect(toWgs84({ lat: 32.0421, lon: 112.1442, crs: 'wgs84' })).toEqual({ lat: 32.0421, lon: 112.1442 });
    expect(
      metresBetween(toWgs84({ lat: 48.8584, lon: 2.2945, crs: 'gcj02' }), { lat: 48.8584, lon: 2.2945 }),
    ).toBeLessThan(0.01);
  });
});

it('a degree along a meridian is 111.2 km', () => {
  expect(metresBetween({ lat: 32, lon: 112 }, { lat: 33, lon: 112 })).toBeCloseTo(111_195, -1);
  expect(metresBetween({ lat: 32, lon: 112 }, { lat: 32, lon: 112 })).toBe(0);
});

it('a position on the border of neighbours is in exactly one of them', () => {
  const west = [
    [0, 0],
    [1, 0],
    [1.1, 0.5],
    [1, 1],
    [0, 1],
  ] as const;
  const east = [
    [1, 0],
    [2, 0],
    [2, 1],
    [1, 1],
    [1.1, 0.5],
  ] as const;
  for (const place of [
    { lat: 0.25, lon: 1.05 },
    { lat: 0.5, lon: 1.1 },
    { lat: 0, lon: 1 },
    { lat: 0.1, lon: 1.02 },
    { lat: 0.7, lon: 1 + 0.1 * (0.3 / 0.5) },
  ]) {
    expect([west, east].filter((ring) => holdsPosition(ring, place))).toHaveLength(1);
  }
});
