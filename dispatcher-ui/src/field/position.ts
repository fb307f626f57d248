/** Where this phone is: asked for only on duty or on a job, sent at a sensible rate. */
import { useEffect, useRef, useState } from 'react';
import type { WireFix } from '#contracts/field.ts';
import { call, nothing } from '../api/http.ts';

/** On a job often enough for the desk to see him move, else seldom, for the sake of the battery; ms. */
const ON_JOB_MS = 10_000;
const IDLE_MS = 60_000;

export interface OwnPosition {
  fix: WireFix | null;
  /** When it was measured, ms by this phone. */
  at: number | null;
  refused: boolean;
}

const NONE: OwnPosition = { fix: null, at: null, refused: false };

/** Watches and sends while `on`; `job`: somebody waits for him. */
export function usePosition(on: boolean, job: boolean): OwnPosition {
  const [own, setOwn] = useState(NONE);
  const last = useRef<WireFix | null>(null);
  const denied = useRef(false);
  useEffect(() => {
    if (!on || !('geolocation' in navigator)) return undefined;
    const watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        const fix: WireFix = {
          lat: coords.latitude,
          lon: coords.longitude,
          accuracy: coords.accuracy,
          at: new Date(timestamp).toISOString(),
        };
        last.current = fix;
        denied.current = false;
        setOwn({ fix, at: timestamp, refused: false });
      },
      (error) => {
        denied.current = error.code === error.PERMISSION_DENIED;
        setOwn((before) => ({ ...before, refused: denied.current }));
      },
      { enableHighAccuracy: job, maximumAge: 5_000 },
    );
    return () => navigator.geolocation.clearWatch(watch);
  }, [on, job]);
  useEffect(() => {
    if (!on) return undefined;
    let sent = '';
    const report = (): void => {
      const fix = last.current;
      if (fix === null || fix.at === sent) return;
      sent = fix.at ?? '';
      const { at: _phone, ...now } = fix;
      // The phone's clock may be wrong: a fix that is fresh goes without it, as of now.
      call(nothing, '/api/me/position', { method: 'POST', body: now }).catch(() => undefined);
    };
    report();
    const first = setTimeout(report, 3_000);
    const timer = setInterval(report, job ? ON_JOB_MS : IDLE_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [on, job]);
  return on ? own : NONE;
}
