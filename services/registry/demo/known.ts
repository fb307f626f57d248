import { idFromName } from '#kernel/ids.ts';
import type { StaffPlan } from './staff.ts';
import type { CareRow, ContactRow, Rows } from './rows.ts';

/** The grid, building and home in which the story of the README happens. */
export const KNOWN_GRID = '42/4206/420606/420606005/420606005001/03/';
export const KNOWN_COMMUNITY = '42/4206/420606/420606005/420606005001/';
export const KNOWN_COMPOUND = '民主路27号院';
export const KNOWN_ADDRESS = `${KNOWN_COMPOUND}2栋1单元302`;

/** Her device, the first of the demo city: `demo-0001`. */
export const KNOWN_DEVICE = { placed_in: '客厅', battery: 86 } as const;

/** Gives the people around that grid their names: 周芳 answers for it, 张敏 steps in, 刘文斌 is the doctor. */
export function nameKnownStaff(plan: StaffPlan): void {
  const own = plan.byGrid.get(KNOWN_GRID);
  if (own === undefined) return;
  own.responsible.name = '周芳';
  own.backup.name = '张敏';
  const medic = plan.staff.find((person) => person.kind === 'medic' && person.region_path === KNOWN_COMMUNITY);
  if (medic !== undefined) medic.name = '刘文斌';
}

const GUILAN = {
  name: '王桂兰',
  sex: 'f',
  born: '1944-03-08',
  form_of_address: '王奶奶',
  status: 'home',
  status_since: null,
} as const;
const CARE: Omit<CareRow, 'resident_id'> = {
  lives_alone: true,
  mobility: '拄拐',
  hearing: '重听',
  dialect: '襄阳话',
  conditions: ['冠心病', '搭桥2021'],
  medication: ['阿司匹林'],
  allergies: ['青霉素'],
  blood_type: 'A',
  hospital: '襄阳市中心医院',
  power_dependent: false,
};
const CONTACTS: Omit<ContactRow, 'id' | 'resident_id' | 'ord'>[] = [
  {
    name: '陈静',
    relation: '女儿(广州)',
    phone: '15400001111',
    has_key: false,
    local: false,
    minutes: null,
    may_wake: 'always',
  },
  {
    name: '张嫂',
    relation: '邻居',
    phone: '15400002222',
    has_key: true,
    local: true,
    minutes: 5,
    may_wake: 'emergency',
  },
];

/** Makes the first home of the known grid that of 王桂兰: `rows` hold this home with one resident, as drawn. */
export function settleKnownHome(rows: Rows, householdId: string, staff: StaffPlan): void {
  const home = rows.household.find((row) => row.id === householdId)!;
  Object.assign(home, { unit: '1单元', floor: 3, room: '302', address: KNOWN_ADDRESS, entry: '门后有链' });
  const resident = rows.resident.find((row) => row.household_id === householdId)!;
  Object.assign(resident, GUILAN, { phone: '15400000302', registered_address: home.address });
  Object.assign(
    rows.care_profile.find((row) => row.resident_id === resident.id)!,
    CARE,
  );
  rows.contact = rows.contact.filter((row) => row.resident_id !== resident.id);
  rows.contact.push(
    ...CONTACTS.map((contact, i) => ({
      id: idFromName(`contact:${resident.id}:${i + 1}`),
      resident_id: resident.id,
      ord: i + 1,
      ...contact,
    })),
  );
  const worker = staff.byGrid.get(KNOWN_GRID)!.responsible;
  rows.key_holder = rows.key_holder.filter((row) => row.household_id !== householdId);
  rows.key_holder.push({
    id: idFromName(`key:${householdId}:worker`),
    household_id: householdId,
    staff_id: worker.id,
    name: worker.name,
    phone: worker.phone,
    kind: '网格员',
  });
}
