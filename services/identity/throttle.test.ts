import { afterAll, describe, expect, test } from 'vitest';
import { newAddress, serveIdentity, signInTestPerson } from '#test/harness/identity.ts';

const platform = await serveIdentity();
const { db, clock, signIn } = platform;
afterAll(() => platform.stop());

describe('guessing', () => {
  test('slows down from the sixth failure on, waits longer each time but never long, and is over after a success', async () => {
    const { username, password } = await signInTestPerson(db, clock, 'operator');
    const address = newAddress();
    const codes: number[] = [];
    for (let i = 0; i < 6; i++) codes.push((await signIn({ username, password: 'wrong' }, address)).statusCode);
    expect(codes).toEqual([401, 401, 401, 401, 401, 429]);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const refused = await signIn({ username, password }, address);
      expect(refused.json()).toMatchObject({ status: 429, code: 'too_many_requests' });
      waits.push(Number(refused.headers['retry-after']));
      clock.advance(waits.at(-1)! * 1000);
      expect((await signIn({ username, password: 'wrong' }, address)).statusCode).toBe(401);
    }
    expect(waits.slice(0, 3)).toEqual([1, 2, 4]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30);
    clock.advance(30_000);
    expect((await signIn({ username, password }, address)).statusCode).toBe(200);
    expect((await signIn({ username, password: 'wrong' }, address)).statusCode).toBe(401);
  });

  test('fifty at once are not looked at together', async () => {
    const { username } = await signInTestPerson(db, clock, 'operator');
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => signIn({ username, password: 'wrong' }, address)),
    );
    expect(answers.filter((answer) => answer.statusCode === 401)).toHaveLength(5);
  });

  test('from many addresses at one name is slowed down too, but does not keep her from her own desk', async () => {
    const { username, password } = await signInTestPerson(db, clock, 'operator');
    const desk = newAddress();
    expect((await signIn({ username, password }, desk)).statusCode).toBe(200);
    const codes = [];
    for (let i = 0; i < 14; i++) codes.push((await signIn({ username, password: 'wrong' })).statusCode);
    expect(codes).toContain(429);
    expect((await signIn({ username, password }, desk)).statusCode).toBe(200);
  });

  test('a name that nobody has is slowed down just the same', async () => {
    const address = newAddress();
    const codes = [];
    for (let i = 0; i < 6; i++) codes.push((await signIn({ username: 'ghost', password: 'x' }, address)).statusCode);
    expect(codes.at(-1)).toBe(429);
  });

  test('one address trying many names is slowed down', async () => {
    const address = newAddress();
    const codes = await Promise.all(
      Array.from(
        { length: 60 },
        async (_, i) => (await signIn({ username: `name-${i}`, password: 'x' }, address)).statusCode,
      ),
    );
    expect(codes.filter((code) => code === 401)).toHaveLength(50);
  });
});
