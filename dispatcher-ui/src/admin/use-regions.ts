import { useQuery } from '@tanstack/react-query';
import type { WireRegion } from '#contracts/registry.ts';
import { fetchRegions } from '../api/regions.ts';

/** Cities, districts and streets that one may see; none while they are asked for. */
export function useRegions(): WireRegion[] {
  const regions = useQuery({
    queryKey: ['regions', 'admin'],
    queryFn: async () =>
      (await Promise.all(['city', 'district', 'street'].map((level) => fetchRegions(level, '', false)))).flat(),
  });
  return regions.data ?? [];
}
