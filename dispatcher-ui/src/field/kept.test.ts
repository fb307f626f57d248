import { expect, it } from 'vitest';
import type { Me } from '#contracts/session.ts';
import type { FieldAssignment } from '#contracts/socket.ts';
import { sampleIncident } from '../console/live/sample-incident.ts';
import { dropKept, keepJobs, readKept } from './kept.ts';

const AT = Date.parse('2026-11-22T08:00:00Z');
const me: Me = {
  id: 'me',
  username: 'grid1',
  name: '周芳',
  role: 'grid_worker',
  regions: [],
  expiresAt: '2026-11-22T20:00:00.000Z',
};
const resident = {
  id: 'r',
  name: '王桂兰',
  sex: 'f' as const,
  age: 82,
  phone: '15400000302',
  address: '民主路27号院2栋1单元302',
  region: [],
  status: 'home' as const,
  marks: ['心脏病'],
};

function job(): FieldAssignment {
  const incident = sampleIncident({ resident, residents: [resident], summary: '胸口疼' });
  return {
    id: 'a',
    state: 'under_way',
    responder: { id: 's', name: '周芳', role: 'grid_worker', phone: '15400000001' },
    why: '值班',
    offeredAt: '2026-11-22T08:00:00.000Z',
    expiresAt: null,
    etaAt: null,
    acceptedAt: null,
    departedAt: null,
    arrivedAt: null,
    endedAt: null,
    declineReason: null,
    minutes: 4,
    metres: 280,
    unproven: false,
    outside: false,
    others: [],
    incident,
  };
}

function phone() {
  const kept = new Map<string, string>();
  return {
    kept,
    storage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
  };
}

it('who, where and how far is kept; health, telephones and presses are not', () => {
  const { storage, kept } = phone();
  keepJobs(storage, me, [job()]);
  const read = readKept(storage, AT)!;
  expect(read.me).toEqual(me);
  expect(read.jobs[0]).toMatchObject({ state: 'under_way', incident: { resident: { name: '王桂兰', age: 82 } } });
  const text = [...kept.values()].join();
  expect(text).toContain(resident.address);
  for (const word of ['心脏病', '15400000302', '15400000001', '胸口疼']) expect(text).not.toContain(word);
});

it('nothing stays when the job is done, when he leaves, when his session is over, or where it can’t be read', () => {
  const { storage, kept } = phone();
  keepJobs(storage, me, [job()]);
  keepJobs(storage, me, []);
  expect([...kept.values()].join()).not.toContain('王桂兰');
  keepJobs(storage, me, [job()]);
  dropKept(storage);
  expect(kept.size).toBe(0);
  keepJobs(storage, me, [job()]);
  expect(readKept(storage, Date.parse(me.expiresAt))).toBeNull();
  expect(kept.size).toBe(0);
  kept.set('field-kept', '{"me":');
  expect([readKept(storage, AT), kept.size]).toEqual([null, 0]);
});
