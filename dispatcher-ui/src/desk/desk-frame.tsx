import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { clockTime } from '../console/live/time.ts';
import { armSound, sound } from '../console/sound/alarm.ts';
import { Icon } from '../ui/icons.tsx';
import { SignOut } from '../ui/page-parts.tsx';
import { useStore } from '../ui/store.ts';

/** Head, strips that must not be missed, a list and what was opened from it; on a phone one of the two at a time. */
export function DeskFrame({
  me,
  title,
  now,
  old,
  list,
  opened,
  onBack,
}: {
  me: Me;
  title: string;
  now: number;
  /** When what is shown was true, if the server has been silent since. */
  old: string | null;
  list: ReactNode;
  opened: ReactNode | null;
  onBack: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { state } = useStore(sound, (value) => value);
  return (
    <main className={opened === null ? 'hand-desk' : 'hand-desk has-open'}>
      <header className="hand-top">
        {opened !== null && (
          <Button className="hand-back" type="text" onClick={onBack}>
            ‹ {t('packet.back')}
          </Button>
        )}
        <h1>{title}</h1>
        {me.name !== title && <span className="hand-me grey">{me.name}</span>}
        <time>{clockTime(now)}</time>
        <Preferences />
        <SignOut />
      </header>
      {old !== null && (
        <p className="hand-strip amber" role="alert">
          {t('centre.gone', { time: clockTime(Date.parse(old)) })}
        </p>
      )}
      {state !== 'on' && (
        <p className="hand-strip">
          <Icon name="mute" /> {t('centre.soundOff')}
          <Button size="small" onClick={() => void armSound()}>
            {t('centre.soundOn')}
          </Button>
        </p>
      )}
      <div className="hand-body">
        <section className="hand-list">{list}</section>
        <section className="hand-open">
          <fieldset disabled={old !== null}>{opened}</fieldset>
        </section>
      </div>
    </main>
  );
}

/** Nothing there: what to do next. */
export function Empty({ words, hint }: { words: string; hint?: string }): ReactNode {
  return (
    <div className="hand-empty">
      <p>{words}</p>
      {hint !== undefined && <p className="grey">{hint}</p>}
    </div>
  );
}
