/**
 * The keyboard of the desk. Layers lie on each other: the newest that knows a key takes it, and one that is `exclusive`
 * lets nothing through to those below. Inert in fields, in menus and in windows, except Esc, which leaves the field.
 */
import { useEffect, useRef } from 'react';

export type KeyMap = Readonly<Record<string, (() => void) | undefined>>;

interface Layer {
  keys: () => KeyMap;
  exclusive: boolean;
}

const layers: Layer[] = [];
/** Keys that may be held down. */
const REPEATING = new Set(['j', 'k', 'arrowdown', 'arrowup']);

/** `r`, `enter`, `escape`, `space`, `arrowdown`, `1`, `?`, `/`. With an input method on, the printed letter is taken. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (event.key === ' ') return 'space';
  if (event.key === 'Process' || event.key === 'Unidentified')
    return event.code.replace(/^(Key|Digit|Numpad)/, '').toLowerCase();
  if (event.key === '?') return '?';
  return event.key === '/' ? '/' : event.key.toLowerCase();
}

/** Where something is typed, so that keys mean letters. */
export function isField(target: Element): boolean {
  return target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const name = keyName(event);
  if (isField(target)) {
    if (name === 'escape' && target instanceof HTMLElement) target.blur();
    return;
  }
  if (target.closest('.ant-modal, .ant-dropdown, .ant-select-dropdown, [role="menu"]')) return;
  if ((name === 'enter' || name === 'space') && target.closest('button, a, [role="tab"]')) return;
  if (event.repeat && !REPEATING.has(name)) return;
  for (const layer of [...layers].reverse()) {
    const act = layer.keys()[name];
    if (act) {
      event.preventDefault();
      act();
      return;
    }
    if (layer.exclusive) return;
  }
}

/** A button that was clicked gives the focus back, so that ⏎ means the next step again. Tabbing to it is not touched. */
function onClick(event: MouseEvent): void {
  if (event.detail === 0) return;
  const active = document.activeElement;
  if (active instanceof HTMLButtonElement && !active.closest('.ant-modal')) active.blur();
}

/** Listens while the desk is on the page; returns how to stop. */
export function startKeyboard(): () => void {
  document.addEventListener('keydown', onKeyDown);
  document.addEventListener('click', onClick);
  return () => {
    document.removeEventListener('keydown', onKeyDown);
    document.removeEventListener('click', onClick);
  };
}

/** Lays `keys` on the keyboard while the component is there and `active`. */
export function useKeys(keys: KeyMap, options: { exclusive?: boolean; active?: boolean } = {}): void {
  const { exclusive = false, active = true } = options;
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    if (!active) return;
    const layer: Layer = { keys: () => newest.current, exclusive };
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, [active, exclusive]);
}
