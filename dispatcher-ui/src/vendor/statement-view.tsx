import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { statementSchema, type Statement } from '#contracts/vendors.ts';
import { call, nothing, sentenceOf } from '../api/http.ts';
import { useServerNow, useShop, yuan } from './use-desk.tsx';

/** `2026-11`, the month `back` months before that of `now` (ms) in Xiangyang. */
function monthOf(now: number, back: number): string {
  const local = new Date(now + 8 * 3_600_000);
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
}

/** What the shop is owed: this month so far, or the last one; each deduction can be appealed. */
export function StatementView(): ReactNode {
  const { t } = useTranslation();
  const now = useServerNow();
  const [back, setBack] = useState(0);
  const month = monthOf(now, back);
  const told = useShop((state) => state.told);
  const statement = useQuery({
    queryKey: ['statement', month, told],
    queryFn: () => call(statementSchema, `/api/statements?month=${month}`),
    placeholderData: (before) => (before?.month === month ? before : undefined),
  });
  return (
    <section className="v-statement">
      <div className="v-months">
        {([0, 1] as const).map((one) => (
          <button key={one} type="button" aria-pressed={one === back} onClick={() => setBack(one)}>
            {t(one === 0 ? 'vendor.thisMonth' : 'vendor.lastMonth')}
          </button>
        ))}
        <a className="v-small" href={`/api/statements.xlsx?month=${month}`} download>
          {t('vendor.download')}
        </a>
      </div>
      {statement.error && <p className="red">{sentenceOf(statement.error)}</p>}
      {statement.data && <Sums statement={statement.data} />}
      {statement.data && <Lines statement={statement.data} />}
    </section>
  );
}

function Sums({ statement }: { statement: Statement }): ReactNode {
  const { t } = useTranslation();
  return (
    <dl className="v-facts v-sums">
      <dt>{t('vendor.orders', { count: statement.orders })}</dt>
      <dd>{t('vendor.price', { yuan: yuan(statement.totalFen) })}</dd>
      <dt>{t('vendor.deducted')}</dt>
      <dd>{t('vendor.price', { yuan: yuan(statement.deductedFen) })}</dd>
      <dt>{t('vendor.net')}</dt>
      <dd>
        <b>{t('vendor.price', { yuan: yuan(statement.netFen) })}</b>
      </dd>
    </dl>
  );
}

function Lines({ statement }: { statement: Statement }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {statement.deductions.map((one) => (
        <Deduction key={one.id} deduction={one} month={statement.month} />
      ))}
      <ul className="v-list">
        {statement.lines.map((line) => (
          <li key={line.order}>
            <b>{line.service}</b>
            <span>{t('vendor.price', { yuan: yuan(line.netFen) })}</span>
            <span className="grey">
              {line.number} · {line.payer}
            </span>
            <span className="grey">{line.rating === null ? '' : t('work.stars', { count: line.rating })}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Deduction({ deduction, month }: { deduction: Statement['deductions'][number]; month: string }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [why, setWhy] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const appeal = async (): Promise<void> => {
    try {
      await call(nothing, `/api/deductions/${deduction.id}/appeal`, { method: 'POST', body: { text: why.trim() } });
      await client.invalidateQueries({ queryKey: ['statement', month] });
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  const state = deduction.decision ?? (deduction.appeal === null ? null : 'appealed');
  return (
    <form
      className="v-deduction"
      onSubmit={(event) => {
        event.preventDefault();
        if (why.trim() !== '') void appeal();
      }}
    >
      <p>
        <b className="amber">
          {t('vendor.deducted')} {t('vendor.price', { yuan: yuan(deduction.fen) })}
        </b>{' '}
        {deduction.number} · {deduction.reason}
      </p>
      {state !== null && (
        <p className={state === 'lifted' ? 'green' : 'grey'}>
          {t(`vendor.${state}`)}
          {deduction.answer !== null && ` · ${deduction.answer}`}
        </p>
      )}
      {state === null && (
        <p className="v-appeal">
          <input
            aria-label={t('vendor.appealWhy')}
            placeholder={t('vendor.appealWhy')}
            maxLength={300}
            value={why}
            onChange={(event) => setWhy(event.target.value)}
          />
          <button type="submit" className="v-small" disabled={why.trim() === ''}>
            {t('vendor.appeal')}
          </button>
        </p>
      )}
      {problem !== null && (
        <p className="red" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
