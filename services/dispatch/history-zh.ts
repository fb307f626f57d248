/** One kind of history line in words. */
export type Say = (data: Record<string, unknown>) => string;

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const because = (data: Record<string, unknown>, field: string): string =>
  text(data[field]) === '' ? '' : `:${text(data[field])}`;

const joined = (by: string, ...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(by);
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
  phone: '来电',
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
  sent_to_partner: '坐席打电话转接,案情已发给对方',
  called_automatically: '没有坐席,自动打电话转接',
  sent_no_call_agreed: '案情已发给对方,对方没有同意自动电话,要人打',
  no_call_agreed: '对方没有同意自动电话,要人打',
  no_partner: '这里没有登记这个中心,要人打电话',
};

const QUESTIONS: Record<string, string> = {
  conscious: '清醒吗',
  breathing: '有呼吸吗',
  bleeding: '大出血吗',
  chest_pain: '胸口痛吗',
  fall: '摔倒了吗',
};
const ANSWERS: Record<string, string> = { yes: '是', no: '否', unknown: '不清楚' };

const ENTRY: Record<string, string> = {
  key: '用钥匙',
  code: '用门码',
  opened: '里面开的门',
  locksmith: '开锁师傅',
  '110': '110 到场',
  '119': '119 到场',
};
/** What showed that somebody had come. */
const PROOFS: Record<string, string> = {
  position: '(定位核实)',
  code: '(暗号对上了)',
  box: '(到达键)',
  desk: '(坐席核实)',
};
/** How a supervisor sits in on the line. */
const SEATS: Record<string, string> = {
  listen: '旁听通话(谁也听不见)',
  whisper: '在线上只对坐席说话',
  join: '加入通话,人人听得见',
};
/** Each kind of line in Chinese. */
export const ZH: Record<string, Say> = {
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
  moved: (d) => `住址改到 ${text(d['to'])}${d['from'] ? `,${text(d['from'])} 不管那一片,放回队列` : ''}`,
  quiet_on: () => '静音:不让家里出声',
  quiet_off: () => '取消静音',
  offered: (d) => `派 ${text(d['who'])}(约 ${text(d['minutes'])} 分钟,${text(d['why'])})`,
  withdrawn: (d) =>
    d['filled'] ? `${text(d['who'])} 不用来了:${text(d['filled'])} 已经接下` : `收回派给 ${text(d['who'])} 的单`,
  asking: (d) =>
    `第 ${text(d['wave'])} 批,问 ${text(d['people'])} 人${d['needs'] === 1 ? '' : `,要 ${text(d['needs'])} 人来`}`,
  needs: (d) => `要 ${text(d['people'])} 个人来`,
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
    d['proof'] === 'own_word'
      ? `${text(d['who'])} 说到了(自报,未证实)`
      : `${text(d['who'])} 到场${PROOFS[text(d['proof'])] ?? ''}`,
  arrival_proven: (d) => `${text(d['who'])} 到场,证实了${PROOFS[text(d['proof'])] ?? ''}`,
  arrival_unproven: (d) => `${text(d['who'])} 说到了,还没有证实,请坐席问一声`,
  assignment_done: (d) => `${text(d['who'])} 完成${d['unproven'] === true ? '(到场一直没有证实)' : ''}`,
  assignment_expired: (d) => `${text(d['who'])} 没有回应,派单过期`,
  not_departed: (d) => `${text(d['who'])} 接了单还没出发`,
  late: (d) => `${text(d['who'])} 晚了,还要约 ${text(d['minutes'])} 分钟`,
  handoff_offered: (d) => `转 ${text(d['target'])},等对方接下`,
  handoff_accepted: (d) => `${text(d['target'])} 接下:坐席 ${text(d['seat'])},案件号 ${text(d['caseNumber'])}`,
  handoff_rejected: (d) => `${text(d['target'])} 不接${because(d, 'reason')}`,
  handoff_dispatched: (d) => `${text(d['target'])} 已派车`,
  handoff_on_scene: (d) => `${text(d['target'])} 到场`,
  handoff_closed: (d) => `${text(d['target'])} 结束`,
  handoff_withdrawn: (d) => `收回转 ${text(d['target'])}${because(d, 'reason')}`,
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
  supervised: (d) => SEATS[text(d['mode'])] ?? '',
  supervise_left: () => '离开了这条线',
  recording_refused: () => '登记:不同意通话录音',
  recording_stopped: (d) =>
    d['stopped'] === true ? '老人不同意录音,录音已停' : '老人不同意录音,可是录音没能停下,直到通话结束',
  call_connected: (d) => `${text(d['who'])} 接进来了`,
  call_accepted: (d) =>
    `${text(d['who'])} 接了电话:我去${d['minutes'] === null ? '' : `,约 ${text(d['minutes'])} 分钟`}`,
  call_told: (d) => `${text(d['who'])} 接了电话,已知道${d['far'] === true ? '(在外地)' : ',自己来不了'}`,
  call_missed: (d) => `${text(d['who'])} 的电话:${OUTCOMES[text(d['outcome'])] ?? text(d['outcome'])}`,
  call_on_line: (d) => `${text(d['who'])} 自己打进来的电话还通着`,
  call_ended: (d) => `${text(d['who'])} 挂了电话`,
  family_not_reached: () => '家属两轮都没打通',
  area: (d) => `${text(d['name'])} 有 ${text(d['count'])} 户同时呼叫`,
  linked: () => '同一家还有一件',
  changed: () => '更新',
};
