import { idFromName } from '#kernel/ids.ts';
import { placeIn, type CommunityPlan, type DistrictLayout } from '#registry/demo/city.ts';
import { KNOWN_COMMUNITY, KNOWN_GRID } from '#registry/demo/known.ts';
import { drawGivenName, drawPhone, drawSurname } from '#registry/demo/names.ts';
import { createRandom, type Random } from '#registry/demo/random.ts';
import type { StaffRow } from '#registry/demo/rows.ts';
import { CATALOGUE } from './catalogue.ts';

/** Shops in the demo city, as on record of the Fancheng platform ("600+ alliance shops"). */
export const SHOPS = 600;

/** A shop as the demo writes it; names are the columns', but for services, areas and staff. */
export interface ShopPlan {
  id: string;
  name: string;
  kind: 'shop' | 'association';
  region_id: string;
  region_path: string;
  address: string;
  phone: string;
  lat: number;
  lon: number;
  days: number[];
  open_min: number;
  close_min: number;
  capacity: number;
  rating_sum: number;
  rating_count: number;
  services: string[];
  areas: string[];
  staff: StaffRow[];
}

const of = (category: string): string[] => CATALOGUE.filter((one) => one.category === category).map((one) => one.code);

interface Trade {
  words: readonly string[];
  kind: 'shop' | 'association';
  services: string[];
  weight: number;
  nights: number;
}

/** What kinds of shops there are, how many of each, and how many of them are open day and night. */
const TRADES: readonly Trade[] = [
  {
    words: ['家政服务部', '保洁家政', '好帮手家政'],
    kind: 'shop',
    services: [...of('housekeeping'), 'cooking', 'outing'],
    weight: 16,
    nights: 0.05,
  },
  {
    words: ['水电维修', '管道疏通', '便民维修'],
    kind: 'shop',
    services: ['drain', 'tap_leak', 'electrics', 'lamp', 'appliance', 'handrail'],
    weight: 20,
    nights: 0.45,
  },
  { words: ['开锁换锁', '锁具五金'], kind: 'shop', services: ['lock', 'handrail', 'lamp'], weight: 7, nights: 0.6 },
  {
    words: ['家电服务', '燃气灶具服务'],
    kind: 'shop',
    services: ['hood_cleaning', 'aircon_cleaning', 'appliance', 'stove', 'electrics'],
    weight: 10,
    nights: 0.2,
  },
  {
    words: ['便民超市', '惠民超市', '水站'],
    kind: 'shop',
    services: ['supermarket', 'water', 'parcel', 'medicine', 'meal'],
    weight: 14,
    nights: 0.05,
  },
  { words: ['助餐点', '老年食堂'], kind: 'shop', services: ['meal', 'cooking', 'feeding'], weight: 8, nights: 0 },
  {
    words: ['护理站', '康养护理'],
    kind: 'shop',
    services: ['bathing', 'wash_turn', 'incontinence', 'night_care', 'feeding', 'pedicure', 'haircut', 'hospital_care'],
    weight: 10,
    nights: 0.5,
  },
  { words: ['理发店', '修脚堂'], kind: 'shop', services: ['haircut', 'pedicure'], weight: 5, nights: 0 },
  { words: ['陪诊服务', '助老出行'], kind: 'shop', services: of('accompaniment'), weight: 5, nights: 0.1 },
  { words: ['社工服务中心', '心理服务站'], kind: 'association', services: of('comfort'), weight: 3, nights: 0.1 },
  {
    words: ['志愿者协会', '应急服务队'],
    kind: 'association',
    services: [...of('emergency_rescue'), 'errand', 'phone_greeting', 'visiting_chat'],
    weight: 2,
    nights: 0.7,
  },
];

/** The three whose accounts are in demo.json: near the home of the README's story, open day and night, best rated. */
const KNOWN: readonly { name: string; services: string[]; kind: ShopPlan['kind']; stars: number }[] = [
  {
    name: '邻里家政服务部',
    services: [...of('housekeeping'), ...of('repair'), ...of('delivery')],
    kind: 'shop',
    stars: 500,
  },
  { name: '老周水电维修', services: [...of('repair'), ...of('daily_living')], kind: 'shop', stars: 480 },
  { name: '家庭服务业协会樊城服务队', services: CATALOGUE.map((one) => one.code), kind: 'association', stars: 460 },
];

