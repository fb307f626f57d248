import { useQuery } from '@tanstack/react-query';
import type { WireIncident } from '#contracts/incident.ts';
import type { WireOrder } from '#contracts/vendors.ts';
import { useIsLive } from '../live/use-live.tsx';
import { fetchOrders } from './api.ts';

/** The server says when something has changed; this is for what it said while nobody heard. */
const FALLBACK_MS = 30_000;

/** The work orders of a household case, the newest first; undefined while they are asked for, and for every other case. */
export function useOrders(incident: WireIncident | undefined): readonly WireOrder[] | undefined {
  const isLive = useIsLive();
  const id = incident?.id ?? '';
  const orders = useQuery({
    queryKey: ['work-orders', id],
    queryFn: () => fetchOrders(id),
    enabled: incident?.class === 'household' && isLive,
    refetchInterval: (query) => (query.state.data?.some(isMoving) ? FALLBACK_MS : false),
    staleTime: 0,
  });
  return incident?.class === 'household' ? orders.data : undefined;
}

function isMoving(order: WireOrder): boolean {
  return order.state !== 'settled' && order.state !== 'cancelled';
}
