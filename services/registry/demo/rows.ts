import type { Db } from '#platform/database.ts';
import type { Statement } from '#platform/sql.ts';
import { loadQueries } from '#platform/sql.ts';
import type { CalendarDay } from './calendar.ts';

/** Rows as the demo city writes them; names are the columns'. */
export interface RegionRow {
  id: string;
  parent_id: string | null;
  level: string;
  code: string;
  name: string;
  path: string;
  lat: number | null;
  lon: number | null;
  polygon: [number, number][] | null;
  min_lat: number | null;
  max_lat: number | null;
  min_lon: number | null;
  max_lon: number | null;
  households: number;
}

export interface BuildingRow {
  id: string;
  grid_id: string;
  name: string;
  address: string;
  lat: number;
  lon: number;
  floors: number;
  lift: boolean;
}

export interface HouseholdRow {
  id: string;
  building_id: string;
  region_id: string;
  region_path: string;
  unit: string;
  floor: number;
  room: string;
  address: string;
  lat: number;
  lon: number;
  entry: string | null;
}

export interface ResidentRow {
  id: string;
  household_id: string;
  name: string;
  sex: 'f' | 'm';
  born: string;
  phone: string | null;
  registered_address: string | null;
  form_of_address: string;
  status: string;
  status_since: string | null;
}

export interface CareRow {
  resident_id: string;
  lives_alone: boolean;
  mobility: string | null;
  hearing: string | null;
  dialect: string | null;
  conditions: string[];
  medication: string[];
  allergies: string[];
  blood_type: string | null;
  hospital: string | null;
  power_dependent: boolean;
}

export interface ContactRow {
  id: string;
  resident_id: string;
  ord: number;
  name: string;
  relation: string;
  phone: string;
  has_key: boolean;
  local: boolean;
  minutes: number | null;
  may_wake: 'always' | 'emergency' | 'never';
}

export interface StaffRow {
  id: string;
  name: string;
  phone: string;
  kind: 'grid_worker' | 'volunteer' | 'medic' | 'guard' | 'informant' | 'vendor_staff';
  region_id: string;
  region_path: string;
  lat: number;
  lon: number;
  skills: string[];
  dialect: string | null;
  may_wake: 'always' | 'emergency' | 'never';
}

export interface ResponsibilityRow {
  staff_id: string;
  scope: 'community' | 'grid' | 'building' | 'household';
  scope_id: string;
  part: 'responsible' | 'backup';
}

export interface KeyHolderRow {
  id: string;
  household_id: string;
  staff_id: string | null;
  name: string;
  phone: string | null;
  kind: string;
}

export interface DutyRuleRow {
  id: string;
  staff_id: string;
  region_id: string;
  region_path: string;
  days: number[];
  holidays: boolean;
  from_min: number;
  to_min: number;
}

export interface DeviceRow {
  id: string;
  kind: string;
  can: string[];
  power: 'mains' | 'battery';
  household_id: string | null;
  resident_id: string | null;
  placed_in: string | null;
  lane: string;
  secret_hash: string | null;
  heartbeat_s: number;
  adapter: string | null;
  adapter_name: string | null;
  settings: Record<string, unknown>;
  battery: number | null;
  firmware: string | null;
}

export interface GatewayRow {
  username: string;
  secret_hash: string;
  topics: string[];
}

/** Everything that one step of the seed writes, by table; tables in the order in which they refer to each other. */
export interface Rows {
  region: RegionRow[];
  building: BuildingRow[];
  household: HouseholdRow[];
  resident: ResidentRow[];
  care_profile: CareRow[];
  contact: ContactRow[];
  staff: StaffRow[];
  responsibility: ResponsibilityRow[];
  key_holder: KeyHolderRow[];
  duty_rule: DutyRuleRow[];
  calendar_day: CalendarDay[];
  device: DeviceRow[];
  gateway: GatewayRow[];
}

/** In an order in which what is pointed to comes first. */
export const TABLES = [
  'region',
  'building',
  'household',
  'resident',
  'care_profile',
  'contact',
  'staff',
  'responsibility',
  'key_holder',
  'duty_rule',
  'calendar_day',
  'device',
  'gateway',
] as const satisfies readonly (keyof Rows)[];

const q: Record<(typeof TABLES)[number], Statement> = loadQueries(import.meta.url, 'registry.demo', TABLES);

/** No rows at all. */
export function noRows(): Rows {
  return {
    region: [],
    building: [],
    household: [],
    resident: [],
    care_profile: [],
    contact: [],
    staff: [],
    responsibility: [],
    key_holder: [],
    duty_rule: [],
    calendar_day: [],
    device: [],
    gateway: [],
  };
}

/** One statement is handed this many rows at most, so that neither side holds much at a time. */
const CHUNK = 5_000;

/**
 * Writes the rows, table by table, each in one statement of up to 5,000 rows. Regions, days and
 * gateways that are there already are left as they are; any other row that is there already is an error.
 */
export async function insertRows(db: Db, rows: Partial<Rows>): Promise<void> {
  for (const table of TABLES) {
    const list: readonly unknown[] = rows[table] ?? [];
    for (let start = 0; start < list.length; start += CHUNK) {
      await db.query(q[table], [JSON.stringify(list.slice(start, start + CHUNK))]);
    }
  }
}
