import '../i18n/i18n.ts';
import './family.css';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { familyViewSchema, type FamilyView } from '#contracts/family.ts';
import { ApiError, call } from '../api/http.ts';
import { LanguageSwitch } from '../ui/language-switch.tsx';

const EVERY_MS = 4_000;
/** Without an answer for so long the page says that it may be old. */
const STALE_MS = 15_000;

/** What is happening at mother's, step by step as it becomes true; for a child on a bus, without signing in. */
export default function FamilyPage(): ReactNode {
  const { t } = useTranslation();
  const { token = '' } = useParams();
  const { view, gone, stale } = useFamilyView(token);
  useEffect(() => {
    document.title = t('app.name');
  }, [t]);
  return (
    <main className="family-page">
      <header>
        <b>{t('app.name')} 12349</b>
        <LanguageSwitch />
      </header>
      {gone ? (
        <p className="family-gone">{t('family.gone')}</p>
      ) : view ? (
        <Steps view={view} stale={stale} />
      ) : (
        <p className="grey">{t('family.loading')}</p>
      )}
    </main>
  );
}

function Steps({ view, stale }: { view: FamilyView; stale: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <h1>{view.who}</h1>
      <p className={`family-state is-${view.state}`}>{t(`family.state.${view.state}`)}</p>
      {stale && (
        <p className="family-stale" role="status">
          {t('family.stale')}
        </p>
      )}
      {view.coming.map((one) => (
        <p key={one.name} className="family-coming">
          {one.arrived
            ? t('family.arrived', { name: one.name })
            : one.etaAt === null
              ? t('family.coming', { name: one.name })
              : t('family.comingAt', { name: one.name, time: clockOf(one.etaAt) })}
        </p>
      ))}
      <ol>
        {[...view.steps].reverse().map((step) => (
          <li key={step.at + step.text}>
            <time dateTime={step.at}>{clockOf(step.at)}</time>
            <span>{step.text}</span>
          </li>
        ))}
      </ol>
      <a className="family-call" href={`tel:${view.callBack}`}>
        {t('family.call', { number: view.callBack })}
      </a>
    </>
  );
}

function clockOf(at: string): string {
  return new Date(at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** Asked again every few seconds; what was shown stays while the line is away, and says that it may be old. */
function useFamilyView(token: string): { view: FamilyView | null; gone: boolean; stale: boolean } {
  const [view, setView] = useState<FamilyView | null>(null);
  const [gone, setGone] = useState(false);
  const [stale, setStale] = useState(false);
  useEffect(() => {
    let heardAt = performance.now();
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const look = async () => {
      try {
        const next = await call(familyViewSchema, `/api/family/${encodeURIComponent(token)}`);
        if (stopped) return;
        heardAt = performance.now();
        setView(next);
        setStale(false);
      } catch (error) {
        if (stopped) return;
        if (error instanceof ApiError && error.status === 404) return setGone(true);
        if (performance.now() - heardAt > STALE_MS) setStale(true);
      }
      timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [token]);
  return { view, gone, stale };
}
