import { useEffect } from 'react';
import { ring } from '../console/sound/alarm.ts';

const AGAIN_MS = 2_000;

/** Rings and vibrates as long as an offer waits for an answer. */
export function useAlarm(on: boolean): void {
  useEffect(() => {
    ring(on);
    if (!on) return undefined;
    const shake = (): void => {
      // Refused before the first touch of the page; a browser writes that down as an error.
      if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 150, 400]);
    };
    shake();
    const timer = setInterval(shake, AGAIN_MS);
    return () => {
      clearInterval(timer);
      ring(false);
    };
  }, [on]);
}
