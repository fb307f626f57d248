import type { Language } from '#platform/http.ts';

type Data = Record<string, unknown>;
type Words = (data: Data) => string;

const yuan = (fen: unknown): string => (Number(fen ?? 0) / 100).toFixed(2);
const people = (who: unknown): string => (Array.isArray(who) ? who.join('、') : '');
const after = (text: unknown): string => (typeof text === 'string' && text !== '' ? `:${text}` : '');
const BY: Record<string, [string, string]> = {
  code: ['门口暗号', 'the code'],
  box: ['家里的按键', 'the key at home'],
  desk: ['坐席电话问到', 'the desk, by telephone'],
  phone: ['电话', 'telephone'],
  call: ['自动电话里按的键', 'a key in the automatic call'],
};
const REASONS: Record<string, [string, string]> = {
  no_staff: ['没人手', 'nobody free'],
  too_far: ['太远', 'too far'],
  not_our_work: ['不是我们的活', 'not our work'],
  full: ['手上的活满了', 'has as much work as it can take'],
};
const ENDS: Record<string, [string, string]> = {
  no_answer: ['没人接', 'no answer'],
  busy: ['占线', 'busy'],
  voicemail: ['是留言机', 'a voicemail'],
  no_choice: ['接了,没按键', 'answered, no key'],
  answered: ['接了,没按键', 'answered, no key'],
  bad_number: ['号码打不通', 'not a number in use'],
};
const word = (table: Record<string, [string, string]>, key: unknown, place: 0 | 1): string =>
  table[String(key)]?.[place] ?? (typeof key === 'string' ? key : '');

const ZH: Record<string, Words> = {
  created: (d) => `开单,目录价 ${yuan(d['priceFen'])} 元`,
  offered: (d) => `问 ${String(d['shop'])}(${String(d['why'])})`,
  expired: (d) => `${String(d['shop'])} 没有回音`,
  declined: (d) => `${String(d['shop'])} 不接:${word(REASONS, d['reason'], 0)}${after(d['note'])}`,
  unfilled: (d) => `问了 ${String(d['asked'])} 家都没接,等坐席安排`,
  accepted: (d) => `${String(d['shop'])} 接单,派 ${people(d['who'])}`,
  given_back: (d) => `${String(d['shop'])} 退单${after(d['reason'])}`,
  staff_named: (d) => `换成 ${people(d['who'])}`,
  quoted: (d) => `报价 ${yuan(d['fen'])} 元${after(d['note'])}`,
  approved: (d) => `同意报价 ${yuan(d['fen'])} 元(${d['by'] === 'payer' ? '付钱的单位' : '老人'})`,
  quote_refused: (d) => `没同意报价 ${yuan(d['fen'])} 元${after(d['reason'])}`,
  under_way: (d) => `${people(d['who'])} 出发,约 ${String(d['minutes'])} 分钟`,
  on_scene: (d) => `${people(d['who'])} 到了(${word(BY, d['by'], 0)})`,
  nobody_home: (d) => `到了没人在家${after(d['note'])}`,
  done: (d) => `店里报完工,人工 ${yuan(d['labourFen'])} 元,零件 ${yuan(d['partsFen'])} 元${after(d['note'])}`,
  said_done: () => '老人先按了“做好了”',
  confirm_call: () => '老人还没按“做好了”,自动打电话问她',
  confirm_call_ended: (d) => `自动电话没问到:${word(ENDS, d['outcome'], 0)}`,
  confirmed: (d) => `老人说做好了(${word(BY, d['how'], 0)})${after(d['note'])}`,
  not_satisfied: (d) => `老人不满意(${word(BY, d['how'], 0)})${after(d['note'])}`,
  rated: (d) => `评 ${String(d['stars'])} 星${after(d['comment'])}`,
  complaint: (d) => `投诉${after(d['text'])}`,
  called_back: (d) =>
    `回访:${d['outcome'] === 'satisfied' ? '满意' : d['outcome'] === 'unsatisfied' ? '不满意' : '没打通'}${after(d['note'])}`,
  asked_again: (d) => `重新找店${after(d['reason'])}`,
  warranty: (d) => `保修返工${after(d['reason'])}`,
  late: (d) => `${String(d['shop'])} 晚了,已提醒坐席`,
  no_show: (d) => `${String(d['shop'])} 没来,换别家`,
  reminded: () => '提醒了坐席',
  case_moved: () => '原来的呼叫已办结,返工另开了一件',
  settled: (d) => `结算 ${yuan(d['fen'])} 元`,
  cancelled: (d) => `取消${after(d['reason'])}`,
  photo: () => '加了一张照片',
};

