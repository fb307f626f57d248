import type { ShopChoice } from './order.ts';

/** A shop that covers the place, has the skill, is open and has capacity. `rating` 1–5, null before the first. */
export interface ShopNear {
  shopId: string;
  name: string;
  lat: number;
  lon: number;
  rating: number | null;
  ratings: number;
  busy: number;
  capacity: number;
}

/** What a shop without ratings is taken for. */
const UNKNOWN_RATING = 4;
/** A star is worth so many minutes of way. */
const MINUTES_PER_STAR = 10;
const UNKNOWN_METRES = 2_000;

/** By e-bike: 15 km/h on 1.3 times the straight line, and 5 minutes to get going. */
export function minutesOfWay(metres: number): number {
  return Math.ceil(5 + (metres * 1.3) / 250);
}

/**
 * Nearest and best rated first: minutes of way, less ten for each star above four, more for what it has in hand already.
 * Equal ones by id, so that the order is always the same. `metresTo` null where the home's place is not known.
 */
export function rankShops(shops: readonly ShopNear[], metresTo: ((shop: ShopNear) => number) | null): ShopChoice[] {
  return shops
    .map((shop) => {
      const metres = metresTo === null ? UNKNOWN_METRES : metresTo(shop);
      const minutes = minutesOfWay(metres);
      const rating = shop.rating ?? UNKNOWN_RATING;
      const worth = minutes - (rating - UNKNOWN_RATING) * MINUTES_PER_STAR + (shop.busy / shop.capacity) * 5;
      return { shop, minutes, worth, metres };
    })
    .toSorted((a, b) => a.worth - b.worth || a.shop.shopId.localeCompare(b.shop.shopId))
    .map(({ shop, minutes, metres }) => ({
      shopId: shop.shopId,
      name: shop.name,
      minutes,
      why: [
        metresTo === null
          ? null
          : metres < 1000
            ? `${Math.round(metres / 10) * 10}米`
            : `${(metres / 1000).toFixed(1)}公里`,
        shop.rating === null ? '新店' : `${shop.rating.toFixed(1)}分`,
        shop.busy > 0 ? `手上 ${shop.busy} 单` : '手上没活',
      ]
        .filter((part) => part !== null)
        .join('、'),
    }));
}
