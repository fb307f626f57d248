/** The page's own words; what is said on the telephone is shown as it is said. */
import type { Phone, PhoneOwner } from '#contracts/telephone.ts';

export const TEXTS = {
  zh: {
    title: '演示电话',
    intro: '这里是演示城区里的电话:家人、网格员、120 都在这里响。点“接听”,听一听,再按数字。没人接的会一直响到断。',
    none: '现在没有电话在响。',
    noneHint: '到 /device 按红键,或在下面从老人家里打 12349。',
    ringing: '正在响',
    calling: '正在拨 12349',
    talking: '通话中',
    ended: '已结束',
    pickUp: '接听',
    hangUp: '挂断',
    refuse: '不接',
    call: '打 12349',
    handy: '从老人家里打 12349',
    messages: '短信',
    noMessages: '还没有短信。',
    heard: '听到的话',
    nothingHeard: '还没有说话…',
    asks: '请按数字',
    keys: '按键',
    alone: '线上只有您',
    with: '线上还有:',
    sound: '出声',
    soundOn: '声音开着',
    soundOff: '声音关着',
    offline: '与服务器断开,正在重连…',
    real: '这个平台接的是真电话网,没有演示电话。',
    elsewhere: '演示电话只能在运行平台的那台机器上打开。',
    loading: '正在准备…',
    refused: '没成:这通电话可能已经挂断。',
    switch: 'English',
    unknown: '不认识的号码',
    of: (of: string, relation: string) => `${of}的${relation || '家人'}`,
    kinds: {
      resident: '老人',
      contact: '家人',
      grid_worker: '网格员',
      volunteer: '志愿者',
      medic: '社区医生',
      guard: '保安',
      informant: '信息员',
      vendor_staff: '服务商',
      centre: '指挥中心',
      desk: '坐席',
      partner: '协作单位',
      shop: '服务商',
      unknown: '电话',
    },
    centres: { '110': '110 报警台', '119': '119 消防', '120': '120 急救中心' } as Record<string, string>,
    endings: {
      completed: '通话结束',
      busy: '没有接',
      'no-answer': '没人接',
      canceled: '对方不打了',
      failed: '打不通',
    } as Record<string, string>,
  },
  en: {
    title: 'Demo telephones',
    intro:
      'The telephones of the demo city: family, grid workers and 120 ring here. Pick up, listen, then press a digit. What nobody answers rings out.',
    none: 'No telephone is ringing.',
    noneHint: 'Press the red key on /device, or call 12349 from a resident’s home below.',
    ringing: 'Ringing',
    calling: 'Calling 12349',
    talking: 'In a call',
    ended: 'Over',
    pickUp: 'Pick up',
    hangUp: 'Hang up',
    refuse: 'Refuse',
    call: 'Call 12349',
    handy: 'Call 12349 from a resident’s home',
    messages: 'Text messages',
    noMessages: 'No messages yet.',
    heard: 'What is said',
    nothingHeard: 'Nothing said yet…',
    asks: 'Press a digit',
    keys: 'Keys',
    alone: 'Nobody else is on the line',
    with: 'Also on the line: ',
    sound: 'Sound',
    soundOn: 'Sound is on',
    soundOff: 'Sound is off',
    offline: 'Cut off from the server, trying again…',
    real: 'This platform uses a real telephone network; there are no demo telephones.',
    elsewhere: 'The demo telephones open only on the machine that runs the platform.',
    loading: 'Getting ready…',
    refused: 'That did not work: the call may be over.',
    switch: '中文',
    unknown: 'Unknown number',
    of: (of: string, relation: string) => `${relation || 'family'} of ${of}`,
    kinds: {
      resident: 'Resident',
      contact: 'Family',
      grid_worker: 'Grid worker',
      volunteer: 'Volunteer',
      medic: 'Medic',
      guard: 'Guard',
      informant: 'Informant',
      vendor_staff: 'Vendor',
      centre: 'Centre',
      desk: 'Operator',
      partner: 'Partner',
      shop: 'Shop',
      unknown: 'Telephone',
    },
    centres: { '110': '110 police', '119': '119 fire', '120': '120 ambulance' } as Record<string, string>,
    endings: {
      completed: 'The call is over',
      busy: 'Refused',
      'no-answer': 'Nobody answered',
      canceled: 'The caller gave up',
      failed: 'Out of reach',
    } as Record<string, string>,
  },
};

export type Texts = (typeof TEXTS)['zh'];

/** Who it is, in a word: 王桂兰的女儿, 网格员, 120 急救中心. */
export function whoIs(t: Texts, one: PhoneOwner): string {
  if (one.kind === 'centre') return t.centres[one.name] ?? one.name;
  if (one.kind === 'contact') return t.of(one.of ?? t.kinds.resident, one.relation ?? '');
  return t.kinds[one.kind];
}

/** How it stands with a telephone, in a word. */
export function stateOf(t: Texts, phone: Phone): string {
  return phone.ended === null ? t[phone.state] : (t.endings[phone.ended] ?? t.ended);
}
