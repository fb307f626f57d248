import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, Navigate, RouterProvider } from 'react-router';
import { z } from 'zod';
import './theme/tokens.css';
import './theme/base.css';
import { startTheme } from './theme/theme.ts';

// zod's compiled parsers need eval, which the content security policy forbids; asking for it would be a console error.
z.config({ jitless: true });
startTheme();

const ConsolePage = lazy(() => import('./console/console-page.tsx'));
const DevicePage = lazy(() => import('./device/device-page.tsx'));
const FamilyPage = lazy(() => import('./family/family-page.tsx'));
const DeskPage = lazy(() => import('./desk/desk-page.tsx'));
const PacketPage = lazy(() => import('./desk/packet-page.tsx'));
const VendorPage = lazy(() => import('./vendor/vendor-page.tsx'));
const FieldPage = lazy(() => import('./field/field-page.tsx'));
const OrdersPage = lazy(() => import('./orders/orders-page.tsx'));
const PhonesPage = lazy(() => import('./phones/phones-page.tsx'));
const AdminPage = lazy(() => import('./admin/admin-page.tsx'));
const SetupPage = lazy(() => import('./setup/setup-page.tsx'));

const router = createBrowserRouter([
  { path: '/', element: <ConsolePage /> },
  { path: '/device', element: <DevicePage /> },
  { path: '/family/:token', element: <FamilyPage /> },
  { path: '/desk', element: <DeskPage /> },
  { path: '/packet', element: <PacketPage /> },
  { path: '/vendor', element: <VendorPage /> },
  { path: '/field', element: <FieldPage /> },
  { path: '/orders', element: <OrdersPage /> },
  { path: '/phones', element: <PhonesPage /> },
  { path: '/admin', element: <AdminPage /> },
  { path: '/setup', element: <SetupPage /> },
  { path: '*', element: <Navigate to="/" replace /> },
]);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Suspense fallback={null}>
      <RouterProvider router={router} />
    </Suspense>
  </StrictMode>,
);
