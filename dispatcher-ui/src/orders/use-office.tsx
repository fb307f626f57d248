import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useRef, useState, type ReactNode } from 'react';
import type { Me } from '#contracts/session.ts';
import { actKey, ApiError } from '../api/http.ts';
import { SESSION_KEY } from '../api/session.ts';
import { createLink, type LinkState } from '../console/live/link.ts';
import { createServerClock } from '../console/live/server-clock.ts';
import { wordsOf } from '../vendor/shop-desk.ts';

interface Office {
  me: Me;
  /** Heard from the server within the last seconds: only then something may be done here. */
  live: boolean;
  cut: boolean;
  /** Server time, ms, anew every second. */
  now: number;
}

const OfficeContext = createContext<Office | null>(null);

/** Listens to the server's beat for as long as the page is open. */
export function OfficeProvider({ me, children }: { me: Me; children: ReactNode }): ReactNode {
  const client = useQueryClient();
  const [clock] = useState(() => createServerClock());
  const [now, setNow] = useState(() => clock.now());
  const [link, setLink] = useState<LinkState>('connecting');
  useEffect(() => {
    const line = createLink('/board', {
      onState(state) {
        setLink(state);
        if (state === 'live') void client.invalidateQueries();
      },
      onEvent(_name, payload) {
        const at = (payload as { at?: unknown } | null)?.at;
        if (typeof at === 'string') clock.observe(Date.parse(at));
      },
      onRefused: () => void client.invalidateQueries({ queryKey: SESSION_KEY }),
    });
    line.start();
    const stopTicking = clock.onSecond(() => setNow(clock.now()));
    return () => {
      stopTicking();
      line.stop();
      clock.stop();
    };
  }, [client, clock]);
  return <OfficeContext value={{ me, live: link === 'live', cut: link === 'cut', now }}>{children}</OfficeContext>;
}

export function useOffice(): Office {
  const office = use(OfficeContext);
  if (!office) throw new Error('outside the office');
  return office;
}

/** One act at a time: busy while it is on its way, in words when it was refused; tried again under the same key. */
export function useAct(): {
  busy: boolean;
  problem: string | null;
  act(work: (key: string) => Promise<unknown>): Promise<boolean>;
} {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const key = useRef<string | null>(null);
  return {
    busy,
    problem,
    async act(work) {
      key.current ??= actKey();
      setBusy(true);
      setProblem(null);
      try {
        await work(key.current);
        key.current = null;
        await client.invalidateQueries();
        return true;
      } catch (error) {
        // Without an answer it may have been done: the next try is the same act.
        if (!(error instanceof ApiError && error.code === 'offline')) key.current = null;
        setProblem(wordsOf(error));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
