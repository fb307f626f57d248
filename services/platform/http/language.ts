export type Language = 'zh' | 'en';

/**
 * The language of an answer, from Accept-Language (RFC 9110 §12.5.4): English only where it is asked for before
 * Chinese; Chinese otherwise.
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  let zh = 0;
  let en = 0;
  for (const part of (acceptLanguage ?? '').split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const q = parameters.map((text) => text.trim()).find((text) => text.startsWith('q='));
    const weight = q === undefined ? 1 : Number.parseFloat(q.slice(2)) || 0;
    if (tag === 'zh' || tag.startsWith('zh-')) zh = Math.max(zh, weight);
    if (tag === 'en' || tag.startsWith('en-')) en = Math.max(en, weight);
  }
  return en > zh ? 'en' : 'zh';
}

/** One text that holds both languages as `中文 | English`; the part asked for, or the whole where it has no bar. */
export function pick(text: string, language: Language): string {
  const bar = text.indexOf(' | ');
  if (bar < 0) return text;
  return language === 'zh' ? text.slice(0, bar) : text.slice(bar + 3);
}
