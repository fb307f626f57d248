import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

const EVERY_MS = 3_000;
/** After so long without an answer the page says that it may be old, and nothing can be done on it. */
const OLD_MS = 4_900;

/** A queue asked for every 3 s, with the server's clock: `now` runs by it whatever this computer's own says. */
export function useQueue<Queue extends { at: string }>(
  name: string,
  fetchIt: (signal: AbortSignal) => Promise<Queue>,
): { queue: Queue | undefined; now: number; old: string | null; again: () => void } {
  const query = useQuery({
    queryKey: ['queue', name],
    queryFn: ({ signal }) => fetchIt(signal),
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: true,
    retry: false,
  });
  const offset = useRef(0);
  const [now, setNow] = useState(() => Date.now());
  const [isOld, setOld] = useState(false);
  const at = query.data?.at;
  useEffect(() => {
    if (at !== undefined) offset.current = Date.parse(at) - Date.now();
  }, [at]);
  const { dataUpdatedAt } = query;
  useEffect(() => {
    const tick = () => {
      setNow(Date.now() + offset.current);
      setOld(dataUpdatedAt > 0 && Date.now() - dataUpdatedAt > OLD_MS);
    };
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [dataUpdatedAt]);
  return { queue: query.data, now, old: isOld && at !== undefined ? at : null, again: () => void query.refetch() };
}
