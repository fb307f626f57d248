import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { mostUrgent } from '../list/arrange.ts';
import { useIsLive, useLive } from '../live/use-live.tsx';
import { openIncident } from '../view.ts';
import { kindWords, placeWords, whoWords } from './reading-case.ts';

/** Nothing is open: the most urgent call and the key that shows it, or a quiet page. */
export function NoCase({ gone = false }: { gone?: boolean }): ReactNode {
  const { t } = useTranslation();
  const isLive = useIsLive();
  const next = useLive((state) => mostUrgent(state.incidents));
  return (
    <div className="no-case">
      <div className="no-case-head">
        <span>{gone ? t('case.gone') : next ? t('case.nextIs') : t('case.none')}</span>
        {next && (
          <Button type="primary" className="next-step" disabled={!isLive} onClick={() => openIncident(next.id)}>
            {t('action.look')} <kbd>⏎</kbd>
          </Button>
        )}
      </div>
      {next ? (
        <p className="no-case-next">
          <b>{whoWords(next)}</b>
          <span>{kindWords(next)}</span>
          <span>{placeWords(next)}</span>
        </p>
      ) : (
        <p className="grey">{t('case.noneHint')}</p>
      )}
    </div>
  );
}
