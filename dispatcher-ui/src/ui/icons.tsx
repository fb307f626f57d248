/** The few pictures of the product, drawn as lines on a 24 × 24 field. Always beside a word. */
import type { ReactNode } from 'react';

const SHAPES = {
  alarm: <path d="M12 3v2M5 6l1.4 1.4M19 6l-1.4 1.4M7 19v-5a5 5 0 0 1 10 0v5M4 19h16" />,
  medical: <path d="M12 5v14M5 12h14" />,
  home: <path d="M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6" />,
  phone: <path d="M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z" />,
  walk: <path d="M13 4.5a1.2 1.2 0 1 0 0-.1M9 21l2.5-5.5L9.5 13l1-5 3 2.5 3 1M10.5 8L7 10v3M12 15l3 2 1 4" />,
  check: <path d="M4.5 12.5l5 5L20 7" />,
  clock: <path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17zM12 7v5l3.5 2" />,
  key: <path d="M8 11a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM11 12l9-9M16 7l3 3" />,
  bold: <path d="M12 4L2.5 20h19zM12 10v4.5M12 17.2v.3" />,
  ear: <path d="M7 10a5.5 5.5 0 1 1 10 3c-1 1.4-2.5 2-2.5 4a3.5 3.5 0 0 1-6 2.4M10 10a2.5 2.5 0 0 1 4.8.8" />,
  speaker: <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" />,
  mute: <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5" />,
  note: <path d="M5 4h14v16H5zM8.5 9h7M8.5 13h7M8.5 17h4" />,
  up: <path d="M12 19V5M6 11l6-6 6 6" />,
  dot: <path d="M12 10.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 1 0 0-3z" />,
  device: <path d="M6 3.5h12v17H6zM12 8a3 3 0 1 0 0 6 3 3 0 1 0 0-6zM10 17.5h4" />,
  person: <path d="M12 4a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM4.5 20.5c.6-4 3.6-6 7.500-6s6.900 2 7.500 6" />,
  search: <path d="M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 1 0 0-13zM15.500 15.500L21 21" />,
  down: <path d="M6 9.500l6 6 6-6" />,
  map: <path d="M9 4L3.500 6.500v13.500L9 17.500l6 2.500 5.500-2.500V4L15 6.500zM9 4v13.500M15 6.500V20" />,
  sun: (
    <path d="M12 8a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400" />
  ),
  moon: <path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z" />,
  link: (
    <path d="M9.500 14.500l5-5M8 11l-2.500 2.500a3.500 3.500 0 0 0 5 5L13 16M16 13l2.500-2.500a3.500 3.500 0 0 0-5-5L11 8" />
  ),
  line: <path d="M4 12h3l2-6 3 12 3-9 2 3h3" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

/** One picture; it says nothing to a screen reader, the word beside it does. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}
