import type { Category } from '#contracts/vendors.ts';

/** A line of the catalogue. `fen` is labour for one unit in Xiangyang: our working list, an estimate to be set per city. */
export interface CatalogueItem {
  code: string;
  category: Category;
  name: string;
  english: string;
  pinyin: string;
  unit: string;
  fen: number;
  minutes: number;
  people: number;
  skills: string[];
  note: string;
}

type Line = readonly [
  code: string,
  name: string,
  english: string,
  pinyin: string,
  unit: string,
  yuan: number,
  minutes: number,
  note: string,
  more?: { people?: number; skills?: string[] },
];

/** The 41 services in 7 categories, as on record of the Fancheng platform; items, units and prices are our working list. */
const LINES: Readonly<Record<Category, readonly Line[]>> = {
  housekeeping: [
    ['daily_cleaning', '日常保洁', 'Cleaning', 'rcbj', '小时', 35, 60, '贵重东西请先收好,工具我们带。'],
    ['deep_cleaning', '深度保洁', 'Deep cleaning', 'sdbj', '小时', 50, 60, '要开窗,怕冷请多穿一件。'],
    ['window_cleaning', '擦窗', 'Window cleaning', 'cc', '平方米', 6, 5, '三楼以上的外窗只擦够得着的。'],
    ['hood_cleaning', '油烟机清洗', 'Range hood cleaning', 'yyjqx', '台', 100, 90, '清洗前两小时不要做饭。'],
    ['aircon_cleaning', '空调清洗', 'Air conditioner cleaning', 'ktqx', '台', 80, 60, '清洗时要断电。'],
    ['laundry', '衣被洗送', 'Laundry', 'ybxs', '次', 25, 15, '请先掏空口袋,两天后送回。'],
    ['season_storing', '换季收纳', 'Seasonal storing', 'hjsn', '小时', 45, 60, '您说放哪儿就放哪儿,不扔一样东西。'],
  ],
  repair: [
    [
      'drain',
      '管道疏通',
      'Drain unblocking',
      'gdst',
      '次',
      80,
      60,
      '先别用水,把地上的东西挪开。',
      { skills: ['水工'] },
    ],
    [
      'tap_leak',
      '水龙头漏水',
      'Tap leak',
      'sltls',
      '次',
      50,
      40,
      '先把水管总阀关上,零件另算、先报价。',
      { skills: ['水工'] },
    ],
    [
      'electrics',
      '电路检修',
      'Electrics',
      'dljx',
      '次',
      60,
      60,
      '有焦味先拉总闸,不要碰湿的插座。',
      { skills: ['电工'] },
    ],
    [
      'appliance',
      '家电检修',
      'Appliance repair',
      'jdjx',
      '次',
      30,
      60,
      '先拔插头,零件另算、先报价。',
      { skills: ['家电'] },
    ],
    ['lock', '开换锁', 'Locks', 'khs', '次', 100, 40, '要看身份证,师傅在公安备过案。', { skills: ['开锁'] }],
    ['lamp', '换灯', 'Lamp change', 'hd', '个', 30, 20, '灯关着等师傅,别自己上凳子。', { skills: ['电工'] }],
    [
      'stove',
      '灶具热水器检修',
      'Stove and water heater',
      'zjrsqjx',
      '次',
      60,
      60,
      '闻到煤气先关阀开窗,别开灯,到门外等。',
      { skills: ['燃气'] },
    ],
    ['handrail', '装扶手', 'Handrail', 'zfs', '处', 80, 60, '墙要打孔,先说好装在哪里。', { skills: ['安装'] }],
  ],
  delivery: [
    ['meal', '送餐', 'Meal delivery', 'sc', '份', 12, 20, '不能吃的请先说,趁热吃。'],
    ['supermarket', '超市代购', 'Shopping', 'csdg', '单', 6, 40, '货款另付,看小票。'],
    ['medicine', '代买药', 'Medicine purchase', 'dmy', '次', 8, 40, '处方药要处方,药钱另付。'],
    ['water', '桶装水', 'Bottled water', 'tzs', '桶', 12, 15, '空桶请放在门口。'],
    ['parcel', '代取快递', 'Parcel pick-up', 'dqkd', '次', 5, 20, '取件码只告诉来的人。'],
  ],
  daily_living: [
    [
      'bathing',
      '助浴(两人)',
      'Assisted bathing (two people)',
      'zy',
      '次',
      180,
      90,
      '饭后一小时再洗,家里要有人在最好。',
      { people: 2, skills: ['助浴'] },
    ],
    ['haircut', '理发', 'Haircut', 'lf', '次', 15, 30, '围布我们带,地上我们扫。'],
    ['pedicure', '修脚', 'Pedicure', 'xj', '次', 35, 40, '有糖尿病请先说。', { skills: ['修脚'] }],
    ['cooking', '做饭', 'Cooking', 'zf', '次', 40, 90, '菜钱另付,口味请先说。'],
    ['feeding', '助餐喂饭', 'Feeding', 'zcwf', '次', 30, 45, '容易呛的请先说。', { skills: ['护理'] }],
    ['wash_turn', '擦身翻身', 'Washing and turning', 'csfs', '次', 45, 45, '皮肤有破的请先说。', { skills: ['护理'] }],
    [
      'incontinence',
      '失禁护理',
      'Incontinence care',
      'sjhl',
      '次',
      35,
      45,
      '护理垫另算,我们可以带。',
      { skills: ['护理'] },
    ],
    [
      'night_care',
      '夜间照护',
      'Night care',
      'yjzh',
      '夜',
      220,
      600,
      '从晚八点到早六点,留一盏小灯。',
      { skills: ['护理'] },
    ],
  ],
  accompaniment: [
    [
      'hospital_visit',
      '陪诊',
      'Accompanied hospital visit',
      'pz',
      '半天',
      150,
      240,
      '带好身份证、医保卡和病历。',
      { skills: ['陪诊'] },
    ],
    ['registration', '代约挂号', 'Hospital registration', 'dygh', '次', 10, 20, '挂号费另付。'],
    ['taxi', '代叫车', 'Taxi call', 'djc', '次', 5, 10, '车费另付,轮椅请先说。'],
    ['hospital_care', '住院陪护', 'Hospital care', 'zyph', '天', 240, 1440, '听护士长的安排。', { skills: ['护理'] }],
    ['outing', '陪同外出', 'Accompanied outing', 'ptwc', '小时', 35, 60, '常用的药请带在身上。'],
    ['errand', '事务代办', 'Errand', 'swdb', '次', 0, 60, '要办什么、要哪些证件请先说清。'],
  ],
  comfort: [
    ['phone_greeting', '电话问候', 'Telephone greeting', 'dhwh', '次', 0, 15, '来电显示 12349,别的号都不是我们。'],
    ['visiting_chat', '上门陪聊', 'Visiting chat', 'smpl', '小时', 30, 60, '来的人会先说门口暗号。'],
    [
      'counselling',
      '心理咨询',
      'Counselling',
      'xlzx',
      '次',
      200,
      60,
      '说的话只有咨询师知道。',
      { skills: ['心理咨询'] },
    ],
    ['video_family', '视频连亲人', 'Video call with the family', 'splqr', '次', 0, 30, '手机、平板我们带。'],
  ],
  emergency_rescue: [
    ['call_transfer', '紧急呼叫转接', 'Emergency call transfer', 'jjhjzj', '次', 0, 10, '按红键最快。'],
    ['urgent_check', '上门应急查看', 'Urgent check at the home', 'smyjck', '次', 0, 30, '门开不开都有人来。'],
    ['lost_search', '走失协寻', 'Search for a lost person', 'zsxx', '次', 0, 120, '请准备近照,说清穿什么衣服。'],
  ],
};

/** Every item of the catalogue in its order. */
export const CATALOGUE: readonly CatalogueItem[] = (Object.keys(LINES) as Category[]).flatMap((category) =>
  LINES[category].map(([code, name, english, pinyin, unit, yuan, minutes, note, more]) => ({
    code,
    category,
    name,
    english,
    pinyin,
    unit,
    fen: yuan * 100,
    minutes,
    people: more?.people ?? 1,
    skills: more?.skills ?? [],
    note,
  })),
);
