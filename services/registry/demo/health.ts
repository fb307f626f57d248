import type { Random } from './random.ts';
import type { CareRow } from './rows.ts';

/** What the elders of the demo city have and take for it; shares roughly as in Chinese surveys of people over 60. */
const CONDITIONS: readonly { share: number; name: string; medication: readonly string[] }[] = [
  { share: 0.5, name: '高血压', medication: ['氨氯地平', '厄贝沙坦', '硝苯地平缓释片'] },
  { share: 0.19, name: '2型糖尿病', medication: ['二甲双胍', '格列美脲', '胰岛素'] },
  { share: 0.14, name: '冠心病', medication: ['阿司匹林', '瑞舒伐他汀', '硝酸甘油'] },
  { share: 0.05, name: '冠心病 支架2019', medication: ['氯吡格雷', '阿托伐他汀'] },
  { share: 0.08, name: '脑梗后遗症', medication: ['氯吡格雷', '阿司匹林'] },
  { share: 0.05, name: '慢阻肺', medication: ['噻托溴铵'] },
  { share: 0.04, name: '房颤', medication: ['华法林', '利伐沙班'] },
  { share: 0.03, name: '阿尔茨海默病早期', medication: ['多奈哌齐'] },
  { share: 0.02, name: '帕金森病', medication: ['多巴丝肼'] },
  { share: 0.12, name: '骨质疏松', medication: ['阿仑膦酸钠', '钙片'] },
  { share: 0.09, name: '白内障', medication: [] },
  { share: 0.1, name: '膝关节炎', medication: ['塞来昔布'] },
];

const ALLERGIES = [
  ['青霉素', 0.07],
  ['头孢', 0.03],
  ['磺胺', 0.015],
  ['碘造影剂', 0.008],
] as const;
const HOSPITALS = ['襄阳市中心医院', '襄阳市第一人民医院', '襄阳市中医医院', '襄阳市铁路中心医院'] as const;

/** The care profile of somebody of that age: the older, the more. */
export function drawCare(random: Random, residentId: string, age: number, livesAlone: boolean): CareRow {
  const more = age >= 80 ? 1.3 : age >= 70 ? 1 : 0.6;
  const conditions: string[] = [];
  const medication = new Set<string>();
  for (const condition of CONDITIONS) {
    if (
      !random.chance(condition.share * more) ||
      conditions.some((known) => known.slice(0, 2) === condition.name.slice(0, 2))
    )
      continue;
    conditions.push(condition.name);
    if (condition.medication.length > 0) medication.add(random.pick(condition.medication));
  }
  const powerDependent = conditions.includes('慢阻肺') && random.chance(0.15);
  if (powerDependent) conditions.push('家用制氧机');
  return {
    resident_id: residentId,
    lives_alone: livesAlone,
    mobility: random.weighted<string | null>([
      [null, 60],
      ['行动慢', 18 * more],
      ['拄拐', 14 * more],
      ['坐轮椅', 4 * more],
      ['卧床', 2 * more],
    ]),
    hearing: random.weighted<string | null>([
      [null, 78],
      ['重听', 20 * more * more],
      ['失聪', 1.5 * more],
      ['戴助听器', 3],
    ]),
    dialect: random.weighted<string | null>([
      [null, 40],
      ['襄阳话', 52],
      ['河南话', 5],
      ['四川话', 1],
    ]),
    conditions,
    medication: [...medication],
    allergies: ALLERGIES.filter(([, share]) => random.chance(share)).map(([name]) => name),
    blood_type: random.weighted<string | null>([
      ['A', 28],
      ['B', 24],
      ['O', 30],
      ['AB', 8],
      [null, 10],
    ]),
    hospital: random.chance(0.8) ? random.pick(HOSPITALS) : null,
    power_dependent: powerDependent,
  };
}
