import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input, Select } from 'antd';
import { useId, useState, type ReactNode, type SubmitEvent } from 'react';
import { PARTNER_TARGETS, type NewPartner, type WirePartner } from '#contracts/handoff.ts';
import { ApiError, sentenceOf } from '../api/http.ts';
import { addPartner, changePartner, fetchPartnerAccounts, type SavedPartner } from './api.ts';
import { useTexts } from './texts.ts';
import { useRegions } from './use-regions.ts';

type Target = NewPartner['target'];

interface Fields {
  target: Target;
  regionId: string;
  name: string;
  phone: string;
  webhookUrl: string;
  smsNumber: string;
  automatic: boolean;
  disabled: boolean;
  accounts: string[];
}

const fieldsOf = (partner: WirePartner | null): Fields => ({
  target: partner?.target ?? '120',
  regionId: partner?.region.id ?? '',
  name: partner?.name ?? '',
  phone: partner?.phone ?? '',
  webhookUrl: partner?.webhookUrl ?? '',
  smsNumber: partner?.smsNumber ?? '',
  automatic: partner?.automatic ?? false,
  disabled: partner?.disabled ?? false,
  accounts: partner?.accounts ?? [],
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Sends what was entered; `newSecret` besides makes another secret. */
function save(partner: WirePartner | null, fields: Fields, newSecret = false): Promise<SavedPartner> {
  const { target, regionId, name, phone, webhookUrl, smsNumber, automatic, disabled, accounts } = fields;
  const ways = { webhookUrl: orNull(webhookUrl), smsNumber: orNull(smsNumber), automatic, accounts };
  const common = { name: name.trim(), phone: phone.trim(), ...ways };
  if (partner === null) return addPartner({ target, regionId, ...common });
  return changePartner(partner.id, {
    version: partner.version,
    ...common,
    disabled,
    ...(newSecret && { newSecret: true as const }),
  });
}

/** One partner, new (null) or as it is. */
export function PartnerForm({
  partner,
  onDone,
}: {
  partner: WirePartner | null;
  onDone: (saved: SavedPartner | null) => void;
}): ReactNode {
  const t = useTexts();
  const [fields, setFields] = useState(() => fieldsOf(partner));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [renewing, setRenewing] = useState(false);
  const set = (change: Partial<Fields>): void => setFields((before) => ({ ...before, ...change }));
  const send = async (newSecret = false): Promise<void> => {
    setBusy(true);
    try {
      onDone(await save(partner, fields, newSecret));
    } catch (error) {
      const expected =
        error instanceof ApiError ? error.body?.errors?.map((one) => one.expected.split(' | ')[0]) : null;
      setProblem([sentenceOf(error), ...(expected ?? [])].join(' '));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void send();
  };
  return (
    <form className="admin-form" onSubmit={submit}>
      {partner === null && <Kind fields={fields} set={set} />}
      <Text label={t.name} value={fields.name} set={(name) => set({ name })} />
      <Text label={t.phone} value={fields.phone} set={(phone) => set({ phone })} />
      <Text
        label={t.webhookUrl}
        hint={t.webhookHint}
        value={fields.webhookUrl}
        set={(webhookUrl) => set({ webhookUrl })}
      />
      <Text label={t.smsNumber} hint={t.smsHint} value={fields.smsNumber} set={(smsNumber) => set({ smsNumber })} />
      <Accounts value={fields.accounts} set={(accounts) => set({ accounts })} />
      <Checkbox checked={fields.automatic} onChange={(event) => set({ automatic: event.target.checked })}>
        {t.automatic} <span className="grey">{t.automaticHint}</span>
      </Checkbox>
      {partner !== null && (
        <Checkbox checked={fields.disabled} onChange={(event) => set({ disabled: event.target.checked })}>
          {t.disabled}
        </Checkbox>
      )}
      {problem !== null && (
        <p className="amber" role="alert">
          {problem}
        </p>
      )}
      {renewing ? (
        <p className="admin-keys">
          <span>{t.newSecretSure}</span>
          <Button danger disabled={busy} onClick={() => void send(true)}>
            {t.newSecretYes}
          </Button>
          <Button type="text" onClick={() => setRenewing(false)}>
            {t.back}
          </Button>
        </p>
      ) : (
        <p className="admin-keys">
          <Button type="primary" htmlType="submit" disabled={busy || fields.name.trim() === ''}>
            {t.save}
          </Button>
          {partner !== null && partner.webhookUrl !== null && (
            <Button disabled={busy} onClick={() => setRenewing(true)}>
              {t.newSecret}
            </Button>
          )}
          <Button type="text" onClick={() => onDone(null)}>
            {t.back}
          </Button>
        </p>
      )}
    </form>
  );
}

function Text({
  label,
  hint,
  value,
  set,
}: {
  label: string;
  hint?: string;
  value: string;
  set: (value: string) => void;
}): ReactNode {
  return (
    <label className="admin-field">
      <span>{label}</span>
      <Input value={value} maxLength={500} onChange={(event) => set(event.target.value)} />
      {hint !== undefined && <small className="grey">{hint}</small>}
    </label>
  );
}

function Kind({ fields, set }: { fields: Fields; set: (change: Partial<Fields>) => void }): ReactNode {
  const t = useTexts();
  const kind = useId();
  const place = useId();
  const regions = useRegions();
  return (
    <>
      <div className="admin-field">
        <label htmlFor={kind}>{t.target}</label>
        <Select
          id={kind}
          value={fields.target}
          options={PARTNER_TARGETS.map((value) => ({ value, label: t.targets[value] }))}
          onChange={(target: Target) => set({ target })}
        />
      </div>
      <div className="admin-field">
        <label htmlFor={place}>{t.region}</label>
        <Select
          id={place}
          showSearch={{ optionFilterProp: 'label' }}
          value={fields.regionId === '' ? null : fields.regionId}
          options={regions.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(regionId: string) => set({ regionId })}
        />
      </div>
    </>
  );
}

function Accounts({ value, set }: { value: string[]; set: (value: string[]) => void }): ReactNode {
  const t = useTexts();
  const id = useId();
  const accounts = useQuery({ queryKey: ['partner accounts'], queryFn: fetchPartnerAccounts });
  return (
    <div className="admin-field">
      <label htmlFor={id}>{t.accountsLabel}</label>
      <Select
        id={id}
        mode="multiple"
        showSearch={{ optionFilterProp: 'label' }}
        value={value}
        options={(accounts.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
        onChange={set}
      />
    </div>
  );
}
