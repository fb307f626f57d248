import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const MapCanvas = lazy(() => import('./map-canvas.tsx'));

/** The map's place; the map itself is fetched when it is first looked at. */
export function MapPanel(): ReactNode {
  const { t, i18n } = useTranslation();
  return (
    <section className="map" aria-label={t('map.title')}>
      <Suspense fallback={<p className="map-note grey">{t('map.loading')}</p>}>
        <MapCanvas key={i18n.language} />
      </Suspense>
    </section>
  );
}
