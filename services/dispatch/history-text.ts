import type { Language } from '#platform/http.ts';

type Say = (data: Record<string, unknown>) => string;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const because = (data: Record<string, unknown>, field: string): string => (text(data[field]) === '' ? '' : `:${text(data[field])}`);

const TYPES: Record<string, string> = {
  sos: '红键', fall: '跌倒', fall_suspected: '疑似跌倒', smoke: '烟雾', gas: '燃气', alarm_unspecified: '不明报警', alarm_other: '其他报警',
  inactivity: '长时间无活动', medical: '医疗键', service: '绿键', family: '找家人', water_leak: '漏水', power_fail: '停电', cancel: '我没事', arrived: '到达键', done: '完成键',
};
const WHO: Record<string, string> = {
  operators: '值班坐席', supervisors: '值班长', neighbour: '邻区坐席', family: '家属电话', grid_worker: '网格员', '120': '120', owner: '受理人',
};
const QUEUES: Record<string, string> = { household: '家政服务', medical: '医疗', emergency: '110/120' };
const CODES: Record<string, string> = {
  mistaken: '误按', test: '测试', company: '聊天', family: '找家人', enquiry: '咨询', household: '家政', rescue: '急救', silent: '无声',
};
const OUTCOMES: Record<string, string> = {
  shown: '已提醒', no_carrier: '电话未接通线路', quiet: '静音,没有打', taken: '已经有人接了,不再叫', nobody_found: '没有找到能来的人', somebody_is_asked: '已经在问人了', asked: '已派出', ended: '已经结束', pushed: '已送达',
};

/** Each kind of line in Chinese. A kind that is missing here is shown by its English name rather than not at all. */
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
  identified: (d) => `确认是 ${text(d['name'])}`,
  quiet_on: () => '静音:不让家里出声',
  quiet_off: () => '取消静音',
  offered: (d) => `派 ${text(d['who'])}(约 ${text(d['minutes'])} 分钟,${text(d['why'])})`,
  withdrawn: (d) => `收回派给 ${text(d['who'])} 的单`,
  assignment_accepted: (d) => `${text(d['who'])} 接单`,
  assignment_declined: (d) => `${text(d['who'])} 不能来${because(d, 'reason')}`,
  assignment_under_way: (d) => `${text(d['who'])} 出发,约 ${text(d['minutes'])} 分钟到`,
  assignment_on_scene: (d) => `${text(d['who'])} 到场`,
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
  ladder_step: (d) => `没有人接,第 ${text(d['step'])} 步:${WHO[text(d['who'])] ?? ''}${d['skipped'] ? '(有人在路上,跳过)' : ''}`,
  ladder_repeat: (d) => `还没有人接,再催值班长(第 ${text(d['round'])} 轮)`,
  outcome: (d) => `${WHO[text(d['who'])] ?? ''}${OUTCOMES[text(d['outcome'])] ?? text(d['outcome'])}`,
  resolved: (d) => `办结${d['code'] ? `:${CODES[text(d['code'])]}` : ''}${because(d, 'note')}`,
  reopened: (d) => `重新打开${because(d, 'why')}`,
  cancelled: (d) => `取消:老人确认没事${because(d, 'note')}`,
  closed: (d) => `结案:${CODES[text(d['code'])] ?? ''}${d['satisfied'] === 'yes' ? ',满意' : d['satisfied'] === 'no' ? ',不满意' : ''}`,
  follow_up_due: () => '该回访了',
  still_here: () => '告诉老人:我们还在',
  area: (d) => `${text(d['name'])} 有 ${text(d['count'])} 户同时呼叫`,
  linked: () => '同一家还有一件',
  changed: () => '更新',
};

/** One line of history in words. English: the kind with its underscores out, and its facts. */
export function historyText(kind: string, data: Record<string, unknown>, language: Language): string {
  if (language === 'zh') return ZH[kind]?.(data) ?? kind;
  const facts = ['type', 'who', 'reason', 'why', 'text', 'target', 'code', 'outcome', 'minutes'].map((field) => text(data[field])).filter((value) => value !== '');
  return [kind.replaceAll('_', ' '), ...facts].join(' · ');
}
