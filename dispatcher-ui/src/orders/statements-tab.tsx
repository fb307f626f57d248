import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Statement, StatementParty } from '#contracts/vendors.ts';
import { sentenceOf } from '../api/http.ts';
import { shortTime } from '../console/live/time.ts';
import { yuan } from '../vendor/use-desk.tsx';
import { decideAppeal, fetchParties, fetchStatement, statementPath } from './api.ts';
import { Refused } from './order-acts.tsx';
import { useAct, useOffice } from './use-office.tsx';

const MONTHS = 6;

/** `2026-11`, the month `back` months before that of `now` (ms) in Xiangyang. */
function monthOf(now: number, back: number): string {
  const local = new Date(now + 8 * 3_600_000);
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
}

/** What shops are owed and payers owe for a month; whoever waits for a decision stands first. */
export function StatementsTab(): ReactNode {
  const { t } = useTranslation();
  const { now } = useOffice();
  const [back, setBack] = useState(0);
  const [kind, setKind] = useState<'shop' | 'payer'>('shop');
  const [typed, setTyped] = useState('');
  const [opened, setOpened] = useState<StatementParty | null>(null);
  const text = useDeferredValue(typed.trim());
  const month = monthOf(now, back);
  const parties = useQuery({
    queryKey: ['parties', month, kind, text],
    queryFn: () => fetchParties(month, kind, text),
    placeholderData: (before) => before,
  });
  return (
    <main className={opened === null ? 'office-body' : 'office-body has-open'}>
      <section className="office-list" aria-label={t('office.statements')}>
        <p className="office-filters">
          <select
            aria-label={t('office.month')}
            value={back}
            onChange={(event) => {
              setBack(Number(event.target.value));
              setOpened(null);
            }}
          >
            {Array.from({ length: MONTHS }, (_, one) => (
              <option key={one} value={one}>
                {monthOf(now, one)}
              </option>
            ))}
          </select>
          {(['shop', 'payer'] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === kind}
              onClick={() => {
                setKind(one);
                setOpened(null);
              }}
            >
              {t(`office.${one}s`)}
            </button>
          ))}
        </p>
        <Input
          className="office-search"
          allowClear
          aria-label={t('office.searchParty')}
          placeholder={t('office.searchParty')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {parties.error && <p className="office-hint red">{sentenceOf(parties.error)}</p>}
        {parties.data?.length === 0 && <p className="office-hint">{t('office.noParties')}</p>}
        <ul>
          {parties.data?.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                className="office-row"
                aria-pressed={one.id === opened?.id}
                onClick={() => setOpened(one)}
              >
                <b>{one.name}</b>
                <span>{t('vendor.price', { yuan: yuan(one.netFen) })}</span>
                <span className="grey">{t('vendor.orders', { count: one.orders })}</span>
                {one.appeals > 0 ? (
                  <span className="amber">{t('office.appeals', { count: one.appeals })}</span>
                ) : (
                  <span className="grey">
                    {one.deductedFen > 0 && `${t('vendor.deducted')} ${yuan(one.deductedFen)}`}
                  </span>
                )}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="office-open">
        {opened === null ? (
          <p className="office-hint grey">{t('office.chooseParty')}</p>
        ) : (
          <Opened key={`${opened.id}/${month}`} month={month} party={opened} onBack={() => setOpened(null)} />
        )}
      </section>
    </main>
  );
}

function Opened(props: { month: string; party: StatementParty; onBack: () => void }): ReactNode {
  const { t } = useTranslation();
  const { month, party, onBack } = props;
  const found = useQuery({
    queryKey: ['office-statement', month, party.kind, party.id],
    queryFn: () => fetchStatement(month, party),
  });
  const statement = found.data;
  const price = (fen: number): string => t('vendor.price', { yuan: yuan(fen) });
  return (
    <article className="office-order">
      <Button className="office-back" type="text" onClick={onBack}>
        ‹ {t('vendor.back')}
      </Button>
      <header>
        <h2>{party.name}</h2>
        <span className="grey">{month}</span>
        <Button href={statementPath(month, party, '.xlsx')} download>
          {t('vendor.download')}
        </Button>
      </header>
      {found.error && <p className="red">{sentenceOf(found.error)}</p>}
      {statement && (
        <>
          <dl className="office-facts">
            <dt>{t('vendor.orders', { count: statement.orders })}</dt>
            <dd>{price(statement.totalFen)}</dd>
            <dt>{t('vendor.deducted')}</dt>
            <dd>{price(statement.deductedFen)}</dd>
            <dt>{t('vendor.net')}</dt>
            <dd>
              <b>{price(statement.netFen)}</b>
            </dd>
          </dl>
          {statement.deductions.map((one) => (
            <Deduction key={one.id} deduction={one} />
          ))}
          <Lines statement={statement} />
        </>
      )}
    </article>
  );
}

function Deduction({ deduction }: { deduction: Statement['deductions'][number] }): ReactNode {
  const { t } = useTranslation();
  const { me, live } = useOffice();
  const { busy, problem, act } = useAct();
  const [answer, setAnswer] = useState('');
  const decides = (me.role === 'supervisor' || me.role === 'admin') && deduction.appeal !== null;
  return (
    <section className="office-act" aria-label={`${t('vendor.deducted')} ${deduction.number}`}>
      <p>
        <b className="amber">
          {t('vendor.deducted')} {t('vendor.price', { yuan: yuan(deduction.fen) })}
        </b>{' '}
        {deduction.number} · {deduction.reason}
      </p>
      {deduction.appeal !== null && (
        <p>
          {t('vendor.appeal')}:{deduction.appeal}
        </p>
      )}
      {deduction.decision !== null && (
        <p className={deduction.decision === 'lifted' ? 'green' : 'grey'}>
          {t(`vendor.${deduction.decision}`)} · {deduction.answer}
        </p>
      )}
      {decides && deduction.decision === null && (
        <>
          <Input
            aria-label={t('office.answer')}
            placeholder={t('office.answer')}
            maxLength={300}
            value={answer}
            onChange={(event) => setAnswer(event.target.value)}
          />
          <p className="office-keys">
            {(['lifted', 'upheld'] as const).map((decision) => (
              <Button
                key={decision}
                disabled={!live || busy || answer.trim() === ''}
                onClick={() => void act((key) => decideAppeal(deduction.id, decision, answer.trim(), key))}
              >
                {t(`office.${decision}`)}
              </Button>
            ))}
          </p>
        </>
      )}
      <Refused words={problem} />
    </section>
  );
}

function Lines({ statement }: { statement: Statement }): ReactNode {
  const { t } = useTranslation();
  const { now } = useOffice();
  return (
    <ul className="office-bill">
      {statement.lines.map((line) => (
        <li key={line.order}>
          <a href={`/orders?tab=orders&id=${line.order}`}>{line.number}</a>
          <b>{line.service}</b>
          <span className="grey">{statement.of.kind === 'shop' ? line.payer : line.shop}</span>
          <span className="grey">{shortTime(Date.parse(line.at), now)}</span>
          <span>{t('vendor.price', { yuan: yuan(line.netFen) })}</span>
        </li>
      ))}
    </ul>
  );
}
