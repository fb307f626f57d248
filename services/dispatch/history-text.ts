import type { Language } from '#platform/http.ts';
import { EN } from './history-en.ts';
import { ZH } from './history-zh.ts';

/** One line of history in words. A kind that no table knows is shown by its name rather than not at all. */
export function historyText(kind: string, data: Record<string, unknown>, language: Language): string {
  return (language === 'zh' ? ZH : EN)[kind]?.(data) ?? kind.replaceAll('_', ' ');
}
