import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { useStore } from '../../ui/store.ts';
import { view } from '../view.ts';
import type { Arrangement } from './arrange.ts';

/** The pointer may rest on the list this long before the list takes up its new order after all. */
const REST_MS = 15_000;
/** Stands in the old place of a call that has moved to the pinned part meanwhile. */
const HOLE = 'hole:';

/** Whether a line of a held list is only the place where a call stood. */
export function isHole(id: string): boolean {
  return id.startsWith(HOLE);
}

export interface Held {
  shown: Arrangement;
  /** New calls that wait to be shown because something is under the pointer. */
  pending: number;
  /** The pointer is here, or a menu is open. */
  holding: boolean;
  release(): void;
  pointer: { onPointerMove(event: PointerEvent): void; onPointerLeave(): void };
}

/**
 * Keeps the order of the list as it is while the pointer is over it or a menu is open: nothing may jump under the hand.
 * Asking for another `filter` is asking for another order. A red one is shown at once all the same; it goes to the end of the pinned part, and the list below does not move.
 */
export function useHeld(target: Arrangement, filter: string): Held {
  const menu = useStore(view, (value) => value.menu || value.panel !== null);
  const [inside, setInside] = useState(false);
  const [frozen, setFrozen] = useState<Arrangement | null>(null);
  const [heldFilter, setHeldFilter] = useState(filter);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const holding = inside || menu;

  useEffect(() => () => clearTimeout(rest.current), []);

  // Frozen at the moment the holding begins, and given up as soon as it ends.
  if (holding && frozen === null) setFrozen(target);
  if (!holding && frozen !== null) setFrozen(null);
  if (filter !== heldFilter) {
    setHeldFilter(filter);
    setFrozen(holding ? target : null);
  }

  const shown = useMemo(() => (frozen === null ? target : merge(frozen, target)), [frozen, target]);
  const pending = useMemo(() => (frozen === null ? 0 : missing(shown, target)), [frozen, shown, target]);

  return {
    shown,
    pending,
    holding,
    release: () => setFrozen(target),
    pointer: {
      onPointerMove(event) {
        if (event.pointerType === 'touch') return;
        clearTimeout(rest.current);
        rest.current = setTimeout(() => setInside(false), REST_MS);
        if (!inside) setInside(true);
      },
      onPointerLeave() {
        clearTimeout(rest.current);
        setInside(false);
      },
    },
  };
}

/** The old places, with new red ones added at the end of the pinned part. */
function merge(frozen: Arrangement, target: Arrangement): Arrangement {
  const added = target.red.filter((id) => !frozen.red.includes(id));
  if (added.length === 0) return frozen;
  const red = new Set(added);
  const without = (list: readonly string[]) => list.map((id) => (red.has(id) ? `${HOLE}${id}` : id));
  return {
    red: [...frozen.red, ...added],
    waiting: without(frozen.waiting),
    active: without(frozen.active),
    done: without(frozen.done),
  };
}

function missing(shown: Arrangement, target: Arrangement): number {
  const there = new Set([...shown.red, ...shown.waiting, ...shown.active, ...shown.done]);
  return [...target.waiting, ...target.active].filter((id) => !there.has(id)).length;
}
