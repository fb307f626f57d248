/**
 * The map: outlines of the grids drawn from our own data, and signs laid over them as HTML. No tiles, no glyphs, nothing
 * fetched from anywhere.
 */
import {
  type GeoJSONSource,
  Map as GlMap,
  Marker,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
  type LngLatBoundsLike,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { WireRegion } from '#contracts/registry.ts';

setWorkerUrl(workerUrl);

export interface Sign {
  id: string;
  lat: number;
  lon: number;
  /** Class names of map.css: what it is and how urgent. */
  look: string;
  text: string;
  /** For a screen reader, where there is no text. */
  label?: string;
  /** The signs with the higher rank lie on top. */
  rank: number;
  onClick?: () => void;
}

export interface AreaMap {
  grids(regions: readonly WireRegion[], own: string | null): void;
  signs(signs: readonly Sign[]): void;
  /** Straight lines from who is coming to where he is awaited. */
  ways(ways: readonly [[number, number], [number, number]][]): void;
  fit(points: readonly [number, number][], maxZoom: number): void;
  recolour(): void;
  remove(): void;
}

const MOVE_MS = 900;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Draws a map into `box`; `words` are its own, by MapLibre's names. Throws where the browser has no WebGL. */
export function createAreaMap(box: HTMLElement, words: Record<string, string>): AreaMap {
  const map = new GlMap({
    container: box,
    locale: words,
    style: {
      version: 8,
      sources: {},
      layers: [{ id: 'ground', type: 'background', paint: { 'background-color': colour('--map-ground') } }],
    },
    center: [112.14, 32.04],
    zoom: 12,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    keyboard: false,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left');

  const shown = new Map<string, { marker: Marker; sign: Sign; frame: number }>();
  let onLoad: (() => void)[] | null = [];
  map.on('load', () => {
    addLayers(map);
    for (const act of onLoad ?? []) act();
    onLoad = null;
  });
  const whenLoaded = (act: () => void) => (onLoad === null ? act() : onLoad.push(act));
  const draw = (name: string, features: Parameters<GeoJSONSource['setData']>[0]) => {
    whenLoaded(() => void map.getSource<GeoJSONSource>(name)?.setData(features));
  };

  return {
    grids(regions, own) {
      draw('grids', { type: 'FeatureCollection', features: regions.flatMap((one) => gridFeature(one, own)) });
    },
    ways(ways) {
      const lines = ways.map((coordinates) => ({
        type: 'Feature' as const,
        properties: {},
        geometry: { type: 'LineString' as const, coordinates: [...coordinates] },
      }));
      draw('ways', { type: 'FeatureCollection', features: lines });
    },
    signs(signs) {
      const wanted = new Set(signs.map((one) => one.id));
      for (const [id, one] of shown) {
        if (wanted.has(id)) continue;
        cancelAnimationFrame(one.frame);
        one.marker.remove();
        shown.delete(id);
      }
      for (const sign of signs) place(map, shown, sign);
    },
    fit(points, maxZoom) {
      const bounds = boundsOf(points);
      if (bounds)
        map.fitBounds(bounds, { padding: { top: 72, bottom: 56, left: 72, right: 88 }, maxZoom, duration: 0 });
    },
    recolour() {
      whenLoaded(() => {
        map.setPaintProperty('ground', 'background-color', colour('--map-ground'));
        map.setPaintProperty('grid-own', 'fill-color', colour('--map-grid-own'));
        map.setPaintProperty('grid-line', 'line-color', colour('--map-grid'));
        map.setPaintProperty('way', 'line-color', colour('--blue'));
      });
    },
    remove() {
      for (const one of shown.values()) cancelAnimationFrame(one.frame);
      map.remove();
    },
  };
}

function addLayers(map: GlMap): void {
  const none = { type: 'FeatureCollection', features: [] } as const;
  map.addSource('grids', { type: 'geojson', data: { ...none, features: [] } });
  map.addSource('ways', { type: 'geojson', data: { ...none, features: [] } });
  map.addLayer({
    id: 'grid-own',
    type: 'fill',
    source: 'grids',
    filter: ['==', ['get', 'own'], true],
    paint: { 'fill-color': colour('--map-grid-own') },
  });
  map.addLayer({
    id: 'grid-line',
    type: 'line',
    source: 'grids',
    paint: { 'line-color': colour('--map-grid'), 'line-width': ['case', ['get', 'own'], 2, 1] },
  });
  map.addLayer({
    id: 'way',
    type: 'line',
    source: 'ways',
    paint: { 'line-color': colour('--blue'), 'line-width': 2, 'line-dasharray': [2, 2] },
  });
}

function gridFeature(region: WireRegion, own: string | null) {
  if (!region.polygon || region.polygon.length < 3) return [];
  const ring = region.polygon.map(([lon, lat]) => [lon, lat]);
  const [first, last] = [ring[0]!, ring.at(-1)!];
  if (first[0] !== last[0] || first[1] !== last[1]) ring.push(first);
  return [
    {
      type: 'Feature' as const,
      properties: { own: region.id === own },
      geometry: { type: 'Polygon' as const, coordinates: [ring] },
    },
  ];
}

function place(map: GlMap, shown: Map<string, { marker: Marker; sign: Sign; frame: number }>, sign: Sign): void {
  const known = shown.get(sign.id);
  if (known) {
    dress(known.marker.getElement(), sign);
    if (known.sign.lat !== sign.lat || known.sign.lon !== sign.lon) glide(known, sign);
    known.sign = sign;
    return;
  }
  const element = document.createElement(sign.onClick ? 'button' : 'div');
  dress(element, sign);
  const marker = new Marker({ element, anchor: sign.look.startsWith('is-home') ? 'bottom' : 'center' })
    .setLngLat([sign.lon, sign.lat])
    .addTo(map);
  shown.set(sign.id, { marker, sign, frame: 0 });
}

function dress(element: HTMLElement, sign: Sign): void {
  const added = [...element.classList].filter((name) => name.startsWith('maplibregl-'));
  element.className = [...added, 'sign', ...sign.look.split(' ')].join(' ');
  if (element.textContent !== sign.text) element.textContent = sign.text;
  if (sign.label) element.setAttribute('aria-label', sign.label);
  element.style.zIndex = String(sign.rank);
  element.onclick = sign.onClick ? () => sign.onClick?.() : null;
}

/** From where it stands to where it is now, once: a person walked. */
function glide(one: { marker: Marker; frame: number }, to: Sign): void {
  cancelAnimationFrame(one.frame);
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || document.hidden) {
    one.marker.setLngLat([to.lon, to.lat]);
    return;
  }
  const from = one.marker.getLngLat();
  const start = performance.now();
  const step = (now: number) => {
    const part = Math.min(1, (now - start) / MOVE_MS);
    one.marker.setLngLat([from.lng + (to.lon - from.lng) * part, from.lat + (to.lat - from.lat) * part]);
    if (part < 1) one.frame = requestAnimationFrame(step);
  };
  one.frame = requestAnimationFrame(step);
}

function boundsOf(points: readonly [number, number][]): LngLatBoundsLike | null {
  if (points.length === 0) return null;
  const lons = points.map((one) => one[0]);
  const lats = points.map((one) => one[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
