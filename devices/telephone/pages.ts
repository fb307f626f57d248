/** Pages as Twilio cuts them: `PageSize` 50 unless said, 1,000 at most, the next one as an address. */
export function page<T>(
  asked: { parameters: URLSearchParams; url: URL },
  name: string,
  all: readonly T[],
  show: (each: T) => unknown,
): { status: number; body: unknown } {
  const size = Math.min(1_000, Math.max(1, Number(asked.parameters.get('PageSize') ?? 50)));
  const number = Number(asked.parameters.get('Page') ?? 0);
  const address = (to: number): string => {
    const query = new URLSearchParams(asked.parameters);
    query.set('PageSize', String(size));
    query.set('Page', String(to));
    return `${asked.url.pathname}?${query.toString()}`;
  };
  const items = all.slice(number * size, (number + 1) * size);
  return {
    status: 200,
    body: {
      [name]: items.map(show),
      page: number,
      page_size: size,
      start: number * size,
      end: number * size + items.length - 1,
      uri: address(number),
      first_page_uri: address(0),
      next_page_uri: (number + 1) * size < all.length ? address(number + 1) : null,
      previous_page_uri: number > 0 ? address(number - 1) : null,
    },
  };
}
