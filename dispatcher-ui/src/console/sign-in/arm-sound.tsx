import { Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { armSound } from '../sound/alarm.ts';

/** One big key before the work begins: browsers let no page sound before a person has asked for it. */
export function ArmSound({ me, onDone }: { me: Me; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const [refused, setRefused] = useState(false);

  useEffect(() => {
    document.title = t('app.name');
  }, [t]);

  const arm = async () => {
    if (await armSound()) onDone();
    else setRefused(true);
  };

  return (
    <main className="plain-page">
      <div className="arm-sound">
        <h1>{t('arm.hello', { name: me.name })}</h1>
        <p>{t('arm.why')}</p>
        <Button type="primary" className="arm-key" autoFocus onClick={arm}>
          {t('arm.go')}
          <kbd>⏎</kbd>
        </Button>
        <p role="alert">{refused ? t('arm.refused') : ''}</p>
        <Button type="text" onClick={onDone}>
          {t('arm.without')}
        </Button>
      </div>
    </main>
  );
}
