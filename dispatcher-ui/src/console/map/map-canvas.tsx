import { useQuery } from '@tanstack/react-query';
import i18next from 'i18next';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncident } from '#contracts/incident.ts';
import type { WireRegion } from '#contracts/registry.ts';
import type { WireResponder } from '#contracts/socket.ts';
import { fetchRegions } from '../../api/regions.ts';
import { useTheme } from '../../theme/theme.ts';
import { useCase } from '../incident/case-context.tsx';
import { liveAssignments, toneOf } from '../incident/case-state.ts';
import { whoWords } from '../incident/case-words.ts';
import { useDesk, useLive, useNow } from '../live/use-live.tsx';
import { openIncident } from '../view.ts';
import { createAreaMap, type AreaMap, type Sign } from './area-map.ts';

/** Names of grids are shown only for so many around the home, or they cover what matters. */
const NAMED_GRIDS = 9;

export default function MapCanvas(): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<AreaMap | null>(null);
  const [failed, setFailed] = useState(false);
  const theme = useTheme();
  const { incident } = useCase();
  const within = me.regions.length === 1 ? (me.regions[0]?.path ?? '') : '';
  const grids = useQuery({
    queryKey: ['grids', within],
    queryFn: () => fetchRegions('grid', within, true),
    staleTime: Infinity,
    retry: 3,
  });

  useEffect(() => {
    if (!box.current) return;
    let made: AreaMap;
    try {
      made = createAreaMap(box.current, mapWords());
    } catch {
      setFailed(true);
      return;
    }
    setMap(made);
    return () => {
      setMap(null);
      made.remove();
    };
  }, []);

  useEffect(() => map?.recolour(), [map, theme]);
  const own = incident?.region.find((one) => one.level === 'grid')?.id ?? null;
  useEffect(() => map?.grids(grids.data ?? [], own), [map, grids.data, own]);
  useFit(map, grids.data, incident);

  if (failed) return <p className="map-note">{t('map.noWebgl')}</p>;
  return (
    <>
      <div ref={box} className="map-box" data-testid="map" />
      {map && <Signs map={map} regions={grids.data ?? []} own={own} />}
      {grids.isError && <p className="map-note is-over grey">{t('map.noGrids')}</p>}
    </>
  );
}

/** What the map itself says, in the language in which it was opened. */
function mapWords(): Record<string, string> {
  return {
    'ScaleControl.Meters': i18next.t('unit.m'),
    'ScaleControl.Kilometers': i18next.t('unit.km'),
    'NavigationControl.ZoomIn': i18next.t('map.zoomIn'),
    'NavigationControl.ZoomOut': i18next.t('map.zoomOut'),
    'Map.Title': i18next.t('map.title'),
  };
}

/** Follows the opened incident: home and who is coming, or everything when none is open. */
function useFit(
  map: AreaMap | null,
  regions: readonly WireRegion[] | undefined,
  incident: WireIncident | undefined,
): void {
  const responders = useLive((state) => state.responders);
  const newest = useRef({ responders, incident });
  useEffect(() => {
    newest.current = { responders, incident };
  });
  const id = incident?.id;
  // Who is sent and who can be seen coming: each makes the picture another one.
  const coming = incident
    ? liveAssignments(incident)
        .map((one) => (pointOf(responders.get(one.responder.id)).length > 0 ? one.id : ''))
        .join(' ')
    : '';
  useEffect(() => {
    if (!map) return;
    const now = newest.current;
    const home = now.incident?.position;
    if (home && now.incident) {
      const people = liveAssignments(now.incident).flatMap((one) => pointOf(now.responders.get(one.responder.id)));
      map.fit([[home.lon, home.lat], ...people], people.length > 0 ? 16.2 : 14.8);
    } else {
      map.fit(
        (regions ?? []).flatMap((one) => one.polygon ?? []),
        15,
      );
    }
  }, [map, regions, id, coming]);
}

function pointOf(one: WireResponder | undefined): [number, number][] {
  return one && one.lat !== null && one.lon !== null ? [[one.lon, one.lat]] : [];
}

