import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useStore } from '../ui/store.ts';
import { openShopDesk, type ShopDesk, type ShopState } from './shop-desk.ts';

const DeskContext = createContext<ShopDesk | null>(null);

/** Opens the shop's desk for as long as it is on the page. */
export function ShopDeskProvider({ children }: { children: ReactNode }): ReactNode {
  const [desk, setDesk] = useState<ShopDesk | null>(null);
  useEffect(() => {
    const opened = openShopDesk();
    setDesk(opened);
    return () => opened.stop();
  }, []);
  return desk && <DeskContext value={desk}>{children}</DeskContext>;
}

export function useShopDesk(): ShopDesk {
  const desk = use(DeskContext);
  if (!desk) throw new Error('outside the shop desk');
  return desk;
}

export function useShop<R>(pick: (state: ShopState) => R): R {
  return useStore(useShopDesk().store, pick);
}

/** Server time, ms, anew every second. */
export function useServerNow(): number {
  const { clock } = useShopDesk();
  return useSyncExternalStore(
    (tell) => clock.onSecond(tell),
    () => Math.floor(clock.now() / 1_000) * 1_000,
  );
}

/** 5000 → 50, 5050 → 50.50 */
export function yuan(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2);
}

/** What somebody typed as yuan, in fen; null when it is no amount. */
export function fenOf(text: string): number | null {
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text.trim())) return null;
  return Math.round(Number(text) * 100);
}
