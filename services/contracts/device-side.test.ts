import { expect, test } from 'vitest';
import type { Ack, DeviceEvent } from './device.ts';
import { createSpoken, createUnsent, isCallForHelp } from './device-side.ts';

/** A hand-driven clock: `later` calls are run when their time has come. */
function handClock(): { later(ms: number, call: () => void): () => void; run(ms: number): void; now(): number } {
  let now = 0;
  let waiting: { at: number; call: () => void }[] = [];
  return {
    later(ms, call) {
      const entry = { at: now + ms, call };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((one) => one !== entry);
      };
    },
    run(ms) {
      const end = now + ms;
      for (;;) {
        const [due] = waiting.filter((one) => one.at <= end).sort((a, b) => a.at - b.at);
        if (!due) break;
        waiting = waiting.filter((one) => one !== due);
        now = due.at;
        due.call();
      }
      now = end;
    },
    now: () => now,
  };
}

const event = (id: string, type = 'sos'): DeviceEvent => ({ id, type });

test('an event goes out at once, after 5, 10, 20, 40 s more and then every 60 s, until received', () => {
  const clock = handClock();
  const sent: number[] = [];
  const unsent = createUnsent({ later: clock.later, send: () => sent.push(clock.now() / 1000) > 0 });
  unsent.add(event('a'));
  clock.run(260_000);
  expect(sent).toEqual([0, 5, 15, 35, 75, 135, 195, 255]);
  expect(unsent.received('a')).toBe(true);
  expect(unsent.received('a')).toBe(false);
  clock.run(600_000);
  expect(sent).toHaveLength(8);
});

test('while the line is down nothing is counted; when it is up everything goes out, calls for help first', () => {
  const clock = handClock();
  const sent: string[] = [];
  let up = false;
  const unsent = createUnsent({ later: clock.later, send: (one) => up && sent.push(one.id) > 0 }, [
    event('old', 'check_in'),
  ]);
  unsent.add(event('button', 'button'));
  unsent.add(event('red'));
  unsent.add(event('new', 'no such type'));
  clock.run(3_600_000);
  expect(sent).toEqual([]);
  up = true;
  unsent.lineUp();
  expect(sent).toEqual(['red', 'new', 'old', 'button']);
  clock.run(5_000);
  expect(sent).toHaveLength(8);
  unsent.stop();
  clock.run(3_600_000);
  expect(sent).toHaveLength(8);
  expect(unsent.list().map((one) => one.id)).toEqual(['old', 'button', 'red', 'new']);
});

test('a line that came back is tried as often as a new one', () => {
  const clock = handClock();
  const sent: number[] = [];
  const unsent = createUnsent({ later: clock.later, send: () => sent.push(clock.now() / 1000) > 0 });
  unsent.add(event('a'));
  for (let n = 0; n < 6; n++) unsent.lineUp();
  clock.run(16_000);
  expect(sent).toEqual([0, 0, 0, 0, 0, 0, 0, 5, 15]);
});

test('what nobody knows is a call for help', () => {
  expect(['sos', 'medical', 'service', 'family', 'toString', 'whatever'].every(isCallForHelp)).toBe(true);
  expect(['cancel', 'check_in', 'low_battery', 'button'].some(isCallForHelp)).toBe(false);
});

test('each stage of an incident is said once, each update once, silence never counts as said', () => {
  const spoken = createSpoken();
  const ack = (stage: Ack['stage'], say = '…', at = '1', incident: string | null = 'i'): Ack => ({
    event: 'e',
    incident,
    stage,
    at,
    say,
    eta_s: null,
    who: null,
  });
  expect(spoken.hear(ack('received', ''))).toBe(false);
  expect(spoken.hear(ack('received'))).toBe(true);
  expect(spoken.hear(ack('received'))).toBe(false);
  expect(spoken.hear(ack('received', '…', '1', 'j'))).toBe(true);
  expect(spoken.hear(ack('update'))).toBe(true);
  expect(spoken.hear(ack('update'))).toBe(false);
  expect(spoken.hear(ack('update', '…', '2'))).toBe(true);
  expect(createSpoken(spoken.keys()).hear(ack('received'))).toBe(false);
  for (let n = 0; n < 300; n += 1) spoken.hear(ack('received', '…', '1', `k${n}`));
  expect(spoken.keys()).toHaveLength(200);
});
