import type { FirstAnswer, FirstQuestion } from '#contracts/incident.ts';

/** What a case is about, as one says it to a centre, by its most serious event type. */
export const COMPLAINTS: Record<string, string> = {
  sos: '按键求救',
  fall: '摔倒',
  fall_suspected: '可能摔倒',
  smoke: '烟雾报警',
  gas: '燃气报警',
  alarm_unspecified: '不明报警',
  alarm_other: '报警',
  inactivity: '长时间没动静',
  medical: '身体不适',
  service: '要人帮忙',
  family: '找家人',
  water_leak: '漏水',
  power_fail: '停电',
};

/** One press, in words. */
export const PRESSES: Record<string, string> = {
  sos: '红键',
  fall: '跌倒',
  fall_suspected: '疑似跌倒',
  smoke: '烟雾',
  gas: '燃气',
  inactivity: '长时间无活动',
  medical: '医疗键',
  service: '绿键',
  family: '找家人键',
  water_leak: '漏水',
  power_fail: '停电',
  cancel: '“我没事”键',
  arrived: '到达键',
  done: '完成键',
};

/** Who comes to a door. */
export const ROLES: Record<string, string> = {
  grid_worker: '网格员',
  volunteer: '志愿者',
  medic: '医生',
  guard: '保安',
  informant: '信息员',
  vendor_staff: '师傅',
  family: '家属',
};

/** How a centre is called. */
export const TARGETS: Record<string, string> = {
  '110': '110',
  '119': '119',
  '120': '120',
  hospital: '医院',
  clinic: '社区医院',
};

type Answers = Partial<Record<FirstQuestion, FirstAnswer>>;

const SILENT = '叫了没应声';

/** What ails her: what the answers say first, then what the box said. At most two things, shortest words. */
export function complaintOf(kind: string, answers: Answers, silent: boolean): string {
  const found: string[] = [];
  if (answers.bleeding === 'yes') found.push('大出血');
  if (answers.chest_pain === 'yes') found.push('胸痛');
  if (answers.fall === 'yes' || (kind === 'fall' && answers.fall !== 'no')) found.push('摔倒');
  if (found.length === 0) found.push(COMPLAINTS[kind] ?? '求救');
  if (silent && found.length < 2 && answers.conscious !== 'yes') found.push(SILENT);
  return found.slice(0, 2).join('、');
}

/** 神志清、呼吸有; what nobody asked or nobody knew is 未知, never left out. */
export function stateOf(answers: Answers): string {
  const said = (answer: FirstAnswer | undefined, yes: string, no: string): string =>
    answer === 'yes' ? yes : answer === 'no' ? no : '未知';
  return `神志${said(answers.conscious, '清', '不清')}、呼吸${said(answers.breathing, '有', '无')}`;
}
