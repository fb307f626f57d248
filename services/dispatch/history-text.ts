import type { Language } from '#platform/http.ts';

type Say = (data: Record<string, unknown>) => string;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const because = (data: Record<string, unknown>, field: string): string =>
  text(data[field]) === '' ? '' : `:${text(data[field])}`;

const joined = (by: string, ...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(by);
const note = (data: Record<string, unknown>, field: string): string =>
  text(data[field]) === '' ? '' : `: ${text(data[field])}`;

const TYPES: Record<string, string> = {
  sos: '红键',
  fall: '跌倒',
  fall_suspected: '疑似跌倒',
  smoke: '烟雾',
  gas: '燃气',
  alarm_unspecified: '不明报警',
  alarm_other: '其他报警',
  inactivity: '长时间无活动',
  medical: '医疗键',
  service: '绿键',
  family: '找家人',
  water_leak: '漏水',
  power_fail: '停电',
  cancel: '我没事',
  arrived: '到达键',
  done: '完成键',
};
const WHO: Record<string, string> = {
  operators: '值班坐席',
  supervisors: '值班长',
  neighbour: '邻区坐席',
  family: '家属电话',
  grid_worker: '网格员',
  '120': '120',
  '110': '110',
  owner: '受理人',
};
const QUEUES: Record<string, string> = { household: '家政服务', medical: '医疗', emergency: '110/120' };
const CODES: Record<string, string> = {
  mistaken: '误按',
  test: '测试',
  company: '聊天',
  family: '找家人',
  enquiry: '咨询',
  household: '家政',
  rescue: '急救',
  silent: '无声',
};
const OUTCOMES: Record<string, string> = {
  shown: '已提醒',
  no_carrier: '没有电话线路,没打成',
  quiet: '静音,没有打',
  taken: '已经有人接了,不再叫',
  nobody_found: '没有找到能来的人',
  somebody_is_asked: '已经在问人了',
  filled: '要来的人已经够了',
  asked: '已派出',
  ended: '已经结束',
  pushed: '已送达',
  placed: '正在打',
  calling: '按顺序打电话',
  calling_already: '已经在打了',
  family_is_coming: '家属已经在路上',
  drill: '演练,不打电话',
  no_number: '没有号码',
  sent: '已发短信',
  hung_up: '已挂断',
  chosen: '按了键',
  no_choice: '接了,没按键',
  answered: '接了',
  no_answer: '没人接',
  busy: '占线',
  voicemail: '是语音信箱',
  bad_number: '号码不对',
  failed: '没打通',
  cancelled: '取消',
  unknown: '不知道接没接',
  offered_by_voice: '由坐席打电话转接',
  sent_to_partner: '已送到对方',
};

const QUESTIONS: Record<string, string> = {
  conscious: '清醒吗',
  breathing: '有呼吸吗',
  bleeding: '大出血吗',
  chest_pain: '胸口痛吗',
  fall: '摔倒了吗',
};
const ANSWERS: Record<string, string> = { yes: '是', no: '否', unknown: '不清楚' };

const TYPES_EN: Record<string, string> = {
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
  power_fail: 'power failure',
  cancel: '"I am fine"',
  arrived: 'arrival key',
  done: 'done key',
};
const WHO_EN: Record<string, string> = {
  operators: 'operators on duty',
  supervisors: 'supervisor',
  neighbour: 'neighbouring desk',
  family: 'family by telephone',
  grid_worker: 'grid worker',
  '120': '120',
  owner: 'who has it',
};
const QUEUES_EN: Record<string, string> = { household: 'household', medical: 'medical', emergency: '110/120' };
const CODES_EN: Record<string, string> = {
  mistaken: 'by mistake',
  test: 'test',
  company: 'company',
  family: 'family',
  enquiry: 'enquiry',
  household: 'household',
  rescue: 'rescue',
  silent: 'silent',
};
const OUTCOMES_EN: Record<string, string> = {
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
  sent_to_partner: 'sent to the centre',
};

const QUESTIONS_EN: Record<string, string> = {
  conscious: 'Conscious?',
  breathing: 'Breathing?',
  bleeding: 'Bleeding?',
  chest_pain: 'Chest pain?',
  fall: 'A fall?',
};
const ANSWERS_EN: Record<string, string> = { yes: 'yes', no: 'no', unknown: 'not known' };

const ENTRY: Record<string, string> = {
  key: '用钥匙',
  code: '用门码',
  opened: '里面开的门',
  locksmith: '开锁师傅',
  '110': '110 到场',
  '119': '119 到场',
};
const ENTRY_EN: Record<string, string> = {
  key: 'with the key',
  code: 'with the code',
  opened: 'opened from inside',
  locksmith: 'a locksmith',
  '110': 'with 110',
  '119': 'with 119',
};

/** Each kind of line in Chinese. */
const ZH: Record<string, Say> = {
  opened: (d) => `开始:${text(d['reason'])}`,
  press: (d) => `${TYPES[text(d['type'])] ?? '按键'}${d['late'] === true ? '(迟到的信号)' : ''}`,
  priority_raised: () => '又按了,优先级提高',
  rerouted: (d) => `转到${QUEUES[text(d['to'])] ?? ''}队列:${text(d['reason'])}`,
  another_desk: (d) => `${text(d['busy'])} 正忙,请其他坐席接`,
  cancel_pressed: () => '老人按了“我没事”,请问一声',
  done_pressed: () => '老人按了完成键',
  arrived_pressed: (d) => `到达键${because(d, 'who')}`,
  speech: () => '听到老人说话',
  line_open: () => '免提已接通',
  line_asked: () => '打开免提,听老人说话',
  line_closed: () => '挂断免提',
  silent: (d) => `${text(d['seconds'])} 秒没有声音,按说不了话处理`,
  claimed: () => '受理',
  taken_over: (d) => `从 ${text(d['from'])} 接手${because(d, 'why')}`,
  released: (d) => `放回队列${because(d, 'why')}`,
  reminded: (d) => `提醒 ${text(d['who'])}:还在处理吗?`,
  lost_owner: (d) => `${text(d['who'])} 没有回应,放回队列`,
  attended: () => '仍在处理',
  note: (d) => `记录:${text(d['text'])}`,
  answers: (d) => `问:${QUESTIONS[text(d['question'])] ?? ''} ${ANSWERS[text(d['answer'])] ?? ''}`,
  identified: (d) => `确认是 ${text(d['name'])}`,
  quiet_on: () => '静音:不让家里出声',
  quiet_off: () => '取消静音',
  offered: (d) => `派 ${text(d['who'])}(约 ${text(d['minutes'])} 分钟,${text(d['why'])})`,
  withdrawn: (d) =>
    d['filled'] ? `${text(d['who'])} 不用来了:${text(d['filled'])} 已经接下` : `收回派给 ${text(d['who'])} 的单`,
  asking: (d) =>
    `第 ${text(d['wave'])} 批,问 ${text(d['people'])} 人${d['needs'] === 1 ? '' : `,要 ${text(d['needs'])} 人来`}`,
  asking_next: () => '本街道没有能来的人,问邻近街道和城区',
  asking_another: (d) => `${text(d['who'])} 一直没到,再问下一位`,
  nobody_comes: (d) => (d['automatic'] === true ? '附近都没有能来的人,转 110' : '附近都没有能来的人,请转 110'),
  no_entry: (d) => `${text(d['who'])} 在门口,没人应、没有钥匙${because(d, 'note')}`,
  still_outside: (d) => `${text(d['who'])} 还在门外`,
  entered: (d) =>
    `${text(d['who'])} 进了门:${ENTRY[text(d['how'])] ?? ''}${d['authorised'] ? `,${text(d['authorised'])} 同意` : ''}${d['witness'] ? `,${text(d['witness'])} 在场见证` : ''}`,
  photo: (d) => `${text(d['who'])} 拍了照片`,
  assignment_accepted: (d) => `${text(d['who'])} 接单`,
  assignment_declined: (d) => `${text(d['who'])} 不能来${because(d, 'reason')}`,
  assignment_under_way: (d) => `${text(d['who'])} 出发,约 ${text(d['minutes'])} 分钟到`,
  assignment_on_scene: (d) =>
    `${text(d['who'])} 到场${d['proof'] === 'position' ? '(定位核实)' : d['proof'] === 'own_word' ? '(自报)' : ''}`,
  assignment_done: (d) => `${text(d['who'])} 完成`,
  assignment_expired: (d) => `${text(d['who'])} 没有回应,派单过期`,
  not_departed: (d) => `${text(d['who'])} 接了单还没出发`,
  late: (d) => `${text(d['who'])} 晚了,还要约 ${text(d['minutes'])} 分钟`,
  handoff_offered: (d) => `转 ${text(d['target'])},等对方接下`,
  handoff_accepted: (d) => `${text(d['target'])} 接下:坐席 ${text(d['seat'])},案件号 ${text(d['caseNumber'])}`,
  handoff_rejected: (d) => `${text(d['target'])} 不接${because(d, 'reason')}`,
  handoff_dispatched: (d) => `${text(d['target'])} 已派车`,
  handoff_on_scene: (d) => `${text(d['target'])} 到场`,
  handoff_closed: (d) => `${text(d['target'])} 结束`,
  handoff_withdrawn: (d) => `收回转 ${text(d['target'])}`,
  handoff_unanswered: (d) => `${text(d['target'])} 还没有答复`,
  ladder_step: (d) =>
    `没有人接,第 ${text(d['step'])} 步:${WHO[text(d['who'])] ?? ''}${d['skipped'] ? '(有人在路上,跳过)' : ''}`,
  ladder_repeat: (d) => `还没有人接,再催值班长(第 ${text(d['round'])} 轮)`,
  outcome: (d) => joined(':', WHO[text(d['who'])], OUTCOMES[text(d['outcome'])] ?? text(d['outcome'])),
  resolved: (d) => `办结${d['code'] ? `:${CODES[text(d['code'])]}` : ''}${because(d, 'note')}`,
  reopened: (d) => `重新打开${because(d, 'why')}`,
  cancelled: (d) => `取消:老人确认没事${because(d, 'note')}`,
  closed: (d) =>
    `结案:${CODES[text(d['code'])] ?? ''}${d['satisfied'] === 'yes' ? ',满意' : d['satisfied'] === 'no' ? ',不满意' : ''}`,
  follow_up_due: () => '该回访了',
  still_here: () => '告诉老人:我们还在',
  dialled: (d) => `打电话给 ${text(d['who'])}`,
  hung_up: (d) => `挂断 ${text(d['who'])}`,
  call_connected: (d) => `${text(d['who'])} 接进来了`,
  call_accepted: (d) =>
    `${text(d['who'])} 接了电话:我去${d['minutes'] === null ? '' : `,约 ${text(d['minutes'])} 分钟`}`,
  call_told: (d) => `${text(d['who'])} 接了电话,已知道${d['far'] === true ? '(在外地)' : ',自己来不了'}`,
  call_missed: (d) => `${text(d['who'])} 的电话:${OUTCOMES[text(d['outcome'])] ?? text(d['outcome'])}`,
  call_ended: (d) => `${text(d['who'])} 挂了电话`,
  family_not_reached: () => '家属两轮都没打通',
  area: (d) => `${text(d['name'])} 有 ${text(d['count'])} 户同时呼叫`,
  linked: () => '同一家还有一件',
  changed: () => '更新',
};

/** The same in English; what people wrote and what the policies say stays as it is. */
const EN: Record<string, Say> = {
  opened: (d) => `Opened${note(d, 'reason')}`,
  press: (d) => `${TYPES_EN[text(d['type'])] ?? 'key'}${d['late'] === true ? ' (a late signal)' : ''}`,
  priority_raised: () => 'Pressed again, priority raised',
  rerouted: (d) => `To the ${QUEUES_EN[text(d['to'])] ?? ''} queue${note(d, 'reason')}`,
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
  answers: (d) => `${QUESTIONS_EN[text(d['question'])] ?? ''} ${ANSWERS_EN[text(d['answer'])] ?? ''}`,
  identified: (d) => `It is ${text(d['name'])}`,
  quiet_on: () => 'Quiet mode: nothing sounds in the home',
  quiet_off: () => 'Quiet mode off',
  offered: (d) => `${text(d['who'])} sent (about ${text(d['minutes'])} min; ${text(d['why'])})`,
  withdrawn: (d) =>
    d['filled'] ? `${text(d['who'])} need not come: ${text(d['filled'])} is coming` : `${text(d['who'])} called back`,
  asking: (d) =>
    `Wave ${text(d['wave'])}: ${text(d['people'])} asked${d['needs'] === 1 ? '' : `, ${text(d['needs'])} must come`}`,
  asking_next: () => 'Nobody of this street can come: asking the neighbouring streets and districts',
  asking_another: (d) => `${text(d['who'])} is still not there, the next one is asked`,
  nobody_comes: (d) => (d['automatic'] === true ? 'Nobody near can come: to 110' : 'Nobody near can come: call 110'),
  no_entry: (d) => `${text(d['who'])} is at the door: no answer, no key${note(d, 'note')}`,
  still_outside: (d) => `${text(d['who'])} is still outside`,
  entered: (d) =>
    `${text(d['who'])} got in: ${ENTRY_EN[text(d['how'])] ?? ''}${d['authorised'] ? `, agreed by ${text(d['authorised'])}` : ''}${d['witness'] ? `, witness ${text(d['witness'])}` : ''}`,
  photo: (d) => `${text(d['who'])} took a photo`,
  assignment_accepted: (d) => `${text(d['who'])} accepted`,
  assignment_declined: (d) => `${text(d['who'])} cannot come${note(d, 'reason')}`,
  assignment_under_way: (d) => `${text(d['who'])} set out, about ${text(d['minutes'])} min`,
  assignment_on_scene: (d) =>
    `${text(d['who'])} arrived${d['proof'] === 'position' ? ' (by position)' : d['proof'] === 'own_word' ? ' (by own word)' : ''}`,
  assignment_done: (d) => `${text(d['who'])} finished`,
  assignment_expired: (d) => `No answer from ${text(d['who'])}`,
  not_departed: (d) => `${text(d['who'])} accepted but has not set out`,
  late: (d) => `${text(d['who'])} is late, about ${text(d['minutes'])} min more`,
  handoff_offered: (d) => `Handed to ${text(d['target'])}, waiting for them to accept`,
  handoff_accepted: (d) => `${text(d['target'])} accepted: seat ${text(d['seat'])}, case ${text(d['caseNumber'])}`,
  handoff_rejected: (d) => `${text(d['target'])} refused${note(d, 'reason')}`,
  handoff_dispatched: (d) => `${text(d['target'])} is on the way`,
  handoff_on_scene: (d) => `${text(d['target'])} arrived`,
  handoff_closed: (d) => `${text(d['target'])} finished`,
  handoff_withdrawn: (d) => `Handing to ${text(d['target'])} taken back`,
  handoff_unanswered: (d) => `${text(d['target'])} has not answered`,
  ladder_step: (d) =>
    `Not taken, step ${text(d['step'])}: ${WHO_EN[text(d['who'])] ?? ''}${d['skipped'] ? ' (skipped, somebody is coming)' : ''}`,
  ladder_repeat: (d) => `Still not taken, supervisor called again (round ${text(d['round'])})`,
  outcome: (d) => joined(': ', WHO_EN[text(d['who'])], OUTCOMES_EN[text(d['outcome'])] ?? text(d['outcome'])),
  resolved: (d) => `Done${d['code'] ? `: ${CODES_EN[text(d['code'])]}` : ''}${note(d, 'note')}`,
  reopened: (d) => `Opened again${note(d, 'why')}`,
  cancelled: (d) => `Cancelled: she says she is fine${note(d, 'note')}`,
  closed: (d) =>
    `Closed: ${CODES_EN[text(d['code'])] ?? ''}${d['satisfied'] === 'yes' ? ', satisfied' : d['satisfied'] === 'no' ? ', not satisfied' : ''}`,
  follow_up_due: () => 'Follow-up is due',
  still_here: () => 'She was told: we are still here',
  dialled: (d) => `${text(d['who'])} called`,
  hung_up: (d) => `Call to ${text(d['who'])} ended by the desk`,
  call_connected: (d) => `${text(d['who'])} is on the line`,
  call_accepted: (d) =>
    `${text(d['who'])} answered: coming${d['minutes'] === null ? '' : `, about ${text(d['minutes'])} min`}`,
  call_told: (d) =>
    `${text(d['who'])} answered and knows, ${d['far'] === true ? 'but is far away' : 'but cannot come'}`,
  call_missed: (d) => `Call to ${text(d['who'])}: ${OUTCOMES_EN[text(d['outcome'])] ?? text(d['outcome'])}`,
  call_ended: (d) => `${text(d['who'])} hung up`,
  family_not_reached: () => 'The family could not be reached in two rounds',
  area: (d) => `${text(d['count'])} homes call at once in ${text(d['name'])}`,
  linked: () => 'There is another case of the same home',
  changed: () => 'Changed',
};

/** One line of history in words. A kind that no table knows is shown by its name rather than not at all. */
export function historyText(kind: string, data: Record<string, unknown>, language: Language): string {
  return (language === 'zh' ? ZH : EN)[kind]?.(data) ?? kind.replaceAll('_', ' ');
}
