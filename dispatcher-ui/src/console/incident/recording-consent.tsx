import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { recordingConsentSchema } from '#contracts/registry.ts';
import { actKey, call, sentenceOf } from '../../api/http.ts';
import { shortTime } from '../live/time.ts';
import { useDesk, useIsLive } from '../live/use-live.tsx';

const pathOf = (resident: string): string => `/api/residents/${resident}/recording-consent`;

/** Whether calls about her may be recorded, who changed that last, and the key that changes it: what she says holds at once. */
export function RecordingConsent({ resident, name }: { resident: string; name: string | null }): ReactNode {
  const { t } = useTranslation();
  const { live } = useDesk();
  const isLive = useIsLive();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const queryKey = ['recording-consent', resident];
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => call(recordingConsentSchema, pathOf(resident)),
    enabled: isLive,
  });
  const change = async (allowed: boolean): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const body = { allowed };
      client.setQueryData(
        queryKey,
        await call(recordingConsentSchema, pathOf(resident), { method: 'PUT', body, key: actKey() }),
      );
      await client.invalidateQueries({ queryKey: ['case-calls'] });
    } catch (failure) {
      setProblem(sentenceOf(failure));
    } finally {
      setBusy(false);
    }
  };
  const said = problem ?? (error && !data ? sentenceOf(error) : null);
  return (
    <div className="consent-row">
      {name !== null && `${name} `}
      {data ? (
        <>
          <b>{t(data.allowed ? 'consent.allowed' : 'consent.refused')}</b>
          {data.at !== null && (
            <span className="grey">
              {' '}
              · {t('consent.changed', { by: data.by, at: shortTime(Date.parse(data.at), live.clock.now()) })}
            </span>
          )}{' '}
          <Button size="small" disabled={!isLive} loading={busy} onClick={() => void change(!data.allowed)}>
            {t(data.allowed ? 'consent.refuse' : 'consent.allow')}
          </Button>
        </>
      ) : (
        said === null && <span className="waiting-text" />
      )}
      {said !== null && <span role="alert"> {said}</span>}
    </div>
  );
}
