/**
 * Fancheng (樊城区) as far as it is on public record: streets and towns with the statistical codes in use before 2024
 * (some of them as best known). Communities and roads have the names one meets there; which community lies in which
 * street, and every boundary, is drawn for the demo and claims nothing about the real ones.
 */
export interface StreetPlan {
  code: string;
  name: string;
  communities: readonly string[];
  roads: readonly string[];
}

export interface DistrictPlan {
  /** Statistical code, 6 digits; the first four name its city. */
  code: string;
  name: string;
  city: string;
  streets: readonly StreetPlan[];
  /** The n-th district that is made. */
  index: number;
  /** How far east and north of Fancheng it is drawn, degrees. */
  east: number;
  north: number;
}

export const PROVINCE = { code: '42', name: '湖北省' } as const;

/** From the Taiping hills in the west to the mouth of the Qing river in the east: the order in which the land is cut. */
const FANCHENG_STREETS: readonly StreetPlan[] = [
  {
    code: '101',
    name: '太平店镇',
    communities: ['太平街', '朱坡', '龙巷', '高寨', '莫岗', '广陵'],
    roads: ['太平大道', '龙巷路', '广陵路'],
  },
  {
    code: '100',
    name: '牛首镇',
    communities: ['牛首街', '竹条街', '茶庵', '新集', '黄家湾'],
    roads: ['牛首大道', '竹条路', '茶庵路'],
  },
  {
    code: '008',
    name: '柿铺街道',
    communities: ['柿铺', '卢岗', '洪山头', '卧龙', '双沟桥'],
    roads: ['卧龙大道', '柿铺路', '邓城大道'],
  },
  {
    code: '010',
    name: '七里河街道',
    communities: ['七里河', '七里桥', '大李沟', '幸福', '乔营'],
    roads: ['七里河路', '幸福路', '大庆西路'],
  },
  {
    code: '002',
    name: '王寨街道',
    communities: ['王寨', '韩洼', '松鹤', '朱庄', '邓城', '汉水'],
    roads: ['松鹤路', '王寨路', '邓城大道'],
  },
  {
    code: '009',
    name: '紫贞街道',
    communities: ['紫贞', '航空路', '追日', '新华', '丹江'],
    roads: ['航空路', '丹江路', '紫贞路'],
  },
  {
    code: '001',
    name: '汉江街道',
    communities: ['汉江', '梨园', '施营', '水星台', '丰华', '余岗', '贾洼'],
    roads: ['汉江路', '长虹路', '春园路'],
  },
  {
    code: '007',
    name: '米公街道',
    communities: ['米公', '月亮湾', '长虹', '建设', '春园', '炮铺'],
    roads: ['长虹路', '建设路', '沿江大道'],
  },
  {
    code: '003',
    name: '中原街道',
    communities: ['中原', '前进', '国强', '大庆', '铁路', '长征'],
    roads: ['中原路', '前进路', '长征路'],
  },
  {
    code: '011',
    name: '东风街道',
    communities: ['东风', '车城', '职教', '光明', '红星'],
    roads: ['东风路', '车城大道', '光明路'],
  },
  {
    code: '004',
    name: '定中门街道',
    communities: ['定中门', '人民', '九街', '交通', '晨光'],
    roads: ['定中街', '人民路', '交通路'],
  },
  {
    code: '006',
    name: '屏襄门街道',
    communities: ['屏襄门', '解放', '火星观', '沿江', '陈老巷'],
    roads: ['解放路', '陈老巷', '沿江大道'],
  },
  {
    code: '005',
    name: '清河口街道',
    communities: ['清河口', '晒网台', '磁器街', '迎旭', '友谊', '民主'],
    roads: ['民主路', '清河路', '友谊街', '磁器街'],
  },
];

export const FANCHENG: DistrictPlan = {
  code: '420606',
  name: '樊城区',
  city: '襄阳市',
  streets: FANCHENG_STREETS,
  index: 0,
  east: 0,
  north: 0,
};

/** The rest of Xiangyang, by its real codes. */
const NEIGHBOURS: readonly (readonly [string, string])[] = [
  ['420602', '襄城区'],
  ['420607', '襄州区'],
  ['420624', '南漳县'],
  ['420625', '谷城县'],
  ['420626', '保康县'],
  ['420682', '老河口市'],
  ['420683', '枣阳市'],
  ['420684', '宜城市'],
];

/** Names of streets in districts that exist for load only. */
const COMPASS = [
  '城关',
  '东门',
  '西门',
  '南门',
  '北门',
  '河东',
  '河西',
  '新城',
  '老城',
  '站前',
  '园区',
  '青山',
  '绿水',
];

/**
 * The n-th district beyond Fancheng (from 1), for seeds of up to a million: Xiangyang's other eight under their names,
 * then drill districts under codes that no place has. All have Fancheng's shape, set apart from each other.
 */
export function extraDistrict(n: number): DistrictPlan {
  const known = NEIGHBOURS[n - 1];
  const code = known?.[0] ?? `4299${String(n).padStart(3, '0')}`;
  return {
    code,
    name: known?.[1] ?? `演练${n}区`,
    city: known === undefined ? '演练市' : '襄阳市',
    streets: FANCHENG_STREETS.map((street, index) => ({
      code: street.code,
      name: `${COMPASS[index]!}街道`,
      communities: street.communities.map((_, i) => `${COMPASS[index]!}${'一二三四五六七'.charAt(i)}`),
      roads: street.roads,
    })),
    index: n,
    east: (n % 8) * 0.4 - 1.6,
    north: (Math.floor(n / 8) + 1) * 0.25,
  };
}

/** `[lon, lat]` along the north bank of the Han, and along the district's northern edge; drawn by hand. */
const BANK: readonly (readonly [number, number])[] = [
  [111.86, 32.135],
  [111.93, 32.105],
  [112.0, 32.06],
  [112.05, 32.036],
  [112.1, 32.028],
  [112.14, 32.025],
  [112.16, 32.033],
  [112.178, 32.045],
];
const NORTH: readonly (readonly [number, number])[] = [
  [111.86, 32.2],
  [111.95, 32.176],
  [112.02, 32.132],
  [112.08, 32.108],
  [112.14, 32.102],
  [112.178, 32.088],
];
const WEST_END = 111.86;
const EAST_END = 112.178;

function latAlong(line: readonly (readonly [number, number])[], lon: number): number {
  for (let i = 1; i < line.length; i++) {
    const [lonA, latA] = line[i - 1]!;
    const [lonB, latB] = line[i]!;
    if (lon <= lonB || i === line.length - 1) return latA + ((lon - lonA) / (lonB - lonA)) * (latB - latA);
  }
  return line[0]![1];
}

/**
 * The unit square as the district: v from the river to the north, u from west to east, the country in the west wide
 * and the old town in the east narrow, with a little swing so that no border is a ruler's.
 */
export function bendOf(plan: DistrictPlan): (u: number, v: number) => [number, number] {
  return (u, v) => {
    const swungU = u + 0.05 * u * (1 - u) * Math.sin(7 * v + 1);
    const swungV = v + 0.12 * v * (1 - v) * Math.sin(9 * u + 2);
    const east = 1 - swungU;
    const lon = EAST_END - (EAST_END - WEST_END) * (0.45 * east + 0.55 * east ** 3);
    const south = latAlong(BANK, lon);
    return [lon + plan.east, south + swungV * (latAlong(NORTH, lon) - south) + plan.north];
  };
}
