import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import type { WirePartner } from '#contracts/handoff.ts';
import { sentenceOf } from '../api/http.ts';
import { fetchPartners } from './api.ts';
import { PartnerForm } from './partner-form.tsx';
import { useTexts } from './texts.ts';

const ORDER = ['120', '110', '119', 'hospital', 'clinic'];

/** Who a case can be handed to, and by which ways; one of them opened for change. */
export function Partners({ may }: { may: boolean }): ReactNode {
  const t = useTexts();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: ['partners'], queryFn: fetchPartners });
  const [open, setOpen] = useState<string | null>(null);
  const [secret, setSecret] = useState<{ name: string; value: string } | null>(null);
  if (error) return <p role="alert">{sentenceOf(error)}</p>;
  if (!data) return <p className="grey">{t.loading}</p>;
  const done = (saved: { name: string; webhookSecret?: string | undefined } | null): void => {
    setOpen(null);
    if (saved?.webhookSecret) setSecret({ name: saved.name, value: saved.webhookSecret });
    if (saved) void client.invalidateQueries({ queryKey: ['partners'] });
  };
  const partners = data.toSorted(
    (a, b) => ORDER.indexOf(a.target) - ORDER.indexOf(b.target) || a.name.localeCompare(b.name, 'zh-CN'),
  );
  return (
    <section>
      <p className="admin-hint">{t.partnersHint}</p>
      {secret && <Secret {...secret} onRead={() => setSecret(null)} />}
      {may && open !== 'new' && (
        <Button type="primary" onClick={() => setOpen('new')}>
          {t.addPartner}
        </Button>
      )}
      {open === 'new' && <PartnerForm partner={null} onDone={done} />}
      {partners.length === 0 && <p>{t.noPartners}</p>}
      <ul className="admin-list">
        {partners.map((one) => (
          <li key={one.id}>
            {open === one.id ? (
              <PartnerForm partner={one} onDone={done} />
            ) : (
              <Row partner={one} onOpen={may ? () => setOpen(one.id) : null} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ partner, onOpen }: { partner: WirePartner; onOpen: (() => void) | null }): ReactNode {
  const t = useTexts();
  const ways = [
    t.by.voice,
    ...(partner.webhookUrl === null ? [] : [t.by.webhook]),
    ...(partner.smsNumber === null ? [] : [t.by.link]),
    ...(partner.automatic ? [t.by.automatic] : []),
  ];
  return (
    <div className="admin-row">
      <span className="admin-what">
        <b>{partner.name}</b> <span className="grey">{t.targets[partner.target]}</span>
        {partner.disabled && <span className="amber"> {t.isDisabled}</span>}
      </span>
      <span>
        {partner.phone} · {ways.join('、')}
      </span>
      <span className="grey">
        {partner.region.name} · {t.accounts(partner.accounts.length)}
      </span>
      {onOpen && (
        <Button size="small" aria-label={`${t.edit} ${partner.name}`} onClick={onOpen}>
          {t.edit}
        </Button>
      )}
    </div>
  );
}

/** A new secret, until it was read. */
function Secret({ name, value, onRead }: { name: string; value: string; onRead: () => void }): ReactNode {
  const t = useTexts();
  return (
    <div className="admin-secret" role="alert">
      <p>
        <b>{name}</b> {t.secret}
      </p>
      <code>{value}</code>
      <p>
        {'clipboard' in navigator && (
          <Button onClick={() => void navigator.clipboard.writeText(value).catch(() => undefined)}>{t.copy}</Button>
        )}{' '}
        <Button type="primary" onClick={onRead}>
          {t.secretRead}
        </Button>
      </p>
    </div>
  );
}
