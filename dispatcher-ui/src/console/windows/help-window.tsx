import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ACTIONS, type ActionId } from '../incident/actions.ts';

/** Texts that need nothing filled in. */
type Words =
  | `help.${'moving' | 'move' | 'enter' | 'escape' | 'search' | 'map' | 'open' | 'undo' | 'help' | 'acting' | 'ending' | 'sitting'}`
  | `action.${ActionId}`
  | 'ask.title';

const GROUPS: readonly { title: Words; keys: readonly (readonly [string, Words])[] }[] = [
  {
    title: 'help.moving',
    keys: [
      ['J K ↑ ↓', 'help.move'],
      ['⏎', 'help.enter'],
      ['Esc', 'help.escape'],
      ['/', 'help.search'],
      ['M', 'help.map'],
      ['O', 'help.open'],
      ['U', 'help.undo'],
      ['?', 'help.help'],
    ],
  },
  {
    title: 'help.acting',
    keys: [
      ...acts([
        'claim',
        'takeOver',
        'assign',
        'order',
        'orderStep',
        'arrived',
        'handoff',
        'centreStep',
        'talk',
        'dial',
        'quiet',
      ]),
      ['E', 'ask.title'],
      ...acts(['note', 'identify', 'attend']),
    ],
  },
  {
    title: 'help.ending',
    keys: acts(['resolve', 'close', 'release', 'cancel', 'reopen', 'route1', 'route2', 'route3']),
  },
  { title: 'help.sitting', keys: acts(['listen', 'whisper', 'join', 'leaveLine']) },
];

function acts(ids: readonly ActionId[]): (readonly [string, Words])[] {
  return ids.map((id) => [ACTIONS[id].cap, `action.${id}`]);
}

/** Every key. They all rest while something is being typed. */
export function HelpWindow(): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="help-keys">
      {GROUPS.map((group) => (
        <section key={group.title}>
          <h3>{t(group.title)}</h3>
          <dl>
            {group.keys.map(([cap, words]) => (
              <div key={words}>
                <dt>
                  <kbd>{cap === '空格' ? t('cap.space') : cap}</kbd>
                </dt>
                <dd>{t(words)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p className="grey">{t('help.inert')}</p>
    </div>
  );
}
