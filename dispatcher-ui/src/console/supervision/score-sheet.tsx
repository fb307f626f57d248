import { useQueryClient } from '@tanstack/react-query';
import { Button, Input, Radio } from 'antd';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { MOST_POINTS, SCORE_HEADINGS, type Sample, type Score, type ScoreHeading } from '#contracts/quality.ts';
import { actKey, sentenceOf } from '../../api/http.ts';
import { useStore } from '../../ui/store.ts';
import type { ShownIncident } from '../live/reading.ts';
import { clockTime } from '../live/time.ts';
import { useIsLive } from '../live/use-live.tsx';
import { Sheet } from '../sheets/sheet.tsx';
import { toast } from '../toasts.ts';
import { openPanel } from '../view.ts';
import { sendScore } from './api.ts';
import { Recording } from './recording.tsx';
import { scoring } from './scoring.ts';

const POINTS = Array.from({ length: MOST_POINTS + 1 }, (_one, points) => points);

/** The call that was drawn, heard inside its case, and the short form. */
export function ScoreSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const sample = useStore(scoring, (value) => value.sample);
  return sample?.incident.id === incident.id ? <ScoreForm key={sample.id} sample={sample} /> : null;
}

function ScoreForm({ sample }: { sample: Sample }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const isLive = useIsLive();
  const [points, setPoints] = useState<Partial<Score['points']>>({});
  const [remark, setRemark] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(actKey());
  const whole = SCORE_HEADINGS.every((heading) => points[heading] !== undefined) && remark.trim() !== '';
  const submit = async () => {
    if (!whole || busy) return;
    setBusy(true);
    try {
      await sendScore(sample.id, { points: points as Score['points'], remark: remark.trim() }, key.current);
      await client.invalidateQueries({ queryKey: ['samples'] });
      toast(t('score.kept'));
      openPanel('quality');
    } catch (problem) {
      key.current = actKey();
      setError(sentenceOf(problem));
    } finally {
      setBusy(false);
    }
  };
  const at = Date.parse(sample.calledAt);
  return (
    <Sheet title={t('score.title', { name: sample.operator.name, time: clockTime(at).slice(0, 5) })} keys={{}}>
      {sample.recordingId === null ? (
        <p className="grey">{t('score.noRecording')}</p>
      ) : (
        <Recording id={sample.recordingId} label={t('score.recording')} />
      )}
      <form
        className="score-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {SCORE_HEADINGS.map((heading) => (
          <Heading
            key={heading}
            heading={heading}
            points={points[heading]}
            onPick={(picked) => setPoints({ ...points, [heading]: picked })}
          />
        ))}
        <Input
          value={remark}
          maxLength={300}
          placeholder={t('score.remark')}
          aria-label={t('score.remark')}
          onChange={(event) => setRemark(event.target.value)}
        />
        {error && (
          <p className="amber" role="alert">
            {error}
          </p>
        )}
        <div className="sheet-keys">
          <Button type="primary" htmlType="submit" disabled={!isLive || !whole} loading={busy}>
            {t('score.give')}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

function Heading({
  heading,
  points,
  onPick,
}: {
  heading: ScoreHeading;
  points: number | undefined;
  onPick: (points: number) => void;
}): ReactNode {
  const { t } = useTranslation();
  return (
    <fieldset className="score-heading">
      <legend>{t(`score.${heading}`)}</legend>
      <Radio.Group
        optionType="button"
        buttonStyle="solid"
        value={points ?? null}
        options={POINTS.map((one) => ({ value: one, label: t('score.points', { points: one }) }))}
        onChange={(event) => onPick(event.target.value as number)}
      />
    </fieldset>
  );
}
