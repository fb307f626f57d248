import type { CallOrder, Choice } from '#telephony/port.ts';
import type { CaseCall, Incident } from './domain/incident.ts';
import { surname } from './domain/sentences.ts';

/** How long a telephone rings, s: about six rings; longer, and a mailbox answers. */
const RING_S = 30;

/** Who called for help, as a stranger to her may hear it before he has proved himself by a key. */
export interface Caller {
  /** As her family calls her: 王桂兰. */
  name: string | null;
  community: string;
  address: string | null;
}

const KINDS: Record<string, string> = {
  sos: '按了红键呼救',
  fall: '家里报了跌倒',
  fall_suspected: '家里报了疑似跌倒',
  smoke: '家里报了烟火',
  gas: '家里报了燃气',
  inactivity: '长时间没有动静',
  medical: '按了医疗键',
  family: '按了找家人的键',
};

const MINUTES = { name: 'minutes', say: '大约几分钟到?请按数字,再按井号。', most: 3 } as const;

/** What the called person hears and may answer. Nothing about health; an address only to who said yes. */
export function orderOf(
  call: CaseCall,
  incident: Incident,
  line: Pick<CallOrder, 'to' | 'record'>,
  caller: Caller,
): CallOrder {
  return {
    id: call.id,
    incidentId: incident.id,
    ...line,
    ringS: RING_S,
    ...(call.purpose === 'supervise' && {
      seat: { mode: call.wants ?? 'listen', coach: call.ref, turn: incident.version },
    }),
    ...words(call, incident, caller),
  };
}

function words(call: CaseCall, i: Incident, caller: Caller): Pick<CallOrder, 'say' | 'ask' | 'join'> {
  const what = KINDS[i.kind] ?? '呼救了';
  const who = caller.name ?? '一位老人';
  if (call.purpose === 'desk' || call.purpose === 'supervise') return { say: [], ask: null, join: true };
  if (call.purpose === 'talk') return { say: ['这里是12349一键通,马上跟您说话。'], ask: null, join: true };
  if (call.purpose === 'offer') {
    const place = caller.address === null ? caller.community : caller.address;
    return {
      say: ['这里是12349一键通,派单。', `${caller.community},${surname(who)}家${what}。`],
      ask: [
        yes('accepted', '按1,我去', `谢谢您。地址:${place}。请快去。`),
        no('declined', '按2,去不了', '好的,我们找别人。', false),
      ],
      join: false,
    };
  }
  if (i.kind === 'family')
    return {
      say: ['这里是12349一键通。', `${who}想跟您说话。`],
      ask: [no('connect', '按1,接通', '这就给您接通。', true)].map((choice) => ({ ...choice, key: '1' as const })),
      join: false,
    };
  return {
    say: ['这里是12349一键通。', `${who}${what},我们正在处理。`],
    ask: [
      yes('accepted', '按1,我去', '谢谢您,我们等您。'),
      no('connect', '按2,去不了,接通坐席', '这就给您接通。', true),
    ],
    join: false,
  };
}

function yes(means: string, offered: string, thanks: string): Choice {
  return { key: '1', means, offered, numbers: [MINUTES], thanks, join: false };
}

function no(means: string, offered: string, thanks: string, join: boolean): Choice {
  return { key: '2', means, offered, numbers: [], thanks, join };
}
