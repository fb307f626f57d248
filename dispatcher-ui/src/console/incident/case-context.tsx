import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import type { WireOrder } from '#contracts/vendors.ts';
import { ApiError } from '../../api/http.ts';
import { useStore } from '../../ui/store.ts';
import type { ShownIncident } from '../live/reading.ts';
import { useDesk, useIncident, useIsLive } from '../live/use-live.tsx';
import { view } from '../view.ts';
import { orderNextOf, type OrderNext } from '../work-order/order-step.ts';
import { useOrders } from '../work-order/use-orders.ts';
import { actionsOf, isWaiting, type ActionId } from './actions.ts';
import { performAction } from './perform-action.ts';
import { useCommands } from './use-commands.ts';
import { useDetail } from './use-detail.ts';

/** The opened incident as every part of the desk sees it. */
export interface OpenCase {
  id: string | null;
  incident: ShownIncident | undefined;
  /** Unmasked, with history and candidates; undefined while it is asked for. */
  detail: WireIncidentDetail | undefined;
  error: Error | null;
  /** The step that is owed next, also while it can't be taken; undefined when there is none, or a shop is waited for. */
  next: ActionId | undefined;
  /** Its work orders, the newest first; undefined while they are asked for, and where a case has none. */
  orders: readonly WireOrder[] | undefined;
  /** What they ask for. */
  orderNext: OrderNext | null;
  /** What can be done now, the next step first; empty while cut off. */
  actions: readonly ActionId[];
  perform(id: ActionId): void;
  /** The hands-free line of the box is open. */
  lineOpen: boolean;
}

const CaseContext = createContext<OpenCase | null>(null);

export function useCase(): OpenCase {
  const value = use(CaseContext);
  if (!value) throw new Error('outside the desk');
  return value;
}

/** Holds the opened incident together, so that a click, a key and the bar at the bottom mean the same. */
export function CaseProvider({ children }: { children: ReactNode }): ReactNode {
  const { me } = useDesk();
  const { t } = useTranslation();
  const id = useStore(view, (value) => value.openId);
  const isLive = useIsLive();
  const listed = useIncident(id);
  const { detail, error } = useDetail(id);
  const orders = useOrders(listed);
  const commands = useCommands();
  const client = useQueryClient();
  const value = useMemo((): OpenCase => {
    // A closed incident is no longer in the list but stays readable as long as it is open here.
    const isGone = error instanceof ApiError && error.status === 404;
    const incident = listed ?? (detail && !isGone ? { ...detail, damaged: [] } : undefined);
    const orderNext = orders ? orderNextOf(orders) : null;
    const possible = incident ? actionsOf(incident, me, orderNext) : [];
    const next = incident && isWaiting(incident, me, orderNext) ? undefined : possible[0];
    const actions = isLive ? possible : [];
    const lineOpen = detail !== undefined && isLineOpen(detail);
    const perform = (action: ActionId) => {
      if (incident && actions.includes(action))
        performAction(action, incident, { commands, t, lineOpen, orderNext, client });
    };
    return { id, incident, detail, error, next, actions, perform, lineOpen, orders, orderNext };
  }, [id, listed, detail, error, isLive, me, commands, t, orders, client]);
  return <CaseContext value={value}>{children}</CaseContext>;
}

/** The incident does not say it, its history does. */
function isLineOpen(detail: WireIncidentDetail): boolean {
  const last = detail.timeline.findLast(
    (one) =>
      one.kind.startsWith('line_') || one.kind === 'quiet_on' || one.kind === 'resolved' || one.kind === 'cancelled',
  );
  return last?.kind === 'line_asked' || last?.kind === 'line_open';
}
