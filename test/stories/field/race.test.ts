import { afterAll, beforeAll, expect, test } from 'vitest';
import { openField, type FieldWorld, type Responder } from './street.ts';

let world: FieldWorld;
let people: Responder[];
beforeAll(async () => {
  world = await openField();
  people = await Promise.all(
    Array.from({ length: 50 }, (_, place) => world.hire(`街坊${place + 1}`, { metres: 200 + place })),
  );
}, 120_000);
afterAll(() => world.stop());

/** Presses, and lets everybody's time run out until all fifty are asked at once. */
async function askEverybody(type: 'sos' | 'fall'): Promise<string> {
  const id = await world.press(type);
  world.clock.advance(45_000);
  for (let wave = 1; wave <= 3; wave++) {
    await world.settle();
    if (wave < 3) world.clock.advance(61_000);
  }
  return id;
}

const offers = async (id: string): Promise<{ id: string; staff: string; state: string }[]> =>
  (
    await world.running.db.pool.query(
      `select id, staff_id as staff, state from assignment where incident_id = $1 and state = 'offered'`,
      [id],
    )
  ).rows;

const accept = async (open: { id: string; staff: string }[]) =>
  Promise.all(
    open.map(async (offer) => ({
      name: people.find((one) => one.staffId === offer.staff)!.name,
      ...(await people
        .find((one) => one.staffId === offer.staff)!
        .api.send('POST', `/api/assignments/${offer.id}/accept`, {})),
    })),
  );

test('of fifty who accept one case at once one has it, and forty-nine are told by name who', async () => {
  const id = await askEverybody('sos');
  const open = await offers(id);
  expect(open.length).toBe(50);
  const answers = await accept(open);
  const won = answers.filter((answer) => answer.status === 200);
  expect(won).toHaveLength(1);
  for (const answer of answers.filter((one) => one.status !== 200)) {
    expect([answer.status, answer.body.code]).toEqual([409, 'offer_gone']);
    expect(answer.body.detail).toContain(`${won[0]!.name} 已经接下`);
  }
  const after = await world.detail(id);
  expect(after.assignments.filter((one) => one.state === 'accepted').map((one) => one.responder.name)).toEqual([
    won[0]!.name,
  ]);
  expect(after.assignments.filter((one) => one.state === 'offered')).toEqual([]);
  expect((await world.history(id)).filter((line) => line.kind === 'assignment_accepted')).toHaveLength(1);
  await world.end(id);
}, 120_000);

test('where two are needed the first yes leaves the second place open, and of fifty exactly two come', async () => {
  const id = await askEverybody('fall');
  const open = await offers(id);
  expect(open.length).toBeGreaterThan(40);
  const [first, ...rest] = open;
  expect((await accept([first!]))[0]!.status).toBe(200);
  expect((await offers(id)).length).toBe(open.length - 1);
  const answers = await accept(rest);
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status !== 200).every((answer) => answer.body.code === 'offer_gone')).toBe(
    true,
  );
}, 120_000);
