import { idFromName } from '#kernel/ids.ts';
import type { Position } from '../geometry.ts';
import { placeIn } from './city.ts';
import type { CommunityPlan, GridPlan } from './city.ts';
import { drawContacts } from './family.ts';
import { drawCare } from './health.ts';
import { KNOWN_ADDRESS, KNOWN_COMPOUND, KNOWN_GRID } from './known.ts';
import { drawGivenName, drawPhone, drawSurname } from './names.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { noRows } from './rows.ts';
import type { BuildingRow, HouseholdRow, Rows } from './rows.ts';
import type { GridStaff } from './staff.ts';

/** Ages are counted on this day, so that the city is the same whenever it is made; later everyone is as much older. */
const COUNTED_ON = '2026-11-01';
const COUNTED_YEAR = Number(COUNTED_ON.slice(0, 4));

/** A home with its elders, eldest first. */
export interface HomePlan {
  householdId: string;
  gridPath: string;
  residents: string[];
}

/** Buildings, homes and elders of one community: `counts[i]` elders in its i-th grid. */
export function settleCommunity(
  community: CommunityPlan,
  counts: readonly number[],
  staffOf: (gridPath: string) => GridStaff,
): { rows: Rows; homes: HomePlan[] } {
  const random = createRandom(`elders:${community.path}`);
  const rows = noRows();
  const homes: HomePlan[] = [];
  let number = random.int(1, 8);
  community.grids.forEach((grid, i) => {
    const buildings = build(grid, community, random, () => (number += random.int(2, 6)));
    rows.building.push(...buildings);
    const staff = staffOf(grid.path);
    for (const building of buildings) {
      rows.responsibility.push({
        staff_id: random.pick([staff.responsible, staff.backup]).id,
        scope: 'building',
        scope_id: building.id,
        part: 'responsible',
      });
    }
    const known = grid.path === KNOWN_GRID;
    const taken = new Set<string>(known ? [KNOWN_ADDRESS] : []);
    let left = counts[i]!;
    while (left > 0) {
      // The first home of the known grid is the one of somebody who lives alone.
      const alone = known && left === counts[i];
      const couple = left >= 2 && !alone && random.chance(1 / 3);
      const building = alone ? buildings[1]! : random.pick(buildings);
      homes.push(
        settleHome(rows, {
          grid,
          building,
          couple,
          taken,
          homeNumber: homes.length,
          epoch: community.epoch,
          staff,
          random,
        }),
      );
      left -= couple ? 2 : 1;
    }
  });
  return { rows, homes };
}

/** Two or three compounds of a few buildings each; old ones of six floors without a lift. */
function build(grid: GridPlan, community: CommunityPlan, random: Random, nextNumber: () => number): BuildingRow[] {
  const buildings: BuildingRow[] = [];
  const compounds = random.int(2, 3);
  for (let c = 0; c < compounds; c++) {
    const known = grid.path === KNOWN_GRID && c === 0;
    const compound = known
      ? KNOWN_COMPOUND
      : `${random.pick(community.roads)}${nextNumber()}号${random.chance(0.7) ? '院' : '小区'}`;
    const old = known || random.chance(0.65);
    const centre: Position = placeIn(grid, random);
    const count = known ? 4 : random.int(1, 4);
    for (let b = 1; b <= count; b++) {
      const name = `${compound}${b}栋`;
      const floors = known ? 6 : old ? random.int(4, 7) : random.pick([11, 17, 18, 26]);
      buildings.push({
        id: idFromName(`building:${grid.path}:${name}`, community.epoch),
        grid_id: grid.id,
        name,
        address: name,
        ...placeIn(grid, random, centre),
        floors,
        lift: floors > 7,
      });
    }
  }
  return buildings;
}

interface HomeDraft {
  grid: GridPlan;
  building: BuildingRow;
  couple: boolean;
  taken: Set<string>;
  /** The n-th home of its grid. */
  homeNumber: number;
  epoch: number;
  staff: GridStaff;
  random: Random;
}

