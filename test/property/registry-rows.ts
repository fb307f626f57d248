import { idFromName } from '#kernel/ids.ts';
import { laneOf } from '#registry/device-secret.ts';
import type { TestDatabase } from '#test/harness/database.ts';
import { homesOf, PEOPLE } from './homes.ts';

/** Puts the homes of these worlds into the registry, and people who are on duty for all of them at any hour. */
export async function insertHomes(base: TestDatabase, names: readonly string[]): Promise<void> {
  const worlds = names.map((name) => ({ name, ...homesOf(name) }));
  const street = idFromName('region/street');
  const run = (text: string, rows: readonly object[]) => base.db.pool.query(text, [JSON.stringify(rows)]);
  await run(
    `insert into region (id, level, code, name, path) select id, level, code, name, path
     from jsonb_to_recordset($1) as r (id uuid, level text, code text, name text, path text)`,
    [
      { id: street, level: 'street', code: '420606001', name: '清河口街道', path: '42/4206/420606/420606001/' },
      ...worlds.map(({ name, grid }) => ({ id: idFromName(grid), level: 'grid', code: name, name: `${name}网格`, path: grid })),
    ],
  );
  await run(
    `insert into household (id, region_id, region_path, address, lat, lon) select id, region, path, '民主路27号', 32.04, 112.14
     from jsonb_to_recordset($1) as r (id uuid, region uuid, path text)`,
    worlds.flatMap(({ grid, homes }) => homes.map((id) => ({ id, region: idFromName(grid), path: grid }))),
  );
  const elders = worlds.flatMap((world) => world.elders);
  await run(
    `insert into resident (id, household_id, name, sex, born) select id, home, name, 'f', '1944-03-08'
     from jsonb_to_recordset($1) as r (id uuid, home uuid, name text)`,
    elders,
  );
  await run(
    `insert into care_profile (resident_id, lives_alone, power_dependent) select id, alone, power
     from jsonb_to_recordset($1) as r (id uuid, alone boolean, power boolean)`,
    elders.map(({ id, livesAlone, powerDependent }) => ({ id, alone: livesAlone, power: powerDependent })),
  );
  await run(
    `insert into device (id, kind, household_id, resident_id, lane) select id, 'home', home, wearer, lane
     from jsonb_to_recordset($1) as r (id text, home uuid, wearer uuid, lane text)`,
    worlds.flatMap(({ devices }) => devices.map((device) => ({ ...device, lane: laneOf(device.id) }))),
  );
  await insertStaff(run, street);
}

async function insertStaff(run: (text: string, rows: readonly object[]) => Promise<unknown>, street: string): Promise<void> {
  const staff = PEOPLE.map(({ staffId, name, role }) => ({ id: staffId, name, kind: role, region: street, path: '42/4206/420606/420606001/' }));
  await run(
    `insert into staff (id, name, kind, region_id, region_path) select id, name, kind, region, path
     from jsonb_to_recordset($1) as r (id uuid, name text, kind text, region uuid, path text)`,
    staff,
  );
  await run(
    `insert into duty_rule (id, staff_id, region_id, region_path, days, holidays, from_min, to_min)
     select duty, id, region, path, '{1,2,3,4,5,6,7}', true, 0, 1440
     from jsonb_to_recordset($1) as r (duty uuid, id uuid, region uuid, path text)`,
    staff.map((one) => ({ ...one, duty: idFromName(`duty/${one.id}`) })),
  );
}
