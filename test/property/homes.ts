import { idFromName } from '#kernel/ids.ts';
import type { Actor } from '#dispatch/domain/incident.ts';
import type { Helper } from '#dispatch/domain/street.ts';
import { laneOf } from '#registry/device-secret.ts';
import type { DeviceSubject } from '#registry/subjects.ts';
import { DEVICES, HELPERS } from './steps.ts';

const person = (name: string, role: string): Actor => ({ kind: 'person', id: idFromName(`desk/${name}`), name, role });

/** Three operators and a supervisor. */
export const ACTORS: readonly Actor[] = [person('李敏', 'operator'), person('王强', 'operator'), person('欧阳静', 'operator'), person('赵海', 'supervisor')];

/** People who could be sent. */
export const PEOPLE: readonly Helper[] = Array.from({ length: HELPERS }, (_, place) => ({
  staffId: idFromName(`staff/${place}`),
  name: ['周芳', '刘志', '陈大明', '孙梅'][place]!,
  role: place === 1 ? 'medic' : 'grid_worker',
  phone: null,
  minutes: 4 + place * 9,
  why: '本网格值班',
}));

/** A resident of a world. */
export interface Elder {
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
export function homesOf(name: string): { grid: string; homes: string[]; elders: Elder[]; devices: { id: string; home: string; wearer: string | null }[] } {
  const homes = ['a', 'b', 'c'].map((home) => idFromName(`home/${name}/${home}`));
  const elder = (who: string, home: number, alone: boolean, powerDependent = false): Elder => ({
    id: idFromName(`elder/${name}/${who}`),
    name: who,
    home: homes[home]!,
    livesAlone: alone,
    powerDependent,
  });
  const elders = [elder('王桂兰', 0, false), elder('李有福', 0, false), elder('赵秀英', 1, true, true), elder('张国珍', 2, true)];
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
