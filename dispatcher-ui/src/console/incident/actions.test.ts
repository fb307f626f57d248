import { expect, it } from 'vitest';
import type { WireAssignment, WireHandoff } from '#contracts/incident.ts';
import type { Me } from '#contracts/session.ts';
import type { OrderState, WireOrder } from '#contracts/vendors.ts';
import { sampleIncident } from '../live/sample-incident.ts';
import { orderNextOf } from '../work-order/order-step.ts';
import { actionsOf, isWaiting } from './actions.ts';

const me: Me = { id: 'me', username: 'me', name: '李敏', role: 'operator', regions: [], expiresAt: '' };
const mine = { id: 'me', name: '李敏' };
const other = { id: 'other', name: '张敏' };
const coming = {
  id: '1',
  state: 'under_way',
  responder: { id: 's', name: '周芳', role: 'grid_worker', phone: null },
} as WireAssignment;

it('each state has one next step, and it comes first', () => {
  const next = (change: Parameters<typeof sampleIncident>[0]) => actionsOf(sampleIncident(change), me)[0];
  expect(next({})).toBe('claim');
  expect(next({ state: 'claimed', owner: mine })).toBe('assign');
  expect(next({ state: 'responding', owner: mine, assignments: [coming] })).toBe('arrived');
  const said = { ...coming, state: 'on_scene' as const, unproven: true };
  expect(next({ state: 'responding', owner: mine, assignments: [said] })).toBe('arrived');
  expect(next({ state: 'on_scene', owner: mine })).toBe('resolve');
  expect(next({ state: 'resolved', owner: mine })).toBe('close');
  expect(next({ state: 'claimed', owner: other })).toBe('takeOver');
  expect(next({ state: 'closed' })).toBeUndefined();
});

it('with a centre the next step is the telephone, then what the centre says', () => {
  const next = (state: WireHandoff['state'], change: Parameters<typeof sampleIncident>[0] = {}) =>
    actionsOf(
      sampleIncident({ state: 'responding', owner: mine, handoffs: [{ id: 'h', state } as WireHandoff], ...change }),
      me,
    )[0];
  expect(next('offered')).toBe('handoff');
  expect(next('offered', { state: 'on_scene' })).toBe('handoff');
  expect(next('accepted')).toBe('centreStep');
  expect(next('dispatched')).toBe('centreStep');
  expect(next('accepted', { assignments: [coming] })).toBe('arrived');
  expect(next('accepted', { state: 'on_scene' })).toBe('resolve');
  expect(next('rejected', { state: 'claimed' })).toBe('assign');
});

it('who wants a plumber is not sent a second one: the order says what is next, or who is waited for', () => {
  const asked = sampleIncident({
    state: 'claimed',
    owner: mine,
    class: 'household',
    queue: 'household',
    kind: 'service',
  });
  const at = (...states: OrderState[]) => {
    const orders = orderNextOf(states.map((state) => ({ state }) as WireOrder));
    return isWaiting(asked, me, orders) ? 'wait' : actionsOf(asked, me, orders)[0];
  };
  expect(at()).toBe('order');
  expect(at('cancelled')).toBe('order');
  for (const state of ['draft', 'offered', 'accepted', 'approved', 'on_scene'] as const) expect(at(state)).toBe('wait');
  for (const state of ['unfilled', 'quoted', 'under_way', 'nobody_home', 'done', 'disputed'] as const)
    expect(at(state)).toBe('orderStep');
  expect(at('confirmed')).toBe('resolve');
  expect(at('settled', 'cancelled')).toBe('resolve');
  expect(at('offered', 'quoted')).toBe('orderStep');
  expect(at('confirmed', 'accepted')).toBe('wait');
});

it('what another has may be looked at, noted and taken over, nothing else', () => {
  expect(actionsOf(sampleIncident({ state: 'claimed', owner: other }), me)).toEqual(['takeOver', 'note']);
});

it('nothing may be ended before it was taken', () => {
  const possible = actionsOf(sampleIncident(), me);
  expect(possible).not.toContain('resolve');
  expect(possible).not.toContain('cancel');
  expect(possible).not.toContain('release');
});

it('who it is, is asked only where several live', () => {
  const person = {
    id: 'p',
    name: '王桂兰',
    sex: 'f' as const,
    age: 82,
    phone: null,
    address: '',
    region: [],
    status: 'home' as const,
    marks: [],
  };
  const owned = { state: 'claimed' as const, owner: mine };
  expect(actionsOf(sampleIncident({ ...owned, residents: [person] }), me)).not.toContain('identify');
  expect(actionsOf(sampleIncident({ ...owned, residents: [person, { ...person, id: 'q' }] }), me)).toContain(
    'identify',
  );
});
