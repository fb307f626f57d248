import { Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../ui/store.ts';
import { MyScoresWindow, QualityWindow } from '../supervision/quality-windows.tsx';
import { openPanel, view } from '../view.ts';
import { FloorWindow } from './floor-window.tsx';
import { HandoverWindow } from './handover-window.tsx';
import { HelpWindow } from './help-window.tsx';
import { OpenWindow } from './open-window.tsx';
import { PhoneWindow } from './phone-window.tsx';

const WINDOWS = {
  help: HelpWindow,
  open: OpenWindow,
  handover: HandoverWindow,
  floor: FloorWindow,
  phone: PhoneWindow,
  quality: QualityWindow,
  myScores: MyScoresWindow,
} as const;
const WIDE: Record<keyof typeof WINDOWS, number> = {
  help: 760,
  open: 560,
  handover: 720,
  floor: 880,
  phone: 480,
  quality: 880,
  myScores: 640,
};

/** What is not about the opened incident comes in a window over the page. */
export function Windows(): ReactNode {
  const { t } = useTranslation();
  const panel = useStore(view, (value) => value.panel);
  const name = panel !== null && panel in WINDOWS ? (panel as keyof typeof WINDOWS) : null;
  const Content = name === null ? null : WINDOWS[name];
  return (
    <Modal
      open={Content !== null}
      title={name && t(`window.${name}`)}
      width={name ? WIDE[name] : 0}
      footer={null}
      destroyOnHidden
      onCancel={() => openPanel(null)}
      closable={{ 'aria-label': t('sheet.close') }}
    >
      {Content && <Content />}
    </Modal>
  );
}
