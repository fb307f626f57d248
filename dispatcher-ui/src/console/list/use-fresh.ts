import { useEffect, useRef, useState } from 'react';
import type { ShownIncident } from '../live/reading.ts';
import type { LinkState } from '../live/link.ts';

const FRESH_MS = 3_000;

/** Incidents that came in during the last three seconds; what a snapshot brings is not new. */
export function useFresh(incidents: ReadonlyMap<string, ShownIncident>, link: LinkState): ReadonlySet<string> {
  const known = useRef<ReadonlyMap<string, ShownIncident> | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const before = known.current;
    known.current = link === 'live' ? incidents : null;
    if (link !== 'live' || before === null) return;
    const added = [...incidents.keys()].filter((id) => !before.has(id));
    if (added.length === 0) return;
    setFresh((old) => new Set([...old, ...added]));
    setTimeout(() => {
      setFresh((old) => {
        const next = new Set(old);
        for (const id of added) next.delete(id);
        return next;
      });
    }, FRESH_MS);
  }, [incidents, link]);

  return fresh;
}
