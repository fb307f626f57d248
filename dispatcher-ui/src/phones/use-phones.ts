import { useCallback, useEffect, useRef, useState } from 'react';
import { phonesSchema, type Phones } from '#contracts/telephone.ts';
import { ApiError, call } from '../api/http.ts';

const EVERY_MS = 1_000;

export type PhoneAct = 'pick-up' | 'press' | 'hang-up' | 'call';
export type Reach = 'loading' | 'here' | 'offline' | 'none' | 'elsewhere';

/** The telephones as they are now, looked at every second while the page is seen. */
export function usePhones(): {
  phones: Phones | null;
  reach: Reach;
  /** Answers false when the telephone could not do it. */
  act: (number: string, what: PhoneAct, keys?: string) => Promise<boolean>;
} {
  const [phones, setPhones] = useState<Phones | null>(null);
  const [reach, setReach] = useState<Reach>('loading');
  const turn = useRef(0);

  const look = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const seen = await call(phonesSchema, '/api/demo/phones');
      // An act has been answered meanwhile, and knows better.
      if (mine !== turn.current) return;
      setPhones(seen);
      setReach('here');
    } catch (error) {
      if (mine === turn.current) setReach(reachOf(error));
    }
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const next = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await look();
      if (!gone) timer = setTimeout(() => void next(), EVERY_MS);
    };
    void next();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [look]);

  const act = useCallback(async (number: string, what: PhoneAct, keys?: string): Promise<boolean> => {
    try {
      const seen = await call(phonesSchema, `/api/demo/phones/${encodeURIComponent(number)}/${what}`, {
        method: 'POST',
        body: keys === undefined ? {} : { keys },
      });
      turn.current++;
      setPhones(seen);
      setReach('here');
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'offline') setReach('offline');
      return false;
    }
  }, []);

  return { phones, reach, act };
}

function reachOf(error: unknown): Reach {
  if (!(error instanceof ApiError)) return 'offline';
  if (error.status === 404) return 'none';
  return error.status === 403 ? 'elsewhere' : 'offline';
}
