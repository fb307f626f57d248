import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import { idFromName } from '#kernel/ids.ts';
import { arrive, confirm } from './arrival.ts';
import { addFact, addIntent, endDraft, startDraft, tell, type Draft } from './draft.ts';
import type { Actor, Decision, Incident, ToldDevice } from './incident.ts';
import { ladderFor, type Policy } from './policy.ts';
import { isThere, isUnproven, needsFor } from './places.ts';
import { isMoreSerious, type Route } from './routing.ts';
import { SAY } from './sentences.ts';
import { isComing } from './states.ts';
import { settle } from './timers.ts';

/** A press as the core sees it. `late`: older than 10 min or from the future. */
export interface PressFact {
  id: string;
  eventId: string;
  type: EventType;
  key: string | null;
  at: number | null;
  receivedAt: number;
  late: boolean;
  flagged: boolean;
  test: boolean;
  device: ToldDevice;
}

/** Where a new case stands: whose it is and where. */
export interface Place {
  subject: string;
  regionPath: string | null;
  householdId: string | null;
  residentId: string | null;
  deviceId: string | null;
  position: Incident['position'];
}

const byDevice = (press: PressFact): Actor => ({ kind: 'device', id: press.device.id, name: '设备' });

/**
 * Opens a case. `id` is a UUID v7 made outside (the core makes nothing random). The first step of the ladder is taken by
 * `tick`, at once: its clock strikes at `now`.
 */
export function openIncident(
  input: {
    id: string;
    route: Route;
    place: Place;
    source: Incident['source'];
    test: boolean;
    kind: string;
    summary: string | null;
    by: Actor;
    press: PressFact | null;
    linked: string[];
    /** Boxes that are told of each step although none of them was pressed. */
    devices?: readonly ToldDevice[] | undefined;
  },
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(blankIncident(input, policy, now), policy, now);
  const data: Record<string, unknown> = {
    queue: input.route.queue,
    priority: input.route.priority,
    reason: input.route.reason,
    kind: input.kind,
  };
  addFact(draft, 'opened', input.by, data);
  if (input.press) notePress(draft, input.press);
  if (input.route.quiet) draft.orders.push({ command: 'quiet', on: true });
  if (input.press !== null) expectFamily(draft);
  draft.i.updateAt = now + policy.ladder.updateS * 1000;
  settle(draft);
  return endDraft(draft);
}

/**
 * The family knows at the moment of the press, by a message without a sound; it is rung when the need is sure, or when
 * nobody has spoken for a while. The family key rings them at once.
 */
function expectFamily(draft: Draft): void {
  const { i, now, policy } = draft;
  if (i.test || i.quiet || i.householdId === null) return;
  if (i.kind === 'family') return addIntent(draft, 'call', { who: 'family', why: 'key' });
  if (i.class !== 'rescue') return;
  i.familyAt = now + policy.ladder.familyS * 1000;
  addIntent(draft, 'message', { who: 'family' });
}

function blankIncident(input: Parameters<typeof openIncident>[0], policy: Policy, now: number): Incident {
  const ladder = ladderFor(policy, input.route.queue, input.route.priority);
  return {
    id: input.id,
    version: 0,
    state: 'waiting',
    class: input.route.class,
    queue: input.route.queue,
    kind: input.kind,
    priority: input.route.priority,
    test: input.test,
    quiet: input.route.quiet,
    silent: false,
    source: input.source,
    ...input.place,
    openedAt: now,
    claimedAt: null,
    attendedAt: null,
    remindedAt: null,
    resolvedAt: null,
    closedAt: null,
    deadlineAt: null,
    updateAt: null,
    wakeAt: null,
    owes: { kind: 'operators', name: '值班坐席', id: null },
    ownerId: null,
    ownerName: null,
    code: null,
    satisfied: null,
    reason: input.route.reason,
    summary: input.summary,
    ladder: {
      version: policy.ladderVersion,
      step: 0,
      round: 0,
      since: now,
      nextAt: now + ladder.steps[0]!.afterS * 1000,
    },
    talk: null,
    devices: [...(input.devices ?? [])],
    stages: [],
    pressCount: 0,
    lastPressAt: null,
    areaId: null,
    linked: input.linked,
    followUpAt: null,
    familyAt: null,
    calls: [],
    needs: input.route.class === 'rescue' ? needsFor(input.kind) : 1,
    asking: { phase: 0, reach: 'own' },
    assignments: [],
    handoffs: [],
  };
}

