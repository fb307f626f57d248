import type {
  AssignmentState,
  ClosingCode,
  HandoffState,
  IncidentState,
  Owes,
  Priority,
  Queue,
  SupervisionMode,
} from '#contracts/incident.ts';

/** Who did something. `role` only for people. */
export interface Actor {
  kind: 'person' | 'device' | 'system' | 'partner';
  id: string | null;
  name: string;
  role?: string;
}

export const SYSTEM: Actor = { kind: 'system', id: null, name: '系统' };

/** An offer to one responder. Times in ms; `checkAt` is when we ask whether he is late. */
export interface Assignment {
  id: string;
  staffId: string;
  name: string;
  role: string;
  phone: string | null;
  state: AssignmentState;
  why: string;
  /** Minutes he is expected to need, as estimated when he was asked or as he said. */
  minutes: number;
  offeredAt: number;
  expiresAt: number | null;
  checkAt: number | null;
  etaAt: number | null;
  acceptedAt: number | null;
  departedAt: number | null;
  arrivedAt: number | null;
  endedAt: number | null;
  declineReason: string | null;
  /** Which wave of the asking this offer belongs to; null: an operator asked him. */
  wave: number | null;
  /** How far he was when asked, in a straight line; null: not known. */
  metres: number | null;
  /** How often he was not where he should have been: not gone, late, or there by his word alone. */
  misses: number;
  /** He is there by his word alone: when the desk is next asked to find out (ms). Null: something shows it, or he has not come. */
  proveBy: number | null;
}

export type HandoffTarget = '110' | '119' | '120' | 'hospital';

export interface Handoff {
  id: string;
  target: HandoffTarget;
  state: HandoffState;
  note: string | null;
  offeredAt: number;
  deadlineAt: number | null;
  caseNumber: string | null;
  seat: string | null;
  rejectReason: string | null;
  acceptedAt: number | null;
  endedAt: number | null;
}

/** A telephone call of this case, ordered by us; who was rung, and what became of it. */
export interface CaseCall {
  id: string;
  /** `family` a contact who is to come or be told · `offer` a responder, beside his page · `talk` whom the operator wants to speak to · `desk` her own telephone · `supervise` a supervisor's, who sits in. */
  purpose: 'family' | 'offer' | 'talk' | 'desk' | 'supervise';
  /** Contact, member of staff, resident or account. */
  party: string;
  name: string;
  /** The assignment that is offered; of a whisper, the desk's call that alone hears it. */
  ref: string | null;
  round: number;
  local: boolean;
  state:
    | 'waiting'
    | 'calling'
    | 'ringing'
    | 'answered'
    | 'connected'
    | 'accepted'
    | 'declined'
    | 'missed'
    | 'done'
    | 'cancelled';
  outcome: string | null;
  /** How soon he said he is there. */
  minutes: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** When it is given up although the telephone has said nothing (ms). */
  giveUpAt: number | null;
  /** Of `supervise`: how she sits in, as the network has confirmed it, and how she is to. */
  mode?: SupervisionMode | null;
  wants?: SupervisionMode;
}

/** Where the incident stands on its ladder. `step` is the next to take, `nextAt` when (ms); null while somebody owns it. */
export interface LadderPosition {
  version: number;
  step: number;
  round: number;
  since: number;
  nextAt: number | null;
}

/** A box to be told: the newest event it sent for this incident. */
export interface ToldDevice {
  id: string;
  lane: string;
  event: string | null;
}

/** The whole case, as the pure core sees it. Times in ms. Invariants: design.md, promises P2 and P3. */
export interface Incident {
  id: string;
  version: number;
  state: IncidentState;
  class: 'rescue' | 'household';
  queue: Queue;
  kind: string;
  priority: Priority;
  test: boolean;
  quiet: boolean;
  silent: boolean;
  source: 'press' | 'phone' | 'visit' | 'system';
  /** What further presses join by: `household:<id>`, `wearer:<resident>`, `device:<id>` or `hand:<id>`. */
  subject: string;
  regionPath: string | null;
  householdId: string | null;
  residentId: string | null;
  deviceId: string | null;
  position: { lat: number; lon: number; source: 'home' | 'device' } | null;
  openedAt: number;
  claimedAt: number | null;
  /** When the owner last did anything here. */
  attendedAt: number | null;
  remindedAt: number | null;
  resolvedAt: number | null;
  closedAt: number | null;
  deadlineAt: number | null;
  /** When the box is next told that we are still there. */
  updateAt: number | null;
  /** The earliest of all clocks of this case: when the sweep must look at it. */
  wakeAt: number | null;
  owes: Owes;
  ownerId: string | null;
  ownerName: string | null;
  code: ClosingCode | null;
  satisfied: 'yes' | 'no' | 'not_reached' | null;
  reason: string;
  summary: string | null;
  ladder: LadderPosition;
  /** The hands-free line: opened at, speech heard at (ms). */
  talk: { openedAt: number; heardAt: number | null } | null;
  devices: ToldDevice[];
  /** Stages that the boxes were told; each is told once, what comes again is an `update`. */
  stages: string[];
  pressCount: number;
  lastPressAt: number | null;
  areaId: string | null;
  linked: string[];
  /** Follow-up due (ms), set when resolved. */
  followUpAt: number | null;
  /** When the family is rung if nobody has spoken by then (ms); null: not to be, or begun. */
  familyAt: number | null;
  calls: CaseCall[];
  /** How many people must come. */
  needs: number;
  /** How far the asking has come: the last wave, and whether it has gone beyond the own street. */
  asking: { phase: number; reach: 'own' | 'next' };
  assignments: Assignment[];
  handoffs: Handoff[];
}

/** One line of history before it gets its number and hash. */
export interface Fact {
  kind: string;
  by: Actor;
  data: Record<string, unknown>;
}

/** Something to be done in the world, written down first. */
export interface NewIntent {
  id: string;
  kind: 'page' | 'call' | 'hang_up' | 'seat' | 'stop_recording' | 'message' | 'find_responder' | 'offer' | 'handoff';
  detail: Record<string, unknown>;
}

/** A sentence for the boxes of this case. */
export interface Tell {
  stage: 'claimed' | 'dispatched' | 'arrived' | 'resolved' | 'cancelled' | 'update';
  say: string;
  who: string | null;
  etaS: number | null;
}

/** An order for the boxes of this case. */
export interface BoxOrder {
  command: 'talk' | 'hang_up' | 'ring' | 'quiet';
  on: boolean;
}

/** What is to be written and done. */
export interface Decision {
  next: Incident;
  facts: Fact[];
  intents: NewIntent[];
  tells: Tell[];
  orders: BoxOrder[];
}
