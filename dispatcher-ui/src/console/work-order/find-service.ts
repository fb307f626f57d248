import type { WireService } from '#contracts/vendors.ts';

/** What is asked for most, shown before anything is typed. */
const COMMON = ['tap_leak', 'drain', 'lamp', 'electrics', 'appliance', 'lock', 'daily_cleaning', 'meal', 'medicine'];
const SHOWN = 9;

/**
 * Services for what was typed: pinyin initials from the beginning first (`sl` → 水龙头漏水), then characters anywhere,
 * then initials anywhere; nine at most, in the order of the catalogue. Nothing typed: the common ones.
 */
export function findServices(services: readonly WireService[], typed: string): WireService[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return COMMON.flatMap((code) => services.filter((one) => one.code === code));
  const rank = (one: WireService): number => {
    if (one.pinyin.startsWith(text) || one.name.startsWith(text)) return 0;
    if (one.name.includes(text) || one.english.toLowerCase().includes(text)) return 1;
    return one.pinyin.includes(text) ? 2 : 3;
  };
  return [0, 1, 2].flatMap((wanted) => services.filter((one) => rank(one) === wanted)).slice(0, SHOWN);
}
