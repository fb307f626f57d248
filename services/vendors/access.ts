import type { Role } from '#contracts/session.ts';
import type { Viewer } from '#platform/access.ts';
import type { Recorders } from '#registry/scope.ts';
import type { BookingDeps } from './booking.ts';
import type { Orders } from './orders.ts';
import { shopOf } from './people.ts';
import type { ViewsDeps } from './views.ts';

/** What the routes of vendors are given at wiring. */
export interface VendorRoutesDeps extends ViewsDeps, BookingDeps {
  orders: Orders;
  recordAudit: Recorders['recordAudit'];
}

/** Who looks at shops and orders; vendors see their own only. */
export const READERS: readonly Role[] = ['operator', 'supervisor', 'admin', 'auditor', 'vendor'];
export const DESK: readonly Role[] = ['operator', 'supervisor'];

/** The shop of a vendor; null for everybody else. */
export async function ownShopOf(deps: Pick<VendorRoutesDeps, 'db'>, viewer: Viewer): Promise<string | null> {
  return viewer.role === 'vendor' ? (await shopOf(deps.db, viewer.staffId)).id : null;
}
