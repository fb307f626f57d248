import type { Arrangement } from './arrange.ts';

export const ROW_PX = 64;
export const HEAD_PX = 30;

/** One line of the list: a call, or the head of a part. `top` in px from the first line. */
export interface Line {
  key: string;
  top: number;
  id: string | null;
  head: { words: 'list.waiting' | 'list.active' | 'list.done'; count: number } | null;
}

/** Where each line lies; the pinned part is laid out on its own. */
export function layOut(shown: Arrangement): { lines: Line[]; height: number } {
  const lines: Line[] = [];
  let top = 0;
  for (const name of ['waiting', 'active', 'done'] as const) {
    const ids = shown[name];
    if (ids.length === 0) continue;
    lines.push({ key: `head-${name}`, top, id: null, head: { words: `list.${name}`, count: ids.length } });
    top += HEAD_PX;
    for (const id of ids) {
      lines.push({ key: id, top, id, head: null });
      top += ROW_PX;
    }
  }
  return { lines, height: top };
}
