import { idFromName } from '#kernel/ids.ts';
import type { Actor } from '#dispatch/domain/incident.ts';
import type { Helper } from '#dispatch/domain/street.ts';
import { laneOf } from '#registry/device-secret.ts';
import type { DeviceSubject } from '#registry/subjects.ts';
import type { TestDatabase } from './database.ts';

const person = (name: string, role: string): Actor => ({ kind: 'person', id: idFromName(`desk/${name}`), name, role });

/** Three operators and a supervisor. */
export const ACTORS: readonly Actor[] = [
  person('李敏', 'operator'),
  person('王强', 'operator'),
  person('欧阳静', 'operator'),
  person('赵海', 'supervisor'),
];

/** Devices of a world: two home units of one household, a pendant worn there, two other homes, a stranger. */
export const DEVICES = ['hall', 'bedroom', 'pendant', 'second', 'third', 'stranger'] as const;

/** People who could be sent, the nearest first. */
export const PEOPLE: readonly Helper[] = ['周芳', '刘志', '陈大明', '孙梅'].map((name, place) => ({
  staffId: idFromName(`staff/${place}`),
  name,
  role: place === 1 ? 'medic' : 'grid_worker',
  phone: null,
  minutes: 4 + place * 9,
  why: '本网格值班',
}));

/** A resident of a world. */
interface Elder {
  id: string;
  name: string;
  home: string;
  livesAlone: boolean;
  powerDependent: boolean;
}

/**
 * The homes of world `name`: a household of two with two units and a pendant, two homes of one, all of one grid. The
 * sixth device is in no registry.
 */
export function homesOf(name: string): {
  grid: string;
  homes: string[];
  elders: Elder[];
  devices: { id: string; home: string; wearer: string | null }[];
} {
  const homes = ['a', 'b', 'c'].map((home) => idFromName(`home/${name}/${home}`));
  const elder = (who: string, home: number, alone: boolean, powerDependent = false): Elder => ({
    id: idFromName(`elder/${name}/${who}`),
    name: who,
    home: homes[home]!,
    livesAlone: alone,
    powerDependent,
  });
  const elders = [
    elder('王桂兰', 0, false),
    elder('李有福', 0, false),
    elder('赵秀英', 1, true, true),
    elder('张国珍', 2, true),
  ];
  const at = [0, 0, 0, 1, 2];
  return {
    grid: `42/4206/420606/420606001/420606001001/${name}/`,
    homes,
    elders,
    devices: at.map((home, place) => ({
      id: deviceId(name, place),
      home: homes[home]!,
      wearer: DEVICES[place] === 'pendant' ? elders[0]!.id : null,
    })),
  };
}

/** Device number `place` of world `name`. */
export function deviceId(name: string, place: number): string {
  return `${name}-${DEVICES[place]!}`;
}

/** What the registry says of the devices of world `name`, as `findSubjects` answers it. */
export function subjectsOf(name: string): Map<string, DeviceSubject> {
  const { grid, elders, devices } = homesOf(name);
  return new Map(
    devices.map(({ id, home, wearer }): [string, DeviceSubject] => {
      const residents = elders.filter((elder) => elder.home === home);
      return [
        id,
        {
          deviceId: id,
          kind: wearer === null ? 'home' : 'pendant',
          can: ['voice', 'talk'],
          power: 'mains',
          lane: laneOf(id),
          adapter: null,
          disabled: false,
          placedIn: null,
          online: true,
          seenAt: null,
          battery: null,
          heartbeatS: 60,
          wearer,
          household: { id: home, address: '民主路27号', lat: 32.04, lon: 112.14, regionId: home, regionPath: grid },
          residents: residents.map((elder) => ({
            id: elder.id,
            name: elder.name,
            sex: 'f',
            born: '1944-03-08',
            status: 'home',
            formOfAddress: null,
            livesAlone: elder.livesAlone,
            hearing: null,
            dialect: null,
            conditions: [],
            mobility: null,
            powerDependent: elder.powerDependent,
            unreadable: [],
          })),
          powerDependent: residents.some((elder) => elder.powerDependent),
          unreadable: [],
        },
      ];
    }),
  );
}

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
      ...worlds.map(({ name, grid }) => ({
        id: idFromName(grid),
        level: 'grid',
        code: name,
        name: `${name}网格`,
        path: grid,
      })),
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

async function insertStaff(
  run: (text: string, rows: readonly object[]) => Promise<unknown>,
  street: string,
): Promise<void> {
  const staff = PEOPLE.map(({ staffId, name, role }) => ({
    id: staffId,
    name,
    kind: role,
    region: street,
    path: '42/4206/420606/420606001/',
  }));
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
