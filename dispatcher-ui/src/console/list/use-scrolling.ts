import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { HEAD_PX, ROW_PX, type Line } from './lines.ts';

/** Rows drawn beyond what is seen, so that a quick wheel shows no holes. */
const SPARE_PX = 6 * ROW_PX;

export interface Scrolling {
  scroller: RefObject<HTMLDivElement | null>;
  pinnedPart: RefObject<HTMLDivElement | null>;
  /** How far the list lies below the pinned part, px. */
  padTop: number;
  /** Which part of the content must be drawn, px. */
  range: { from: number; to: number };
  onScroll(): void;
}

/**
 * Which part of the list is seen. When the pinned part above it grows while the list is held, or while it is scrolled,
 * it scrolls along, so that what was seen stays where it was. The row that is opened by keyboard is brought in.
 */
export function useScrolling(
  pinnedCount: number,
  lines: readonly Line[],
  openId: string | null,
  holding: boolean,
): Scrolling {
  const scroller = useRef<HTMLDivElement>(null);
  const pinnedPart = useRef<HTMLDivElement>(null);
  const lastPad = useRef(0);
  const scrolledAlong = useRef(0);
  const newest = useRef({ lines, padTop: 0 });
  const [range, setRange] = useState({ from: 0, to: 2_000 });
  const [padTop, setPadTop] = useState(0);

  const measure = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const from = Math.floor((box.scrollTop - SPARE_PX) / ROW_PX) * ROW_PX;
    const to = Math.ceil((box.scrollTop + box.clientHeight + SPARE_PX) / ROW_PX) * ROW_PX;
    setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
  }, []);

  useLayoutEffect(() => setPadTop(pinnedPart.current?.offsetHeight ?? 0), [pinnedCount]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const watch = new ResizeObserver(() => {
      setPadTop(pinnedPart.current?.offsetHeight ?? 0);
      measure();
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, [measure]);

  useLayoutEffect(() => {
    const box = scroller.current;
    const by = padTop - lastPad.current;
    lastPad.current = padTop;
    if (box && by !== 0 && (box.scrollTop > 0 || holding)) {
      box.scrollTop += by;
      if (holding) scrolledAlong.current += by;
    }
    measure();
  }, [padTop, holding, measure]);

  // The pointer has gone: back to where it would be had it never been here.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (holding || !box || scrolledAlong.current === 0) return;
    box.scrollTop -= scrolledAlong.current;
    scrolledAlong.current = 0;
  }, [holding]);

  useEffect(() => {
    newest.current = { lines, padTop };
  });
  useEffect(() => {
    const box = scroller.current;
    const line = newest.current.lines.find((one) => one.id === openId);
    if (!box || !line) return;
    if (line.top < box.scrollTop) box.scrollTop = Math.max(0, line.top - HEAD_PX);
    const bottom = line.top + newest.current.padTop + ROW_PX;
    if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }, [openId]);

  return { scroller, pinnedPart, padTop, range, onScroll: measure };
}