function Signs({ map, regions, own }: { map: AreaMap; regions: readonly WireRegion[]; own: string | null }): ReactNode {
  const { t } = useTranslation();
  const { incident, detail } = useCase();
  const incidents = useLive((state) => state.incidents);
  const responders = useLive((state) => state.responders);
  const now = useNow();
  const minute = Math.floor(now / 15_000);

  const names = useMemo(() => gridNames(regions, own), [regions, own]);
  const others = useMemo(() => otherHomes([...incidents.values()], incident), [incidents, incident]);
  const people = useMemo(() => {
    const candidates = new Set((detail?.candidates ?? []).slice(0, 5).map((one) => one.id));
    return [...responders.values()].flatMap((one) =>
      responderSign(one, incident, candidates, minute * 15_000, (minutes) => t('map.minutes', { minutes })),
    );
  }, [responders, incident, detail, minute, t]);

  useEffect(() => {
    const home: Sign[] = incident?.position
      ? [
          {
            id: 'home',
            lat: incident.position.lat,
            lon: incident.position.lon,
            look: `is-home tone-${toneOf(incident)}`,
            text: whoWords(incident),
            rank: 30,
          },
        ]
      : [];
    map.signs([...names, ...others, ...people, ...home]);
    const to = incident?.position;
    map.ways(
      to && incident
        ? liveAssignments(incident)
            .filter((one) => one.state === 'accepted' || one.state === 'under_way')
            .flatMap((one) =>
              pointOf(responders.get(one.responder.id)).map((from): [[number, number], [number, number]] => [
                from,
                [to.lon, to.lat],
              ]),
            )
        : [],
    );
  }, [map, names, others, people, incident, responders]);
  return null;
}

function centre(region: WireRegion): [number, number] | null {
  if (region.lon != null && region.lat != null) return [region.lon, region.lat];
  const ring = region.polygon;
  if (!ring || ring.length === 0) return null;
  return [
    ring.reduce((sum, one) => sum + one[0], 0) / ring.length,
    ring.reduce((sum, one) => sum + one[1], 0) / ring.length,
  ];
}

/** The names of her grid and of the nearest around it. */
function gridNames(regions: readonly WireRegion[], own: string | null): Sign[] {
  const home = regions.find((one) => one.id === own);
  const middle = home ? centre(home) : null;
  if (!middle) return [];
  const placed = regions.flatMap((region) => {
    const at = centre(region);
    return at ? [{ region, at, far: (at[0] - middle[0]) ** 2 + (at[1] - middle[1]) ** 2 }] : [];
  });
  return placed
    .sort((a, b) => a.far - b.far)
    .slice(0, NAMED_GRIDS)
    .map(({ region, at }) => ({
      id: `grid-${region.id}`,
      lat: at[1],
      lon: at[0],
      look: region.id === own ? 'is-name is-own' : 'is-name',
      text: region.name,
      rank: 1,
    }));
}

function otherHomes(incidents: readonly WireIncident[], open: WireIncident | undefined): Sign[] {
  return incidents.flatMap((one): Sign[] => {
    if (!one.position || one.id === open?.id || one.state === 'resolved') return [];
    const tone = toneOf(one);
    return [
      {
        id: one.id,
        lat: one.position.lat,
        lon: one.position.lon,
        look: `is-other tone-${tone}`,
        text: '',
        label: whoWords(one),
        rank: tone === 'red' ? 12 : 5,
        onClick: () => openIncident(one.id),
      },
    ];
  });
}

const METRES_PER_DEGREE = 111_320;

/** Near enough over the few streets that a map of the desk shows. */
function metresBetween(lat: number, lon: number, to: { lat: number; lon: number }): number {
  return Math.hypot(lat - to.lat, (lon - to.lon) * Math.cos((lat * Math.PI) / 180)) * METRES_PER_DEGREE;
}

function responderSign(
  one: WireResponder,
  incident: WireIncident | undefined,
  candidates: ReadonlySet<string>,
  now: number,
  minutesText: (minutes: number) => string,
): Sign[] {
  if (one.lat === null || one.lon === null || one.state === 'off') return [];
  const assignment = incident && liveAssignments(incident).find((other) => other.responder.id === one.id);
  const place = { id: `staff-${one.id}`, lat: one.lat, lon: one.lon };
  const below = incident?.position && metresBetween(one.lat, one.lon, incident.position) < 60 ? ' is-below' : '';
  if (assignment) {
    const left =
      assignment.etaAt && assignment.state !== 'on_scene'
        ? ` ${minutesText(Math.max(1, Math.round((Date.parse(assignment.etaAt) - now) / 60_000)))}`
        : '';
    return [
      {
        ...place,
        look: `is-person ${assignment.state === 'on_scene' ? 'tone-green' : 'tone-blue'}${below}`,
        text: `${one.name}${left}`,
        rank: 20,
      },
    ];
  }
  if (candidates.has(one.id)) return [{ ...place, look: `is-person${below}`, text: one.name, rank: 10 }];
  return incident ? [] : [{ ...place, look: 'is-walker', text: '', rank: 2 }];
}
