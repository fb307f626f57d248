import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ROUTES } from '../incident/actions.ts';
import { whoWords } from '../incident/case-words.ts';
import { useCommands } from '../incident/use-commands.ts';
import type { ShownIncident } from '../live/reading.ts';
import { openPanel } from '../view.ts';
import { Sheet } from './sheet.tsx';

interface Ask {
  title: string;
  /** One sentence that says what will happen. */
  sentence: string;
  yes: string;
  onYes: () => void;
}

function Confirm({ title, sentence, yes, onYes }: Ask): ReactNode {
  const { t } = useTranslation();
  const go = () => {
    openPanel(null);
    onYes();
  };
  return (
    <Sheet title={title} keys={{ enter: go }}>
      <p className="sentence">{sentence}</p>
      <div className="sheet-keys">
        <Button type="primary" size="large" onClick={go}>
          {yes} <kbd>⏎</kbd>
        </Button>
        <Button size="large" onClick={() => openPanel(null)}>
          {t('sheet.no')} <kbd>Esc</kbd>
        </Button>
      </div>
    </Sheet>
  );
}

/** Pressed by mistake: ends it for good, and the box says so. */
export function CancelSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  return (
    <Confirm
      title={t('action.cancel')}
      sentence={t('cancel.sentence', { name: whoWords(incident) })}
      yes={t('cancel.yes')}
      onYes={() => void commands.run(incident, 'cancel', { version: incident.version }, { say: t('toast.cancelled') })}
    />
  );
}

/** Back to the queue for everybody. */
export function ReleaseSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  return (
    <Confirm
      title={t('action.release')}
      sentence={t('release.sentence', { name: whoWords(incident) })}
      yes={t('release.yes')}
      onYes={() => void commands.run(incident, 'release', { version: incident.version }, { say: t('toast.released') })}
    />
  );
}

/** Her own case to another queue: she loses it by that. */
export function RouteSheet({ incident, route }: { incident: ShownIncident; route: keyof typeof ROUTES }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const queue = t(`queue.${ROUTES[route]}`);
  return (
    <Confirm
      title={t(`action.${route}`)}
      sentence={t('route.sentence', { name: whoWords(incident), queue })}
      yes={t('route.yes', { queue })}
      onYes={() =>
        void commands.run(
          incident,
          'route',
          { version: incident.version, queue: ROUTES[route] },
          { say: t('toast.routed', { queue }) },
        )
      }
    />
  );
}

/** Out of quiet mode: the box will speak again, which may be heard by whoever stands there. */
export function LoudSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  return (
    <Confirm
      title={t('loud.title')}
      sentence={t('loud.sentence')}
      yes={t('loud.yes')}
      onYes={() =>
        void commands.run(incident, 'quiet', { version: incident.version, on: false }, { say: t('toast.loud') })
      }
    />
  );
}
