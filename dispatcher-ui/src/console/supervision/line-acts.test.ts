import { expect, it } from 'vitest';
import type { WireCall } from '#contracts/incident.ts';
import { lineActs } from './line-acts.ts';

const supervisor = { id: 'sup', role: 'supervisor' } as const;
const call = (purpose: WireCall['purpose'], more: Partial<WireCall> = {}): WireCall => ({
  id: purpose,
  purpose,
  party: purpose,
  name: '李敏',
  state: 'connected',
  outcome: null,
  minutes: null,
  startedAt: null,
  endedAt: null,
  mode: null,
  wants: null,
  ...more,
});

it('a supervisor sits in where somebody talks, and whispers only where a desk hears it', () => {
  const talk = { calls: [call('talk')] };
  expect(lineActs({ calls: [] }, supervisor)).toEqual([]);
  expect(lineActs({ calls: [call('talk', { state: 'ringing' })] }, supervisor)).toEqual([]);
  expect(lineActs(talk, supervisor)).toEqual(['listen', 'join']);
  expect(lineActs({ calls: [...talk.calls, call('desk')] }, supervisor)).toEqual(['listen', 'whisper', 'join']);
  expect(lineActs(talk, { id: 'op', role: 'operator' })).toEqual([]);
});

it('who sits in may sit otherwise or leave; who talks at the desk herself may not', () => {
  const mine = call('supervise', { party: 'sup', wants: 'listen' });
  expect(lineActs({ calls: [call('desk'), mine] }, supervisor)).toEqual(['whisper', 'join', 'leaveLine']);
  expect(lineActs({ calls: [call('desk', { party: 'sup' }), call('talk')] }, supervisor)).toEqual([]);
});
