/** Where this phone is: asked for only on duty or on a job, sent at a sensible rate. */
import { useEffect, useState } from 'react';
import { POSITION_EVERY_MS, type WireFix } from '#contracts/field.ts';
import { call, nothing } from '../api/http.ts';

/** On a job often enough for the desk to see him move, else seldom, for the sake of the battery; ms. */
const ON_JOB_MS = 10_000;
const IDLE_MS = 60_000;
/** A fix is told of as where he is now for so long, ms. */
const TOLD_WITHIN_MS = 30_000;

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
  useEffect(() => {
    if (!on || !('geolocation' in navigator)) return undefined;
    const fixOf = ({ coords }: GeolocationPosition): WireFix => ({
      lat: coords.latitude,
      lon: coords.longitude,
      accuracy: coords.accuracy,
    });
    let last: { fix: WireFix; at: number } | null = null;
    let sentAt = -Infinity;
    const take = (found: GeolocationPosition): void => {
      last = { fix: fixOf(found), at: performance.now() };
      setOwn({ fix: last.fix, at: Date.now(), refused: false });
    };
    // The phone's clock may be wrong, so a fix goes without a time, as of now.
    const send = (): void => {
      if (last === null || performance.now() - last.at > TOLD_WITHIN_MS) return;
      sentAt = performance.now();
      call(nothing, '/api/me/position', { method: 'POST', body: last.fix }).catch(() => undefined);
    };
    const failed = (error: GeolocationPositionError): void => {
      if (error.code === error.PERMISSION_DENIED) setOwn((before) => ({ ...before, refused: true }));
      send();
    };
    const taken = (found: GeolocationPosition): void => {
      take(found);
      send();
    };
    // Measured anew each time: who stands still causes no event, and is seen to be there all the same.
    const report = (): void =>
      navigator.geolocation.getCurrentPosition(taken, failed, {
        enableHighAccuracy: job,
        maximumAge: 3_000,
        timeout: 5_000,
      });
    const watch = navigator.geolocation.watchPosition(
      (found) => {
        take(found);
        if (job && performance.now() - sentAt > POSITION_EVERY_MS + 200) send();
      },
      () => undefined,
      { enableHighAccuracy: job },
    );
    report();
    const timer = setInterval(report, job ? ON_JOB_MS : IDLE_MS);
    return () => {
      navigator.geolocation.clearWatch(watch);
      clearInterval(timer);
    };
  }, [on, job]);
  return on ? own : NONE;
}
