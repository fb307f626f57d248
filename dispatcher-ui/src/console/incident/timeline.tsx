import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireHistory, WireIncidentDetail } from '#contracts/incident.ts';
import { textOr } from '../../i18n/i18n.ts';
import { Icon, type IconName } from '../../ui/icons.tsx';
import type { ShownIncident } from '../live/reading.ts';
import { clockTime, shortTime } from '../live/time.ts';
import { useDesk } from '../live/use-live.tsx';

interface Line {
  key: string;
  at: number;
  icon: IconName;
  strong: boolean;
  who: string | null;
  text: ReactNode;
}

/** Which picture a kind of history gets; the rest get a dot. */
const ICONS: Record<string, IconName> = {
  opened: 'alarm',
  silent: 'bold',
  note: 'note',
  ladder_step: 'up',
  ladder_repeat: 'up',
  lost_owner: 'clock',
  reminded: 'clock',
  late: 'clock',
  not_departed: 'clock',
  offered: 'walk',
  claimed: 'person',
  taken_over: 'person',
  supervised: 'ear',
  supervise_left: 'ear',
  line_asked: 'line',
  line_open: 'line',
  line_closed: 'line',
  speech: 'speaker',
  resolved: 'check',
  closed: 'check',
};

/** What happened, oldest first; what the box said stands among it. Follows the newest unless somebody has scrolled up. */
export function Timeline({
  incident,
  detail,
}: {
  incident: ShownIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const { live } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const lines = useMemo(() => linesOf(incident, detail, t), [incident, detail, t]);
  const count = lines.length;

  useEffect(() => {
    following.current = true;
  }, [incident.id]);
  useEffect(() => {
    if (box.current && following.current) box.current.scrollTop = box.current.scrollHeight;
  }, [count, incident.id]);

  const now = live.clock.now();
  return (
    <section className="timeline" aria-label={t('timeline.title')}>
      <h2>{t('timeline.title')}</h2>
      <div
        ref={box}
        className="timeline-scroll"
        tabIndex={0}
        role="log"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          following.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
      >
        <ol>
          {lines.map((line) => (
            <li key={line.key} className={line.strong ? 'is-strong' : undefined}>
              <time dateTime={new Date(line.at).toISOString()}>
                {sameDay(line.at, now) ? clockTime(line.at) : shortTime(line.at, now)}
              </time>
              <Icon name={line.icon} />
              <span>
                {line.text}
                {line.who && <span className="grey"> · {line.who}</span>}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function sameDay(at: number, now: number): boolean {
  return shortTime(at, now).length === 5;
}

type Translate = ReturnType<typeof useTranslation>['t'];

function linesOf(incident: ShownIncident, detail: WireIncidentDetail | undefined, t: Translate): Line[] {
  const told = (detail ?? incident).told
    .filter((one) => one.say !== '')
    .map((one, place): Line => ({
      key: `told-${place}`,
      at: Date.parse(one.at),
      icon: 'speaker',
      strong: false,
      who: t('timeline.box'),
      text: `“${one.say}”`,
    }));
  // Presses come folded (a stuck key is one line), with what was late or odd about them: the history's own lines of them would repeat that.
  const history = detail
    ? detail.timeline.filter((one) => one.kind !== 'press' && one.kind !== 'changed').map((one) => historyLine(one))
    : [];
  // What the box reports of its line (`button`) is told by the history in better words.
  const presses = incident.presses.filter((one) => one.type !== 'button').map((one) => pressLine(one, t));
  return [...history, ...presses, ...told].sort(
    (a, b) => a.at - b.at || (a.icon === 'speaker' ? 1 : 0) - (b.icon === 'speaker' ? 1 : 0),
  );
}

function historyLine(one: WireHistory): Line {
  const icon =
    ICONS[one.kind] ?? (one.kind.startsWith('assignment') ? 'walk' : one.kind.startsWith('handoff') ? 'phone' : 'dot');
  return {
    key: `h-${one.seq}`,
    at: Date.parse(one.at),
    icon,
    strong: one.kind === 'note' || icon === 'alarm' || icon === 'bold',
    who: one.by.kind === 'person' ? one.by.name : null,
    text: one.photo === null ? one.text : <Photo id={one.photo} text={one.text} />,
  };
}

function Photo({ id, text }: { id: string; text: string }): ReactNode {
  return (
    <>
      {text}
      <a href={`/api/photos/${id}`} target="_blank" rel="noreferrer">
        <img className="timeline-photo" src={`/api/photos/${id}`} alt={text} loading="lazy" />
      </a>
    </>
  );
}

function pressLine(one: ShownIncident['presses'][number], t: Translate): Line {
  const kind = textOr(`kind.${one.type}`, t('source.press'));
  const received = Date.parse(one.receivedAt);
  const words = [one.count > 1 ? `${kind}×${one.count}` : kind];
  if (one.late && one.at)
    words.push(
      t('press.late', { pressed: shortTime(Date.parse(one.at), received), received: clockTime(received).slice(0, 5) }),
    );
  if (one.flagged) words.push(t('press.flagged'));
  return {
    key: `p-${one.eventId}-${one.receivedAt}`,
    at: received,
    icon: 'alarm',
    strong: true,
    who: null,
    text: words.join(' · '),
  };
}
