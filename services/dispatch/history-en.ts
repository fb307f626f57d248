import type { Say } from './history-zh.ts';

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const joined = (by: string, ...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(by);
const note = (data: Record<string, unknown>, field: string): string =>
  text(data[field]) === '' ? '' : `: ${text(data[field])}`;

const TYPES: Record<string, string> = {
  sos: 'red key',
  fall: 'fall',
  fall_suspected: 'suspected fall',
  smoke: 'smoke',
  gas: 'gas',
  alarm_unspecified: 'unknown alarm',
  alarm_other: 'other alarm',
  inactivity: 'long without movement',
  medical: 'medical key',
  service: 'green key',
  family: 'family key',
  water_leak: 'water leak',
  phone: 'phone call',
  power_fail: 'power failure',
  cancel: '"I am fine"',
  arrived: 'arrival key',
  done: 'done key',
};
const WHO: Record<string, string> = {
  operators: 'operators on duty',
  supervisors: 'supervisor',
  neighbour: 'neighbouring desk',
  family: 'family by telephone',
  grid_worker: 'grid worker',
  '120': '120',
  owner: 'who has it',
};
const QUEUES: Record<string, string> = { household: 'household', medical: 'medical', emergency: '110/120' };
const CODES: Record<string, string> = {
  mistaken: 'by mistake',
  test: 'test',
  company: 'company',
  family: 'family',
  enquiry: 'enquiry',
  household: 'household',
  rescue: 'rescue',
  silent: 'silent',
};
const OUTCOMES: Record<string, string> = {
  shown: 'called',
  no_carrier: 'no telephone line, not called',
  quiet: 'quiet mode, not called',
  taken: 'somebody has it by now, not called',
  nobody_found: 'found nobody who can come',
  somebody_is_asked: 'somebody is being asked already',
  filled: 'enough people are coming',
  asked: 'sent',
  ended: 'ended by now',
  pushed: 'delivered',
  placed: 'calling',
  calling: 'called one after the other',
  calling_already: 'being called already',
  family_is_coming: 'the family is on the way',
  drill: 'a drill, not called',
  no_number: 'no number',
  sent: 'message sent',
  hung_up: 'hung up',
  chosen: 'answered by key',
  no_choice: 'picked up, pressed no key',
  answered: 'picked up',
  no_answer: 'no answer',
  busy: 'busy',
  voicemail: 'a mailbox',
  bad_number: 'the number is wrong',
  failed: 'could not be reached',
  cancelled: 'cancelled',
  unknown: 'nobody knows whether it was answered',
  offered_by_voice: 'handed over by voice',
  sent_to_partner: 'handed over by voice, and sent to the centre',
  called_automatically: 'nobody at the desks: the centre is called automatically',
  sent_no_call_agreed: 'sent; the centre has not agreed to automatic calls, somebody must call',
  no_call_agreed: 'the centre has not agreed to automatic calls, somebody must call',
  no_partner: 'no such centre is entered here, somebody must call',
};

const QUESTIONS: Record<string, string> = {
  conscious: 'Conscious?',
  breathing: 'Breathing?',
  bleeding: 'Bleeding?',
  chest_pain: 'Chest pain?',
  fall: 'A fall?',
};
const ANSWERS: Record<string, string> = { yes: 'yes', no: 'no', unknown: 'not known' };

const ENTRY: Record<string, string> = {
  key: 'with the key',
  code: 'with the code',
  opened: 'opened from inside',
  locksmith: 'a locksmith',
  '110': 'with 110',
  '119': 'with 119',
};

/** What showed that somebody had come. */
const PROOFS: Record<string, string> = {
  position: ' (by position)',
  code: ' (the code was right)',
  box: ' (by the key of the box)',
  desk: ' (the desk asked)',
};
/** How a supervisor sits in on the line. */
const SEATS: Record<string, string> = {
  listen: 'Listens to the call, heard by nobody',
  whisper: 'On the line, heard by the desk alone',
  join: 'Has joined the call, heard by all',
};
/** Each kind of line in English; what people wrote and what the policies say stays as it is. */
export const EN: Record<string, Say> = {
  opened: (d) => `Opened${note(d, 'reason')}`,
  press: (d) => `${TYPES[text(d['type'])] ?? 'key'}${d['late'] === true ? ' (a late signal)' : ''}`,
  priority_raised: () => 'Pressed again, priority raised',
  rerouted: (d) => `To the ${QUEUES[text(d['to'])] ?? ''} queue${note(d, 'reason')}`,
  another_desk: (d) => `${text(d['busy'])} is busy, another desk is asked`,
  cancel_pressed: () => 'She pressed "I am fine": ask her',
  done_pressed: () => 'She pressed "done"',
  arrived_pressed: (d) => `Arrival key${note(d, 'who')}`,
  speech: () => 'She was heard speaking',
  line_open: () => 'Hands-free line open',
  line_asked: () => 'Hands-free line asked for',
  line_closed: () => 'Hands-free line closed',
  silent: (d) => `${text(d['seconds'])} s of silence: taken as unable to speak`,
  claimed: () => 'Taken',
  taken_over: (d) => `Taken over from ${text(d['from'])}${note(d, 'why')}`,
  released: (d) => `Back to the queue${note(d, 'why')}`,
  reminded: (d) => `${text(d['who'])} asked: still on it?`,
  lost_owner: (d) => `No answer from ${text(d['who'])}, back to the queue`,
  attended: () => 'Still on it',
  note: (d) => `Note: ${text(d['text'])}`,
  answers: (d) => `${QUESTIONS[text(d['question'])] ?? ''} ${ANSWERS[text(d['answer'])] ?? ''}`,
  identified: (d) => `It is ${text(d['name'])}`,
  moved: (d) =>
    `The home is now in ${text(d['to'])}${d['from'] ? `, where ${text(d['from'])} does not answer: back to the queue` : ''}`,
  quiet_on: () => 'Quiet mode: nothing sounds in the home',
  quiet_off: () => 'Quiet mode off',
  offered: (d) => `${text(d['who'])} sent (about ${text(d['minutes'])} min; ${text(d['why'])})`,
  withdrawn: (d) =>
    d['filled'] ? `${text(d['who'])} need not come: ${text(d['filled'])} is coming` : `${text(d['who'])} called back`,
  asking: (d) =>
    `Wave ${text(d['wave'])}: ${text(d['people'])} asked${d['needs'] === 1 ? '' : `, ${text(d['needs'])} must come`}`,
  needs: (d) => `${text(d['people'])} people must come`,
  asking_next: () => 'Nobody of this street can come: asking the neighbouring streets and districts',
  asking_another: (d) => `${text(d['who'])} is still not there, the next one is asked`,
  nobody_comes: (d) => (d['automatic'] === true ? 'Nobody near can come: to 110' : 'Nobody near can come: call 110'),
  no_entry: (d) => `${text(d['who'])} is at the door: no answer, no key${note(d, 'note')}`,
  still_outside: (d) => `${text(d['who'])} is still outside`,
  entered: (d) =>
    `${text(d['who'])} got in: ${ENTRY[text(d['how'])] ?? ''}${d['authorised'] ? `, agreed by ${text(d['authorised'])}` : ''}${d['witness'] ? `, witness ${text(d['witness'])}` : ''}`,
  photo: (d) => `${text(d['who'])} took a photo`,
  assignment_accepted: (d) => `${text(d['who'])} accepted`,
  assignment_declined: (d) => `${text(d['who'])} cannot come${note(d, 'reason')}`,
  assignment_under_way: (d) => `${text(d['who'])} set out, about ${text(d['minutes'])} min`,
  assignment_on_scene: (d) =>
    d['proof'] === 'own_word'
      ? `${text(d['who'])} says to be there (own word, unproven)`
      : `${text(d['who'])} arrived${PROOFS[text(d['proof'])] ?? ''}`,
  arrival_proven: (d) => `${text(d['who'])} is there, proven${PROOFS[text(d['proof'])] ?? ''}`,
  arrival_unproven: (d) => `${text(d['who'])} says to be there, unproven: please ask`,
  assignment_done: (d) =>
    `${text(d['who'])} finished${d['unproven'] === true ? ' (the arrival was never proven)' : ''}`,
  assignment_expired: (d) => `No answer from ${text(d['who'])}`,
  not_departed: (d) => `${text(d['who'])} accepted but has not set out`,
  late: (d) => `${text(d['who'])} is late, about ${text(d['minutes'])} min more`,
  handoff_offered: (d) => `Handed to ${text(d['target'])}, waiting for them to accept`,
  handoff_accepted: (d) => `${text(d['target'])} accepted: seat ${text(d['seat'])}, case ${text(d['caseNumber'])}`,
  handoff_rejected: (d) => `${text(d['target'])} refused${note(d, 'reason')}`,
  handoff_dispatched: (d) => `${text(d['target'])} is on the way`,
  handoff_on_scene: (d) => `${text(d['target'])} arrived`,
  handoff_closed: (d) => `${text(d['target'])} finished`,
  handoff_withdrawn: (d) => `Handing to ${text(d['target'])} taken back${note(d, 'reason')}`,
  handoff_unanswered: (d) => `${text(d['target'])} has not answered`,
  ladder_step: (d) =>
    `Not taken, step ${text(d['step'])}: ${WHO[text(d['who'])] ?? ''}${d['skipped'] ? ' (skipped, somebody is coming)' : ''}`,
  ladder_repeat: (d) => `Still not taken, supervisor called again (round ${text(d['round'])})`,
  outcome: (d) => joined(': ', WHO[text(d['who'])], OUTCOMES[text(d['outcome'])] ?? text(d['outcome'])),
  resolved: (d) => `Done${d['code'] ? `: ${CODES[text(d['code'])]}` : ''}${note(d, 'note')}`,
  reopened: (d) => `Opened again${note(d, 'why')}`,
  cancelled: (d) => `Cancelled: she says she is fine${note(d, 'note')}`,
  closed: (d) =>
    `Closed: ${CODES[text(d['code'])] ?? ''}${d['satisfied'] === 'yes' ? ', satisfied' : d['satisfied'] === 'no' ? ', not satisfied' : ''}`,
  follow_up_due: () => 'Follow-up is due',
  still_here: () => 'She was told: we are still here',
  dialled: (d) => `${text(d['who'])} called`,
  hung_up: (d) => `Call to ${text(d['who'])} ended by the desk`,
  supervised: (d) => SEATS[text(d['mode'])] ?? '',
  supervise_left: () => 'Has left the line',
  recording_refused: () => 'Noted: she refuses that calls are recorded',
  recording_stopped: (d) =>
    d['stopped'] === true
      ? 'The resident refuses: the recording has stopped'
      : 'The resident refuses, but the recording could not be stopped until the call had ended',
  call_connected: (d) => `${text(d['who'])} is on the line`,
  call_accepted: (d) =>
    `${text(d['who'])} answered: coming${d['minutes'] === null ? '' : `, about ${text(d['minutes'])} min`}`,
  call_told: (d) =>
    `${text(d['who'])} answered and knows, ${d['far'] === true ? 'but is far away' : 'but cannot come'}`,
  call_missed: (d) => `Call to ${text(d['who'])}: ${OUTCOMES[text(d['outcome'])] ?? text(d['outcome'])}`,
  call_on_line: (d) => `${text(d['who'])} is on the line by a call of their own`,
  call_ended: (d) => `${text(d['who'])} hung up`,
  family_not_reached: () => 'The family could not be reached in two rounds',
  area: (d) => `${text(d['count'])} homes call at once in ${text(d['name'])}`,
  linked: () => 'There is another case of the same home',
  changed: () => 'Changed',
};
