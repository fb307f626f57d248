/** Light by day, dark by night: by hand or by the hour. The choice stays on this computer. */
import { useSyncExternalStore } from 'react';

export const THEME_CHOICES = ['light', 'dark', 'auto'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];
export type Theme = 'light' | 'dark';

const KEY = 'theme';
const DAY_FROM_HOUR = 7;
const DAY_TO_HOUR = 19;

let choice: ThemeChoice = read();
let theme: Theme = themeOf(choice);
const listeners = new Set<() => void>();

function read(): ThemeChoice {
  const stored = localStorage.getItem(KEY);
  return THEME_CHOICES.find((one) => one === stored) ?? 'auto';
}

/** The theme for a choice: `auto` is light from 7 to 19 o'clock of the computer's own clock. */
function themeOf(of: ThemeChoice): Theme {
  if (of !== 'auto') return of;
  const hour = new Date().getHours();
  return hour >= DAY_FROM_HOUR && hour < DAY_TO_HOUR ? 'light' : 'dark';
}

function apply(): void {
  theme = themeOf(choice);
  document.documentElement.dataset.theme = theme;
  for (const tell of listeners) tell();
}

/** Puts the theme on the page and looks at the clock every minute; called once. */
export function startTheme(): void {
  apply();
  setInterval(() => {
    if (themeOf(choice) !== theme) apply();
  }, 60_000);
}

/** Changes the choice and keeps it. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  localStorage.setItem(KEY, next);
  apply();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** What is shown now. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => theme);
}

/** What was chosen. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}