function settleHome(rows: Rows, draft: HomeDraft): HomePlan {
  const { grid, building, couple, staff, random } = draft;
  const home = drawHome(draft);
  rows.household.push(home);
  rows.responsibility.push({
    staff_id: random.pick(staff.informants).id,
    scope: 'household',
    scope_id: home.id,
    part: 'responsible',
  });

  // A home of one elder is not always a lonely one: some live with their children.
  const livesAlone = !couple && random.chance(0.62);
  const familyName = drawSurname(random);
  const first = random.chance(couple ? 0 : 0.62) ? 'f' : 'm';
  const residents = [settleResident(rows, draft, home, 0, first, familyName, livesAlone)];
  if (couple) residents.push(settleResident(rows, draft, home, 1, 'f', familyName, false));

  if (random.chance(0.3)) {
    const worker = random.chance(0.4) ? staff.responsible : null;
    rows.key_holder.push({
      id: idFromName(`key:${home.id}`, draft.epoch),
      household_id: home.id,
      staff_id: worker?.id ?? null,
      name: worker?.name ?? `${drawSurname(random)}${random.pick(['师傅', '嫂', '哥'])}`,
      phone: worker?.phone ?? drawPhone(random),
      kind: worker ? '网格员' : random.pick(['邻居', '物业', '门卫']),
    });
  }
  return {
    householdId: home.id,
    gridPath: grid.path,
    residents: residents.toSorted((a, b) => a.born.localeCompare(b.born)).map(({ id }) => id),
  };

  function drawHome({ taken, homeNumber }: HomeDraft): HouseholdRow {
    for (let attempt = 1; ; attempt++) {
      const unit = `${random.int(1, building.lift ? 2 : 4)}单元`;
      const floor = random.int(1, building.floors);
      const room = `${floor}0${random.int(1, building.lift ? 4 : 2)}`;
      const address = `${building.address}${unit}${room}`;
      // A small grid may run out of doors; the elder then shares the door with another family.
      if (taken.has(address) && attempt < 50) continue;
      taken.add(address);
      return {
        id: idFromName(`household:${grid.path}:${homeNumber}`, draft.epoch),
        building_id: building.id,
        region_id: grid.id,
        region_path: grid.path,
        unit,
        floor,
        room,
        address,
        lat: building.lat,
        lon: building.lon,
        entry: random.weighted<string | null>([
          [null, 70],
          ['门后有链', 8],
          ['家里有狗', 6],
          ['单元门密码问物业', 10],
          ['敲窗户才听得见', 6],
        ]),
      };
    }
  }
}

function settleResident(
  rows: Rows,
  { random, epoch }: HomeDraft,
  home: HouseholdRow,
  n: number,
  sex: 'f' | 'm',
  familyName: string,
  livesAlone: boolean,
): { id: string; born: string } {
  const age = random.weighted([
    [random.int(60, 69), 30],
    [random.int(70, 79), 40],
    [random.int(80, 89), 25],
    [random.int(90, 99), 5],
  ]);
  const born = birthday(random, age);
  const surname = sex === 'm' ? familyName : drawSurname(random);
  const id = idFromName(`resident:${home.id}:${n}`, epoch);
  const status = random.weighted([
    ['home', 950],
    ['away', 24],
    ['hospital', 18],
    ['moved', 5],
    ['died', 3],
  ] as const);
  rows.resident.push({
    id,
    household_id: home.id,
    name: surname + drawGivenName(random, sex, COUNTED_YEAR - age),
    sex,
    born,
    phone: random.chance(0.85) ? drawPhone(random) : null,
    registered_address: random.chance(0.8) ? home.address : null,
    form_of_address: `${surname}${random.weighted(
      sex === 'f'
        ? [
            ['奶奶', 6],
            ['婆婆', 2],
            ['老师', 1],
            ['阿姨', 2],
          ]
        : [
            ['爷爷', 6],
            ['大爷', 2],
            ['老师', 1],
            ['师傅', 1],
          ],
    )}`,
    status,
    status_since:
      status === 'home'
        ? null
        : `2026-${String(random.int(8, 10)).padStart(2, '0')}-${String(random.int(1, 28)).padStart(2, '0')}T02:00:00Z`,
  });
  rows.care_profile.push(drawCare(random, id, age, livesAlone));
  rows.contact.push(...drawContacts(random, id, epoch, familyName, COUNTED_YEAR - age));
  return { id, born };
}

/** A birthday of somebody who is `age` on the counting day. */
function birthday(random: Random, age: number): string {
  const day = `${String(random.int(1, 12)).padStart(2, '0')}-${String(random.int(1, 28)).padStart(2, '0')}`;
  return `${COUNTED_YEAR - age - (day > COUNTED_ON.slice(5) ? 1 : 0)}-${day}`;
}