/** The id of the case that a press opens: the same when the same press is decided again after a failed commit. */
export function incidentIdFor(pressId: string, now: number): string {
  return idFromName(`incident/${pressId}`, now);
}

function notePress(draft: Draft, press: PressFact): void {
  const { i } = draft;
  i.pressCount += 1;
  i.lastPressAt = Math.max(i.lastPressAt ?? 0, press.receivedAt);
  i.devices = [...i.devices.filter((device) => device.id !== press.device.id), press.device];
  addFact(draft, 'press', byDevice(press), {
    press: press.id,
    event: press.eventId,
    type: press.type,
    key: press.key,
    at: press.at,
    late: press.late,
    flagged: press.flagged,
    device: press.device.id,
  });
}

/**
 * A further press of the same home: counted, seen, and it raises the priority; a more serious kind re-routes. `cancel`,
 * `arrived` and `done` say what they say and end nothing by themselves. `ownerBusy`: the operator who has it is busy
 * elsewhere, so other desks ring at once.
 */
export function joinPress(
  incident: Incident,
  press: PressFact,
  route: Route,
  ownerBusy: boolean,
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  notePress(draft, press);
  const effect = EVENT_TYPES[press.type];
  if (effect === 'joins') say(draft, press);
  else if (effect !== 'kept' && effect !== 'maintenance') raise(draft, press, route, ownerBusy);
  settle(draft);
  return endDraft(draft);
}

function raise(draft: Draft, press: PressFact, route: Route, ownerBusy: boolean): void {
  const { i } = draft;
  if (isMoreSerious(route, i)) {
    const from = i.queue;
    i.queue = route.queue;
    i.kind = press.type;
    i.needs = Math.max(i.needs, needsFor(i.kind));
    i.priority = Math.min(i.priority, route.priority) as Incident['priority'];
    i.reason = route.reason;
    if (from !== i.queue) {
      addFact(draft, 'rerouted', byDevice(press), { from, to: i.queue, reason: route.reason });
      if (i.ownerId === null) i.ladder.nextAt = null;
    } else
      addFact(draft, 'priority_raised', byDevice(press), {
        priority: i.priority,
        presses: i.pressCount,
        reason: route.reason,
      });
  } else if (i.priority > 1) {
    i.priority = (i.priority - 1) as Incident['priority'];
    addFact(draft, 'priority_raised', byDevice(press), { priority: i.priority, presses: i.pressCount });
  }
  if (i.ownerId !== null && ownerBusy && route.class === 'rescue') {
    addFact(draft, 'another_desk', byDevice(press), { busy: i.ownerName });
    addIntent(draft, 'page', { who: 'operators', why: 'owner_busy' });
  }
}

function say(draft: Draft, press: PressFact): void {
  const { i, now } = draft;
  if (press.type === 'cancel') {
    addFact(draft, 'cancel_pressed', byDevice(press), {});
    tell(draft, 'update', SAY.askMistaken);
  }
  if (press.type === 'done') addFact(draft, 'done_pressed', byDevice(press), {});
  if (press.type === 'arrived') {
    const coming = i.assignments.filter((a) => isComing(a.state)).sort((a, b) => (a.etaAt ?? now) - (b.etaAt ?? now));
    // Who says that he is at the door is meant before one who is still on the way.
    const said = i.assignments.find(isUnproven);
    const who = said ?? coming[0];
    const there = who ?? i.assignments.find(isThere);
    addFact(draft, 'arrived_pressed', byDevice(press), { who: there?.name ?? null });
    if (said) confirm(draft, said, 'box', byDevice(press));
    else if (who) {
      arrive(draft, who, 'box');
      addIntent(draft, 'offer', { assignment: who.id, staff: who.staffId, change: 'on_scene' });
    }
  }
}

/** What the open line brought: `opened` the unit put it through, `speech` somebody spoke. */
export function hearTalk(
  incident: Incident,
  what: 'opened' | 'speech',
  device: ToldDevice,
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  const by: Actor = { kind: 'device', id: device.id, name: '设备' };
  if (what === 'speech' && draft.i.talk && draft.i.talk.heardAt === null) {
    draft.i.talk.heardAt = now;
    // She can say herself whether her children are to be woken.
    draft.i.familyAt = null;
    draft.i.silent = false;
    addFact(draft, 'speech', by, {});
  } else if (what === 'opened' && draft.i.talk) {
    addFact(draft, 'line_open', by, {});
  }
  settle(draft);
  return endDraft(draft);
}