const EN: Record<string, Words> = {
  created: (d) => `Opened, list price ${yuan(d['priceFen'])} yuan`,
  offered: (d) => `Asked ${String(d['shop'])} (${String(d['why'])})`,
  expired: (d) => `${String(d['shop'])} did not answer`,
  declined: (d) => `${String(d['shop'])} declined: ${word(REASONS, d['reason'], 1)}${after(d['note'])}`,
  unfilled: (d) => `${String(d['asked'])} shops asked and nobody took it; the desk decides`,
  accepted: (d) => `${String(d['shop'])} accepted and sends ${people(d['who'])}`,
  given_back: (d) => `${String(d['shop'])} gave it back${after(d['reason'])}`,
  staff_named: (d) => `Now ${people(d['who'])}`,
  quoted: (d) => `Quoted ${yuan(d['fen'])} yuan${after(d['note'])}`,
  approved: (d) => `Quote of ${yuan(d['fen'])} yuan approved by the ${d['by'] === 'payer' ? 'payer' : 'resident'}`,
  quote_refused: (d) => `Quote of ${yuan(d['fen'])} yuan refused${after(d['reason'])}`,
  under_way: (d) => `${people(d['who'])} set out, about ${String(d['minutes'])} min`,
  on_scene: (d) => `${people(d['who'])} arrived (${word(BY, d['by'], 1)})`,
  nobody_home: (d) => `Nobody at home${after(d['note'])}`,
  done: (d) =>
    `Done, says the shop: labour ${yuan(d['labourFen'])}, parts ${yuan(d['partsFen'])} yuan${after(d['note'])}`,
  said_done: () => 'The resident pressed "done" first',
  confirm_call: () => 'The resident has not pressed "done"; she is called automatically',
  confirm_call_ended: (d) => `The automatic call told nothing: ${word(ENDS, d['outcome'], 1)}`,
  confirmed: (d) => `Confirmed by the resident (${word(BY, d['how'], 1)})${after(d['note'])}`,
  not_satisfied: (d) => `The resident is not satisfied (${word(BY, d['how'], 1)})${after(d['note'])}`,
  rated: (d) => `${String(d['stars'])} stars${after(d['comment'])}`,
  complaint: (d) => `Complaint${after(d['text'])}`,
  called_back: (d) => `Call-back: ${String(d['outcome']).replace('_', ' ')}${after(d['note'])}`,
  asked_again: (d) => `Shops are asked again${after(d['reason'])}`,
  warranty: (d) => `Back under warranty${after(d['reason'])}`,
  late: (d) => `${String(d['shop'])} is late; the desk was told`,
  no_show: (d) => `${String(d['shop'])} did not come; others are asked`,
  reminded: () => 'The desk was reminded',
  case_moved: () => 'The case was over; another was opened for doing it again',
  settled: (d) => `Settled, ${yuan(d['fen'])} yuan`,
  cancelled: (d) => `Cancelled${after(d['reason'])}`,
  photo: () => 'A photo was added',
};

/** A line of an order's history in words; an unknown kind says itself. */
export function orderText(kind: string, data: Data, language: Language): string {
  return (language === 'en' ? EN : ZH)[kind]?.(data) ?? kind;
}
