import { Problem } from '#kernel/errors.ts';
import type { App } from './routes.ts';

/** Escapes that may stand for text which is no text: U+0000, or half a surrogate pair. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/**
 * JSON and nothing else, unless a route brings its own parser. No body is no body (also with a content type, as many
 * clients send it); text that Postgres can't hold is refused here, since it would be stored as something else.
 */
export function installBodies(app: App): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined);
    void parse(request, text as string, (error, body) => {
      if (error) return done(new Problem('invalid_request', { detail: '不是完整的 JSON | Not well-formed JSON' }));
      if (SUSPICIOUS.test(text as string) && !isStorable(body)) {
        return done(
          new Problem('invalid_request', { detail: '含有不是文字的字符 | It holds characters that are no text' }),
        );
      }
      done(null, body);
    });
  });
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
  return true;
}
