import type { ENTRY_WAYS } from '#contracts/field.ts';
import { addFact, addIntent, Refusal, type Draft } from './draft.ts';
import { SYSTEM, type Actor, type Assignment } from './incident.ts';
import { isEnded, isLiveAssignment } from './states.ts';

/** How somebody got in. */
type EntryWay = (typeof ENTRY_WAYS)[number];

/** Forced entry is witnessed. */
const FORCED: readonly EntryWay[] = ['locksmith', '110', '119'];
/** Whoever stands before a closed door is asked after again so soon, ms. */
const OUTSIDE_MS = 300_000;

/** At the door nobody answers and there is no key. */
export interface NoEntry {
  type: 'no_entry';
  assignment: string;
  note?: string | undefined;
}

/** They are in. `witness`: who of the community stood by; `authorised`: who agreed. */
export interface Entered {
  type: 'entered';
  assignment: string;
  how: EntryWay;
  witness?: string | undefined;
  authorised?: string | undefined;
}

/** He sent a photo; `photo`: its id. */
export interface Photo {
  type: 'photo';
  assignment: string;
  photo: string;
}

/** What a responder tells from the door. */
export type DoorNews = Omit<NoEntry, 'assignment'> | Omit<Entered, 'assignment'> | Omit<Photo, 'assignment'>;

/** A photo from the way or the door belongs to the case. */
export function notePhoto(draft: Draft, command: Photo, by: Actor): void {
  const a = draft.i.assignments.find((one) => one.id === command.assignment);
  if (!a || !isLiveAssignment(a.state) || a.state === 'offered')
    throw new Refusal(
      'not_allowed_in_state',
      '接单以后、办完以前才能传照片 | Photos belong between accepting and finishing',
    );
  addFact(draft, 'photo', by, { assignment: a.id, who: a.name, photo: command.photo });
}

/**
 * Nobody opens and there is no key: a step of its own. Who owns the case sees how the resident wants to be entered (key,
 * code, who may agree) and calls 110 or 119; it is asked again every five minutes, and without an owner 119 is called.
 */
export function reportNoEntry(draft: Draft, command: NoEntry, by: Actor): void {
  const a = atTheDoor(draft, command.assignment);
  a.checkAt = draft.now + OUTSIDE_MS;
  addFact(draft, 'no_entry', by, { assignment: a.id, who: a.name, note: command.note ?? null });
  pageFor(draft, 'no_entry');
}

/** They are in. Throws `Refusal` for a forced door without a witness from the community and somebody who agreed. */
export function reportEntered(draft: Draft, command: Entered, by: Actor): void {
  const a = atTheDoor(draft, command.assignment);
  if (FORCED.includes(command.how) && !(command.witness && command.authorised))
    throw new Refusal(
      'invalid_fields',
      '破门开锁要有社区的人在场见证,并写明谁同意的 | Opening a door by force wants a witness of the community and who agreed to it',
    );
  a.checkAt = null;
  addFact(draft, 'entered', by, {
    assignment: a.id,
    who: a.name,
    how: command.how,
    witness: command.witness ?? null,
    authorised: command.authorised ?? null,
  });
}

/** Still before the door: whose case it is hears it again. True when 119 is to be called, because nobody owns the case. */
export function stillOutside(draft: Draft, a: Assignment): boolean {
  a.checkAt = draft.now + OUTSIDE_MS;
  addFact(draft, 'still_outside', SYSTEM, { assignment: a.id, who: a.name });
  pageFor(draft, 'no_entry');
  return draft.i.ownerId === null;
}

function pageFor(draft: Draft, why: string): void {
  const { ownerId } = draft.i;
  addIntent(draft, 'page', { who: ownerId === null ? 'supervisors' : 'owner', owner: ownerId, why });
}

function atTheDoor(draft: Draft, id: string): Assignment {
  const a = draft.i.assignments.find((one) => one.id === id);
  if (!a) throw new Refusal('not_found', '没有这一单 | There is no such offer');
  if (a.state !== 'on_scene' || isEnded(draft.i.state))
    throw new Refusal('not_allowed_in_state', '到了门口才能报进不去或已进门 | That can be said at the door only');
  return a;
}
