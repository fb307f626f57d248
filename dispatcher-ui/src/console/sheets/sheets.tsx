import type { ReactNode } from 'react';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import { useStore } from '../../ui/store.ts';
import { useCase } from '../incident/case-context.tsx';
import type { ActionId } from '../incident/actions.ts';
import type { ShownIncident } from '../live/reading.ts';
import { ScoreSheet } from '../supervision/score-sheet.tsx';
import { view } from '../view.ts';
import { WorkOrderSheet } from '../work-order/work-order-sheet.tsx';
import { CancelSheet, LoudSheet, ReleaseSheet, RouteSheet } from './confirm-sheets.tsx';
import { DialSheet } from './dial-sheet.tsx';
import { CloseSheet, ResolveSheet } from './ending-sheets.tsx';
import { HandoffSheet } from './handoff-sheet.tsx';
import { IdentifySheet, TakeOverSheet } from './person-sheets.tsx';

/** The sheet that is asked for, as long as the incident still allows what it would do. */
export function Sheets({
  incident,
  detail,
}: {
  incident: ShownIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const panel = useStore(view, (value) => value.panel);
  const { actions } = useCase();
  if (panel === null) return null;
  if (panel === 'loud') return incident.quiet && actions.includes('quiet') ? <LoudSheet incident={incident} /> : null;
  if (panel === 'score') return <ScoreSheet incident={incident} />;
  if (!actions.includes(panel as ActionId)) return null;
  switch (panel) {
    case 'handoff':
      return <HandoffSheet incident={incident} />;
    case 'order':
      return <WorkOrderSheet incident={incident} />;
    case 'dial':
      return <DialSheet incident={incident} detail={detail} />;
    case 'resolve':
      return <ResolveSheet incident={incident} />;
    case 'close':
      return <CloseSheet incident={incident} />;
    case 'cancel':
      return <CancelSheet incident={incident} />;
    case 'release':
      return <ReleaseSheet incident={incident} />;
    case 'identify':
      return <IdentifySheet incident={incident} residents={(detail ?? incident).residents} />;
    case 'takeOver':
      return <TakeOverSheet incident={incident} />;
    case 'route1':
    case 'route2':
    case 'route3':
      return <RouteSheet incident={incident} route={panel} />;
    default:
      return null;
  }
}