/** Ids of the three known shops, in the order of their accounts shop1, shop2, shop3. */
export const KNOWN_SHOPS: readonly string[] = KNOWN.map(({ name }) =>
  idFromName(`shop:known:${name}`, Date.UTC(2020, 1, 1)),
);

/** All shops of the district, always the same, each with its people. */
export function planShops(layout: DistrictLayout): ShopPlan[] {
  const known = layout.communities.find((one) => one.path === KNOWN_COMMUNITY)!;
  const shops = KNOWN.map((one, place) => planKnown(known, one, KNOWN_SHOPS[place]!));
  const taken = new Set(shops.map((one) => one.name));
  for (let i = shops.length; i < SHOPS; i++) {
    const community = layout.communities[i % layout.communities.length]!;
    shops.push(planShop(layout, community, i, taken));
  }
  return shops;
}

function planShop(layout: DistrictLayout, community: CommunityPlan, i: number, taken: Set<string>): ShopPlan {
  const random = createRandom(`shop:${i}`);
  const trade = random.weighted(TRADES.map((one) => [one, one.weight] as const));
  const place = placeIn(random.pick(community.grids), random);
  const allNight = random.chance(trade.nights);
  const count = random.int(0, 80);
  const stars = 3.5 + random.next() * 1.4;
  const id = idFromName(`shop:${i}`, Date.UTC(2020, 1, 2));
  const road = random.pick(community.roads);
  return {
    id,
    name: nameFor(community, trade, random, taken),
    kind: trade.kind,
    region_id: community.id,
    region_path: community.path,
    address: `${community.name}${road}${random.int(1, 260)}号`,
    phone: drawPhone(random),
    ...place,
    days: random.chance(0.7) ? [1, 2, 3, 4, 5, 6, 7] : [1, 2, 3, 4, 5, 6],
    open_min: allNight ? 0 : random.pick([420, 450, 480]),
    close_min: allNight ? 1440 : random.pick([1080, 1140, 1200, 1260]),
    capacity: random.int(3, 8),
    rating_sum: Math.round(stars * count),
    rating_count: count,
    services: trade.services,
    // Its own street, or the whole district.
    areas: [random.chance(0.3) ? layout.path : community.street.path],
    staff: hire(id, community, place, random, random.int(2, 4), trade.services),
  };
}

function nameFor(community: CommunityPlan, trade: Trade, random: Random, taken: Set<string>): string {
  for (;;) {
    const name = `${random.chance(0.5) ? community.name : drawSurname(random) + random.pick(['记', '师傅', '家', '氏'])}${random.pick(['', '万家', '平安', '顺心', '幸福', '康乐'])}${random.pick(trade.words)}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function planKnown(community: CommunityPlan, known: (typeof KNOWN)[number], id: string): ShopPlan {
  const random = createRandom(`shop:known:${known.name}`);
  const grid = community.grids.find((one) => one.path === KNOWN_GRID)!;
  const place = placeIn(grid, createRandom('shop:known:place'));
  return {
    id,
    name: known.name,
    kind: known.kind,
    region_id: community.id,
    region_path: community.path,
    address: `${community.name}民主路${random.int(1, 60)}号`,
    phone: drawPhone(random),
    ...place,
    days: [1, 2, 3, 4, 5, 6, 7],
    open_min: 0,
    close_min: 1440,
    capacity: 30,
    rating_sum: known.stars,
    rating_count: 100,
    services: known.services,
    areas: [community.street.path],
    staff: hire(id, community, place, random, 3, known.services),
  };
}

function hire(
  shopId: string,
  community: CommunityPlan,
  place: { lat: number; lon: number },
  random: Random,
  count: number,
  services: readonly string[],
): StaffRow[] {
  const skills = [...new Set(CATALOGUE.filter((one) => services.includes(one.code)).flatMap((one) => one.skills))];
  return Array.from({ length: count }, (_, i) => ({
    id: idFromName(`shop staff:${shopId}:${i}`, Date.UTC(2020, 1, 3)),
    name: drawSurname(random) + drawGivenName(random, random.chance(0.4) ? 'f' : 'm', random.int(1968, 2000)),
    phone: drawPhone(random),
    kind: 'vendor_staff' as const,
    region_id: community.id,
    region_path: community.path,
    ...place,
    skills,
    dialect: random.chance(0.7) ? '襄阳话' : null,
    may_wake: 'never' as const,
  }));
}
