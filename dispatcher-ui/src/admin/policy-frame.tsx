import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTexts } from './texts.ts';
import type { PolicyEdit } from './use-policy.ts';

const when = (iso: string): string =>
  new Date(iso).toLocaleString('zh-CN', {
    timeZone: 'Asia/Shanghai',
    hour12: false,
    dateStyle: 'short',
    timeStyle: 'short',
  });

/** Around a policy: what it is for, its version, change, what is wrong with it, and saving in two steps. */
export function PolicyFrame<Body>({
  edit,
  hint,
  wrong,
  may,
  children,
}: {
  edit: PolicyEdit<Body>;
  hint: string;
  wrong: readonly string[];
  may: boolean;
  children: ReactNode;
}): ReactNode {
  const t = useTexts();
  const [asking, setAsking] = useState(false);
  const { draft, version, versions, problem, busy } = edit;
  if (!edit.loaded) return problem ? <p role="alert">{problem}</p> : <p className="grey">{t.loading}</p>;
  return (
    <section>
      <p className="admin-hint">
        {hint} <b>{t.version(version)}</b>
      </p>
      {may && draft === null && <Button onClick={edit.begin}>{t.edit}</Button>}
      {children}
      {problem !== null && (
        <p className="amber" role="alert">
          {problem}
        </p>
      )}
      {draft !== null && (
        <footer className="admin-save">
          {wrong.length > 0 && (
            <div className="amber" role="alert">
              {t.problems}
              <ul>
                {wrong.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </div>
          )}
          {asking && wrong.length === 0 ? (
            <p className="admin-keys">
              <span>{t.sure}</span>
              <Button type="primary" disabled={busy} onClick={() => void edit.save().then(() => setAsking(false))}>
                {t.sureYes}
              </Button>
              <Button type="text" onClick={() => setAsking(false)}>
                {t.back}
              </Button>
            </p>
          ) : (
            <p className="admin-keys">
              <Button type="primary" disabled={wrong.length > 0} onClick={() => setAsking(true)}>
                {t.save}
              </Button>
              <Button type="text" onClick={edit.leave}>
                {t.back}
              </Button>
            </p>
          )}
        </footer>
      )}
      <h3>{t.versions}</h3>
      {versions.length === 0 && <p className="grey">{t.noVersions}</p>}
      <ul className="admin-versions">
        {versions.slice(0, 10).map((one) => (
          <li key={one.version}>
            {t.version(one.version)} · {one.by} · {when(one.at)}
          </li>
        ))}
      </ul>
    </section>
  );
}
