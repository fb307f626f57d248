/** Chinese first; English at a switch. The choice stays on this computer. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { zh } from './zh.ts';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: typeof zh };
  }
}

const KEY = 'language';
const stored = localStorage.getItem(KEY);

await i18next.use(initReactI18next).init({
  lng: LANGUAGES.find((one) => one === stored) ?? 'zh-CN',
  fallbackLng: 'zh-CN',
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { 'zh-CN': { translation: zh }, en: { translation: en } },
});
document.documentElement.lang = i18next.language;

/** Changes the language of the page, and of what the server words for us, and keeps the choice. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

/** A text by a key put together at run time (`kind.${type}`), or `otherwise` when there is none. */
export function textOr(key: string, otherwise: string): string {
  return i18next.t(key, otherwise);
}
