import { idFromName } from '#kernel/ids.ts';
import { placeIn } from './city.ts';
import type { CommunityPlan, DistrictLayout, GridPlan } from './city.ts';
import { drawGivenName, drawPhone, drawSurname } from './names.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { DutyRuleRow, ResponsibilityRow, StaffRow } from './rows.ts';

/** 694 grid workers and, for 87 communities, 1,446 informants are on record (domain); 72 communities have their share of the latter. */
const GRID_WORKERS = 694;
const INFORMANTS = 1197;
const VOLUNTEERS_PER_COMMUNITY = 5;
const GUARDS_PER_STREET = 6;

/** Local minutes of the day. Office hours with an hour before and after them (错时服务). */
const OPEN = 8 * 60 + 30;
const CLOSE = 17 * 60 + 30;
const EARLY = OPEN - 60;
const LATE = CLOSE + 60;
const WORKDAYS = [1, 2, 3, 4, 5];

/** Who answers for a grid of the demo city. */
export interface GridStaff {
  responsible: StaffRow;
  backup: StaffRow;
  informants: StaffRow[];
}

export interface StaffPlan {
  staff: StaffRow[];
  responsibility: ResponsibilityRow[];
  duty_rule: DutyRuleRow[];
  byGrid: Map<string, GridStaff>;
}

interface Draft extends StaffPlan {
  hire(kind: StaffRow['kind'], place: { id: string; path: string }, grid: GridPlan, random: Random): StaffRow;
  rule(
    who: StaffRow,
    place: { id: string; path: string },
    days: number[],
    from: number,
    to: number,
    holidays?: boolean,
  ): void;
}

/**
 * Everyone who answers for or comes to the district's homes, and when. Each grid has a responsible worker and a backup
 * in office hours and the hours around them; weekends and holidays are the community's turn, nights the street's. Left
 * open on purpose: the early hour of every 60th grid on workdays, and the hours around the weekend turn of every 24th
 * community.
 */
export function planStaff(layout: DistrictLayout): StaffPlan {
  const draft = startDraft(layout.communities[0]!.epoch);
  const grids = layout.communities.flatMap((community) => community.grids);
  let informants = 0;
  let gridIndex = 0;
  let spare = 0;
  const spares = GRID_WORKERS - 2 * grids.length;
  const streets = new Map<string, CommunityPlan[]>();
  for (const community of layout.communities) {
    streets.set(community.street.path, [...(streets.get(community.street.path) ?? []), community]);
    const random = createRandom(`staff:${community.path}`);
    const workers: StaffRow[] = [];
    for (const grid of community.grids) {
      gridIndex++;
      const wanted = Math.round((INFORMANTS * gridIndex) / grids.length) - informants;
      informants += wanted;
      const own = staffGrid(draft, grid, wanted, gridIndex, random);
      workers.push(own.responsible, own.backup);
    }
    const share = Math.round((spares * (community.index + 1)) / layout.communities.length) - spare;
    spare += share;
    for (let i = 0; i < share; i++) {
      const worker = draft.hire('grid_worker', community, random.pick(community.grids), random);
      draft.rule(worker, community, WORKDAYS, OPEN, CLOSE);
      workers.push(worker);
    }
    staffCommunity(draft, community, workers, random);
  }
  for (const communities of streets.values()) staffNights(draft, communities);
  return { staff: draft.staff, responsibility: draft.responsibility, duty_rule: draft.duty_rule, byGrid: draft.byGrid };
}

function startDraft(epoch: number): Draft {
  const draft: Draft = {
    staff: [],
    responsibility: [],
    duty_rule: [],
    byGrid: new Map(),
    hire(kind, place, grid, random) {
      const sex = random.chance(kind === 'guard' ? 0.15 : 0.65) ? 'f' : 'm';
      const home = placeIn(grid, random);
      const person: StaffRow = {
        id: idFromName(`staff:${place.path}:${kind}:${draft.staff.length}`, epoch),
        name:
          drawSurname(random) +
          drawGivenName(random, sex, kind === 'informant' ? random.int(1952, 1975) : random.int(1970, 1999)),
        phone: drawPhone(random),
        kind,
        region_id: place.id,
        region_path: place.path,
        ...home,
        skills: skillsOf(kind, random),
        dialect: random.chance(0.8) ? '襄阳话' : null,
        may_wake: kind === 'guard' || kind === 'medic' ? 'always' : random.chance(0.15) ? 'never' : 'emergency',
      };
      draft.staff.push(person);
      return person;
    },
    rule(who, place, days, from, to, holidays = false) {
      draft.duty_rule.push({
        id: idFromName(`duty:${who.id}:${draft.duty_rule.length}`, epoch),
        staff_id: who.id,
        region_id: place.id,
        region_path: place.path,
        days,
        holidays,
        from_min: from,
        to_min: to,
      });
    },
  };
  return draft;
}

