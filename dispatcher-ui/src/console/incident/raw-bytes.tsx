import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.tsx';
import type { ShownIncident } from '../live/reading.ts';

const SHOWN_BYTES = 256;

/** A signal that could not be read, or came from a device nobody registered: what came in, as it came. */
export function RawBytes({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const raw = incident.presses.findLast((one) => one.raw !== null)?.raw;
  if (!raw) return null;
  const bytes = decode(raw);
  if (!bytes) return null;
  const text = printable(bytes);
  return (
    <section className="raw" aria-label={t('raw.title')}>
      <p>
        <Icon name="device" />{' '}
        <b>{t(incident.resident || incident.residents.length > 0 ? 'raw.unreadable' : 'raw.unknown')}</b>{' '}
        {t('raw.what')}
        {incident.device && <span className="grey"> {t('raw.device', { id: incident.device.id })}</span>}
      </p>
      <pre tabIndex={0}>{text ?? hex(bytes)}</pre>
    </section>
  );
}

function decode(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)).slice(0, SHOWN_BYTES);
  } catch {
    return null;
  }
}

/** The bytes as text when they are text; null when they are not. */
function printable(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[\t\n\r\u0020-\u007e\u00a0-\uffff]*$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((one) => one.toString(16).padStart(2, '0')).join(' ');
}
