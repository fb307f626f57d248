/** `/device`: the page that is the box. */
import { useEffect, useState } from 'react';
import { BoxFace } from './box-face.tsx';
import { CredentialsForm } from './credentials-form.tsx';
import { findCredentials, forgetCredentials, keepCredentials, type Credentials } from './credentials.ts';
import { openPageBox, type PageBox } from './page-box.ts';
import { readTexts } from './texts.ts';
import './device.css';

const t = readTexts(location.search);

export default function DevicePage() {
  const [credentials, setCredentials] = useState<Credentials | null | 'looking'>('looking');
  useEffect(() => {
    document.title = t.title;
    let gone = false;
    void findCredentials(location.search).then((found) => {
      if (!gone) setCredentials(found);
    });
    return () => {
      gone = true;
    };
  }, []);
  if (credentials === 'looking') return <main className="box box-plain">{t.loading}</main>;
  if (credentials === null) {
    return (
      <CredentialsForm
        t={t}
        onDone={(typed) => {
          keepCredentials(typed);
          setCredentials(typed);
        }}
      />
    );
  }
  const change = (): void => {
    forgetCredentials();
    setCredentials(null);
  };
  return <Box key={`${credentials.id} ${credentials.mqttWsUrl}`} credentials={credentials} onChange={change} />;
}

function Box({ credentials, onChange }: { credentials: Credentials; onChange: () => void }) {
  const { box, elsewhere } = useOpenBox(credentials);
  useAwake();
  if (elsewhere) return <main className="box box-plain">{t.elsewhere}</main>;
  if (!box) return <main className="box box-plain">{t.loading}</main>;
  return <BoxFace box={box} t={t} name={credentials.resident} onChange={onChange} />;
}

/** Two windows with one id would throw each other off the line for ever: the second waits until the first is closed. */
function useOpenBox(credentials: Credentials): { box: PageBox | null; elsewhere: boolean } {
  const [box, setBox] = useState<PageBox | null>(null);
  const [elsewhere, setElsewhere] = useState(false);
  useEffect(() => {
    let opened: PageBox | undefined;
    let release = (): void => {};
    const open = (): void => {
      opened = openPageBox(credentials);
      setBox(opened);
    };
    const given = new AbortController();
    const waiting = setTimeout(() => setElsewhere(true), 600);
    // Absent on plain http from another machine.
    const locks = navigator.locks as LockManager | undefined;
    if (locks) {
      const held = (): Promise<void> => {
        clearTimeout(waiting);
        setElsewhere(false);
        if (given.signal.aborted) return Promise.resolve();
        open();
        return new Promise((resolve) => {
          release = resolve;
        });
      };
      locks.request(`box/${credentials.id}`, { signal: given.signal }, held).catch(() => {
        // The page was left while it waited.
      });
    } else {
      clearTimeout(waiting);
      open();
    }
    return () => {
      clearTimeout(waiting);
      given.abort();
      opened?.close();
      setBox(null);
      release();
    };
  }, [credentials]);
  return { box, elsewhere };
}

/** A box does not go to sleep. Where the browser refuses (battery saver), the page still works when it is woken. */
function useAwake(): void {
  useEffect(() => {
    const wake = (): void => {
      const lock = navigator.wakeLock as WakeLock | undefined;
      if (document.visibilityState === 'visible') lock?.request('screen').catch(() => {});
    };
    wake();
    document.addEventListener('visibilitychange', wake);
    return () => document.removeEventListener('visibilitychange', wake);
  }, []);
}
