import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi } from '#test/harness/api.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { pressAndWait, type Climb } from './climbing.ts';

let waiting: Climb;
beforeAll(async () => {
  waiting = await pressAndWait();
});
afterAll(() => waiting.stop());

test('of twenty operators who claim one incident at once over HTTP one wins, and nineteen learn the name', async () => {
  const { running, clock, id } = waiting;
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, place) =>
      signInTestPerson(running.db, clock, 'operator', { name: `坐席${place + 1}` }),
    ),
  );
  const answers = await Promise.all(
    people.map((person) => openApi(running.url, person.cookie).send('POST', `/api/incidents/${id}/claim`, {})),
  );

  const won = answers.filter((answer) => answer.status === 200);
  expect(won).toHaveLength(1);
  const winner = (won[0]!.body as { owner: { id: string; name: string } }).owner;
  expect(people.some((person, place) => person.accountId === winner.id && answers[place]!.status === 200)).toBe(true);
  const refused = answers.filter((answer) => answer.status !== 200);
  expect(refused.map((answer) => [answer.status, (answer.body as { code: string }).code])).toEqual(
    Array.from({ length: 19 }, () => [409, 'already_claimed']),
  );
  for (const answer of refused) {
    expect((answer.body as { owner: unknown }).owner).toEqual(winner);
    expect((answer.body as { detail: string }).detail).toContain(winner.name);
  }
  const { timeline, owner } = await waiting.detail();
  expect(owner).toEqual(winner);
  expect(timeline.filter((line) => line.kind === 'claimed').map((line) => line.by.name)).toEqual([winner.name]);
});
