import type { useTranslation } from 'react-i18next';
import type { OrderNext } from './order-step.ts';

type Translate = ReturnType<typeof useTranslation>['t'];

/** Money as it is said: whole yuan without a point. */
export function yuan(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2);
}

/** The step of an order as the big button says it. */
export function orderStepWords({ order, command }: OrderNext & { kind: 'step' }, t: Translate): string {
  if (command === 'approve') return t('work.approve', { yuan: yuan(order.quote?.fen ?? order.priceFen) });
  if (command === 'arrived') return t('action.arrivedBy', { name: order.workers[0]?.name ?? order.shop?.name ?? '' });
  return t(command === 'confirm' ? 'work.confirmYes' : 'work.again');
}

/** Who is waited for, instead of a step: the shops that were asked, or the one who has it. */
export function orderWaitWords({ order, state }: OrderNext & { kind: 'wait' }, t: Translate): string {
  if (state === 'draft' || state === 'offered') return t('work.wait.offered');
  const name = order.workers[0]?.name ?? order.shop?.name ?? '';
  return t(state === 'on_scene' ? 'work.wait.on_scene' : 'work.wait.accepted', { name });
}
