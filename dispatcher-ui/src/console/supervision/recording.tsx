import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.tsx';

/** A recording of the case. It is asked for when it is to be heard, for each listening is written down. */
export function Recording({ id, label }: { id: string; label: string }): ReactNode {
  const { t } = useTranslation();
  const [hearing, setHearing] = useState(false);
  const [failed, setFailed] = useState(false);
  return (
    <div className="help-line recording">
      <Icon name="speaker" />
      <span className="help-text">{label}</span>
      {hearing && !failed ? (
        <audio controls autoPlay aria-label={label} src={`/api/recordings/${id}`} onError={() => setFailed(true)}>
          <track kind="captions" />
        </audio>
      ) : (
        <>
          {failed && <span className="amber">{t('line.noSound')}</span>}
          <Button
            size="small"
            onClick={() => {
              setFailed(false);
              setHearing(true);
            }}
          >
            {t('line.hear')}
          </Button>
        </>
      )}
    </div>
  );
}
