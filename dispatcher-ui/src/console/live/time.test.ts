import { expect, it } from 'vitest';
import { sampleIncident } from './sample-incident.ts';
import { createServerClock } from './server-clock.ts';
import { clockTime, lastStepAt, nearness, shortTime, span } from './time.ts';

const at = Date.parse('2026-11-21T23:30:05.000Z');

it('the clock on the wall is that of Shanghai', () => {
  expect(clockTime(at)).toBe('07:30:05');
  expect(shortTime(at, at)).toBe('07:30');
  expect(shortTime(at - 86_400_000, at)).toBe('11-21 07:30');
});

it('time passed is read in minutes and seconds, from one hour on with the hour', () => {
  expect([span(7_000), span(760_000), span(3_760_000), span(-5)]).toEqual(['00:07', '12:40', '1:02:40', '00:00']);
});

it('a deadline is near when a quarter of its time is left', () => {
  expect(nearness(74, 0, 100)).toBe('far');
  expect(nearness(75, 0, 100)).toBe('near');
  expect(nearness(100, 0, 100)).toBe('passed');
  expect(nearness(100, 0, null)).toBe('far');
});

it('a deadline counts from the last step that is on the incident', () => {
  const opened = '2026-11-22T08:00:00.000Z';
  const claimed = '2026-11-22T08:00:20.000Z';
  const incident = sampleIncident({ openedAt: opened, claimedAt: claimed });
  expect(lastStepAt(incident, Date.parse(claimed) + 1)).toBe(Date.parse(claimed));
  expect(lastStepAt(incident, Date.parse(claimed) - 1)).toBe(Date.parse(opened));
});

it('the server clock believes the quickest message, and starts anew when this computer jumps', () => {
  let local = 1_000_000;
  const clock = createServerClock(() => local);
  clock.observe(1_000_500 - 80);
  clock.observe(1_000_500 - 5);
  clock.observe(1_000_500 - 300);
  expect(clock.now()).toBe(1_000_495);
  local += 3_600_000;
  clock.observe(1_000_600);
  expect(clock.now()).toBe(1_000_600);
  clock.stop();
});
