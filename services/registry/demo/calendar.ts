export interface CalendarDay {
  day: string;
  kind: 'holiday' | 'workday';
  name: string;
}

/**
 * 2026 as announced by the State Council (国办发明电〔2025〕7号, as best known). 2027 has only the statutory days of the
 * regulation of 2024 (13 a year): the exchanged days are announced each November and set by the administrator.
 */
const SPANS: readonly (readonly [string, number, string])[] = [
  ['2026-01-01', 3, '元旦'],
  ['2026-02-15', 9, '春节'],
  ['2026-04-04', 3, '清明节'],
  ['2026-05-01', 5, '劳动节'],
  ['2026-06-19', 3, '端午节'],
  ['2026-09-25', 3, '中秋节'],
  ['2026-10-01', 7, '国庆节'],
  ['2027-01-01', 1, '元旦'],
  ['2027-02-05', 4, '春节'],
  ['2027-04-05', 1, '清明节'],
  ['2027-05-01', 2, '劳动节'],
  ['2027-06-09', 1, '端午节'],
  ['2027-09-15', 1, '中秋节'],
  ['2027-10-01', 3, '国庆节'],
];

const WORKED: readonly (readonly [string, string])[] = [
  ['2026-01-04', '元旦调休'],
  ['2026-02-14', '春节调休'],
  ['2026-02-28', '春节调休'],
  ['2026-05-09', '劳动节调休'],
  ['2026-09-20', '国庆节调休'],
  ['2026-10-10', '国庆节调休'],
];

/** Public holidays and worked weekend days of 2026 and 2027. */
export function holidays(): CalendarDay[] {
  const free = SPANS.flatMap(([start, days, name]) =>
    Array.from({ length: days }, (_, i) => ({
      day: new Date(Date.parse(`${start}T00:00:00Z`) + i * 86_400_000).toISOString().slice(0, 10),
      kind: 'holiday' as const,
      name,
    })),
  );
  return [...free, ...WORKED.map(([day, name]) => ({ day, kind: 'workday' as const, name }))];
}
