import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import { fetchDetail } from '../../api/incidents.ts';
import { useDesk, useIncident, useIsLive } from '../live/use-live.tsx';

/** Running through the list with J and K is no look at a resident: only what stays open this long is asked for. */
const LOOK_AFTER_MS = 200;

export interface Detail {
  detail: WireIncidentDetail | undefined;
  error: Error | null;
}

/** The whole incident, asked again whenever the list knows a newer version. The server records each look. */
export function useDetail(id: string | null): Detail {
  const { live } = useDesk();
  const { i18n } = useTranslation();
  const isLive = useIsLive();
  const version = useIncident(id)?.version;
  const [settled, setSettled] = useState<string | null>(null);

  useEffect(() => {
    const timer = setTimeout(() => setSettled(id), LOOK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [id]);

  const query = useQuery({
    queryKey: ['incident', id, i18n.language],
    queryFn: async ({ signal }) => {
      const detail = await fetchDetail(id!, signal);
      live.put(detail);
      return detail;
    },
    enabled: id !== null && settled === id && isLive,
    staleTime: 5_000,
    refetchOnMount: 'always',
  });

  const { refetch, data } = query;
  const known = data?.version;
  const listed = version !== undefined;
  const wasListed = useRef<string | null>(null);
  useEffect(() => {
    // It has left the list while it was open here: how did it end?
    if (!listed && id !== null && wasListed.current === id && isLive) void refetch({ cancelRefetch: false });
    wasListed.current = listed ? id : null;
  }, [listed, id, isLive, refetch]);
  useEffect(() => {
    if (isLive && version !== undefined && known !== undefined && known < version)
      void refetch({ cancelRefetch: false });
  }, [version, known, isLive, refetch]);

  return { detail: data?.id === id ? data : undefined, error: query.error };
}
