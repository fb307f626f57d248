/** Short words about what just happened, with a key to undo it where that is safe. */
import { createStore } from '../ui/store.ts';

export interface Toast {
  key: number;
  tone: 'plain' | 'amber' | 'red';
  text: string;
  undo: (() => void) | null;
  /** The incident it speaks of, to be opened. */
  incident: string | null;
}

const STAY_MS = 6_000;
const UNDO_MS = 5_000;
const SHOWN = 3;

export const toasts = createStore<{ items: readonly Toast[] }>({ items: [] });
let next = 0;

/** Shows `text`; an undo is offered for five seconds, then the toast goes. The same text twice is one toast. */
export function toast(
  text: string,
  options: { tone?: Toast['tone']; undo?: () => void; incident?: string | null } = {},
): void {
  next += 1;
  const key = next;
  const items = toasts.get().items.filter((one) => one.text !== text);
  const added: Toast = {
    key,
    tone: options.tone ?? 'plain',
    text,
    undo: options.undo ?? null,
    incident: options.incident ?? null,
  };
  toasts.set({ items: [...items, added].slice(-SHOWN) });
  setTimeout(() => removeToast(key), options.undo ? UNDO_MS : STAY_MS);
}

export function removeToast(key: number): void {
  toasts.set({ items: toasts.get().items.filter((one) => one.key !== key) });
}

/** Another step was taken: what was done before it can no longer be undone by one key. */
export function forgetUndo(): void {
  toasts.set({ items: toasts.get().items.filter((one) => one.undo === null) });
}

/** Undoes the newest thing that can be undone. */
export function undoLast(): void {
  const last = toasts.get().items.findLast((one) => one.undo !== null);
  if (!last) return;
  removeToast(last.key);
  last.undo?.();
}
