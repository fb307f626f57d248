import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys, type KeyMap } from '../keys/keys.ts';
import { openPanel } from '../view.ts';

/** A question over the lower part of the middle: the person stays in view. While it is there, only its own keys work. */
export function Sheet({ title, keys, children }: { title: string; keys: KeyMap; children: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const close = () => openPanel(null);
  useKeys({ ...keys, escape: close }, { exclusive: true });
  return (
    <section className="sheet" role="dialog" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Button type="text" size="small" onClick={close}>
          {t('sheet.close')} <kbd>Esc</kbd>
        </Button>
      </header>
      {children}
    </section>
  );
}

export interface Choice {
  id: string;
  cap: string;
  label: string;
  hint?: string;
}

/** Answers with one key each. */
export function Choices({
  choices,
  disabled,
  onChoose,
}: {
  choices: readonly Choice[];
  disabled: boolean;
  onChoose: (id: string) => void;
}): ReactNode {
  return (
    <div className="choices">
      {choices.map((one) => (
        <Button key={one.id} className="choice" disabled={disabled} onClick={() => onChoose(one.id)}>
          <kbd>{one.cap}</kbd>
          <span>
            {one.label}
            {one.hint && <small>{one.hint}</small>}
          </span>
        </Button>
      ))}
    </div>
  );
}

/** The keys of a row of choices. */
export function keysOf(choices: readonly Choice[], choose: (id: string) => void): KeyMap {
  return Object.fromEntries(choices.map((one) => [one.cap.toLowerCase(), () => choose(one.id)]));
}
