import type { ReactNode } from 'react';
import { armSound, sound } from '../console/sound/alarm.ts';
import { Icon } from '../ui/icons.tsx';
import { useStore } from '../ui/store.ts';
import { useTexts } from './texts.ts';
import { useFieldState } from './use-field.tsx';

/** What keeps him from hearing of an offer: no network, or no sound. */
export function Banner(): ReactNode {
  const t = useTexts();
  const link = useFieldState((state) => state.link);
  const quiet = useStore(sound, (state) => state.state !== 'on');
  if (link === 'cut')
    return (
      <p className="head-cut" role="alert">
        {t.cut}
      </p>
    );
  if (!quiet) return null;
  return (
    <button type="button" className="head-quiet" onClick={() => void armSound()}>
      <Icon name="mute" />
      {t.soundOff}
    </button>
  );
}