function skillsOf(kind: StaffRow['kind'], random: Random): string[] {
  if (kind === 'medic') return ['急救', '心肺复苏', '测血压'];
  const skills = random.chance(0.4) ? ['急救'] : [];
  if (kind === 'guard') skills.push('开门');
  if (random.chance(0.12)) skills.push('手语');
  if (random.chance(0.2)) skills.push('电工');
  return skills;
}

function staffGrid(draft: Draft, grid: GridPlan, informants: number, n: number, random: Random): GridStaff {
  const responsible = draft.hire('grid_worker', grid, grid, random);
  const backup = draft.hire('grid_worker', grid, grid, random);
  draft.responsibility.push(
    { staff_id: responsible.id, scope: 'grid', scope_id: grid.id, part: 'responsible' },
    { staff_id: backup.id, scope: 'grid', scope_id: grid.id, part: 'backup' },
  );
  const opensEarly = n % 60 !== 17;
  draft.rule(responsible, grid, WORKDAYS, opensEarly && n % 2 === 0 ? EARLY : OPEN, n % 2 === 0 ? CLOSE : LATE);
  draft.rule(backup, grid, WORKDAYS, opensEarly && n % 2 === 1 ? EARLY : OPEN, n % 2 === 1 ? CLOSE : LATE);
  const own = {
    responsible,
    backup,
    informants: Array.from({ length: informants }, () => draft.hire('informant', grid, grid, random)),
  };
  draft.byGrid.set(grid.path, own);
  return own;
}

function staffCommunity(draft: Draft, community: CommunityPlan, workers: StaffRow[], random: Random): void {
  const around = community.index % 24 === 5 ? 0 : 60;
  draft.rule(workers[1]!, community, [6], OPEN - around, CLOSE + around);
  draft.rule(workers[3]!, community, [7], OPEN - around, CLOSE + around);
  draft.rule(workers[5]!, community, [], OPEN - around, CLOSE + around, true);
  draft.responsibility.push({
    staff_id: workers[0]!.id,
    scope: 'community',
    scope_id: community.id,
    part: 'responsible',
  });

  const medic = draft.hire('medic', community, random.pick(community.grids), random);
  draft.rule(medic, community, WORKDAYS, OPEN, CLOSE);
  draft.rule(medic, community, [6], OPEN, 12 * 60);
  for (let i = 0; i < VOLUNTEERS_PER_COMMUNITY; i++) {
    const volunteer = draft.hire('volunteer', community, random.pick(community.grids), random);
    draft.rule(volunteer, community, [(i % 5) + 1], LATE, 21 * 60);
    draft.rule(volunteer, community, [i % 2 === 0 ? 6 : 7], 9 * 60, 17 * 60);
  }
}

/** Nights from the end of the late hour to the early one: three teams of two by turns, and a medic who may be woken. */
function staffNights(draft: Draft, communities: CommunityPlan[]): void {
  const street = communities[0]!.street;
  const random = createRandom(`nights:${street.path}`);
  const somewhere = (): GridPlan => random.pick(random.pick(communities).grids);
  const turns = [
    [1, 4],
    [2, 5, 7],
    [3, 6],
  ] as const;
  for (let i = 0; i < GUARDS_PER_STREET; i++) {
    const guard = draft.hire('guard', street, somewhere(), random);
    const turn = i % turns.length;
    draft.rule(guard, street, [...turns[turn]!], LATE, EARLY, turn === 1);
  }
  const medic = draft.hire('medic', street, somewhere(), random);
  draft.rule(medic, street, [1, 2, 3, 4, 5, 6, 7], 20 * 60, EARLY, true);
}
