import gcoordModule from 'gcoord';

// Its types say CommonJS where it is an ES module: the default is the thing itself.
const gcoord = gcoordModule as unknown as typeof gcoordModule.default;

/** A link that opens the way to a place (WGS-84) in the phone's map app: 高德 takes GCJ-02 and falls back to its page. */
export function navigateLink(place: { lat: number; lon: number }, name: string): string {
  const [lon, lat] = gcoord.transform([place.lon, place.lat], gcoord.WGS84, gcoord.GCJ02);
  const to = encodeURIComponent(`${lon.toFixed(6)},${lat.toFixed(6)},${name}`);
  return `https://uri.amap.com/navigation?to=${to}&mode=ride&coordinate=gaode&callnative=1`;
}

/** The same for any other map app of the phone: RFC 5870, which is WGS-84. */
export function geoLink(place: { lat: number; lon: number }): string {
  return `geo:${place.lat.toFixed(6)},${place.lon.toFixed(6)}`;
}
