import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchDeskPhone, setDeskPhone } from '../../api/desk.ts';
import { sentenceOf } from '../../api/http.ts';
import { useIsLive } from '../live/use-live.tsx';
import { toast } from '../toasts.ts';
import { openPanel } from '../view.ts';

/** The telephone on my desk: it rings first when I call somebody, and brings me into the case. */
export function PhoneWindow(): ReactNode {
  const { t } = useTranslation();
  const isLive = useIsLive();
  const known = useQuery({ queryKey: ['desk-phone'], queryFn: fetchDeskPhone });
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const phone = typed ?? known.data ?? '';
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await setDeskPhone(phone.trim() === '' ? null : phone.trim());
      await known.refetch();
      toast(t('toast.phoneKept'));
      openPanel(null);
    } catch (problem) {
      setError(sentenceOf(problem));
    }
  };
  return (
    <form className="window-form" onSubmit={submit}>
      <label>
        <span>{t('phone.mine')}</span>
        <Input value={phone} inputMode="tel" maxLength={24} onChange={(event) => setTyped(event.target.value)} />
      </label>
      <p className="grey">{t('phone.hint')}</p>
      {error && <p role="alert">{error}</p>}
      <Button type="primary" htmlType="submit" disabled={!isLive || known.isPending}>
        {t('phone.keep')}
      </Button>
    </form>
  );
}
