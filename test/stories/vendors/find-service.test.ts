import { expect, it } from 'vitest';
import { CATALOGUE } from '#vendors/demo/catalogue.ts';
import { findServices } from '../../../dispatcher-ui/src/console/work-order/find-service.ts';

const services = CATALOGUE.map(({ fen, ...one }) => ({ ...one, priceFen: fen }));
const names = (typed: string): string[] => findServices(services, typed).map((one) => one.name);

it('a service is found by initials, by characters and in English', () => {
  expect(names('sl')[0]).toBe('水龙头漏水');
  expect(names('SLT')).toEqual(['水龙头漏水']);
  expect(names('疏通')).toEqual(['管道疏通']);
  expect(names('leak')).toEqual(['水龙头漏水']);
  expect(names('zzz')).toEqual([]);
});

it('before anything is typed the common ones are shown, nine at most', () => {
  expect(names('')).toHaveLength(9);
  expect(names('s').length).toBeLessThanOrEqual(9);
});

it('no two services of the catalogue share all their initials and the first character', () => {
  expect(new Set(services.map((one) => one.pinyin + one.name[0])).size).toBe(services.length);
});
