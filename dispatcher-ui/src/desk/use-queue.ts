import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { SESSION_KEY } from '../api/session.ts';
import { createLink, type LinkState } from '../console/live/link.ts';
import { createServerClock } from '../console/live/server-clock.ts';

/** In case a word of the server went astray: asked again at least so often, ms. */
const EVERY_MS = 30_000;
/** A list that could not be had is asked for again, ms. */
const AGAIN_MS = 2_000;
/** Words that come in a heap are one look, ms. */
const HEAP_MS = 150;

/**
 * A queue that is asked for whenever the server says that something has changed, with the server's clock: `now` runs by it
 * whatever this computer's own says. `old`: since when nothing was heard from the server; then nothing may be done here.
 */
export function useQueue<Queue extends { at: string }>(
  name: string,
  fetchIt: (signal: AbortSignal) => Promise<Queue>,
): { queue: Queue | undefined; now: number; old: string | null; again: () => void } {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['queue', name],
    queryFn: ({ signal }) => fetchIt(signal),
    refetchInterval: ({ state }) => (state.status === 'error' ? AGAIN_MS : EVERY_MS),
    refetchIntervalInBackground: true,
    retry: 1,
  });
  const [clock] = useState(() => createServerClock());
  const [now, setNow] = useState(() => clock.now());
  const [{ link, heardAt }, setLine] = useState<{ link: LinkState; heardAt: string | null }>({
    link: 'connecting',
    heardAt: null,
  });
  useEffect(() => {
    let heap: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      heap ??= setTimeout(() => {
        heap = undefined;
        // What was asked before the word came may not hold it: that answer is thrown away.
        void client.invalidateQueries({ queryKey: ['queue'] });
      }, HEAP_MS);
    };
    const line = createLink('/desk', {
      onState: (state) => setLine((before) => ({ ...before, link: state })),
      onEvent(event, payload) {
        const { at } = payload as { at: string };
        clock.observe(Date.parse(at));
        setLine((before) => ({ ...before, heardAt: at }));
        if (event !== 'beat') look();
      },
      onRefused: () => void client.invalidateQueries({ queryKey: SESSION_KEY }),
    });
    line.start();
    const tick = (): void => setNow(clock.now());
    tick();
    const stopTicking = clock.onSecond(tick);
    return () => {
      clearTimeout(heap);
      stopTicking();
      line.stop();
    };
  }, [client, clock]);
  // Before the first word the list itself says when it was made.
  const known = heardAt ?? query.data?.at ?? null;
  // A line that lives and a list that can't be had is no less cut off.
  const isOld = link === 'cut' || query.isError;
  return {
    queue: query.data,
    now,
    old: isOld ? (known ?? new Date(now).toISOString()) : null,
    again: () => void query.refetch(),
  };
}
