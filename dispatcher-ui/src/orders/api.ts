import { listOf } from '#contracts/list.ts';
import {
  deductionSchema,
  ledgerSchema,
  statementPartySchema,
  statementSchema,
  wireOrderDetailSchema,
  wireOrderSchema,
  type Ledger,
  type OrderCommandName,
  type Statement,
  type StatementParty,
  type WireOrder,
  type WireOrderDetail,
} from '#contracts/vendors.ts';
import { call, nothing } from '../api/http.ts';

/** Orders that wait for a call-back, or those that fit what was typed; the newest first. */
export async function fetchOrders(of: { callbacks: boolean; text: string }): Promise<WireOrder[]> {
  const query = new URLSearchParams({ state: 'all', limit: '100', callbacks: String(of.callbacks) });
  if (of.text !== '') query.set('q', of.text);
  return (await call(listOf(wireOrderSchema), `/api/work-orders?${query.toString()}`)).items;
}

/** One order with who lives there and its history; that it was opened is recorded. */
export function fetchOrder(id: string): Promise<WireOrderDetail> {
  return call(wireOrderDetailSchema, `/api/work-orders/${id}`);
}

/** A step of the desk on an order; the same `key` on every try. */
export function takeStep(id: string, command: OrderCommandName, body: object, key: string): Promise<WireOrderDetail> {
  return call(wireOrderDetailSchema, `/api/work-orders/${id}/${command}`, { method: 'POST', body, key });
}

/** Shops, or payers, of a month with their sums. */
export async function fetchParties(month: string, kind: 'shop' | 'payer', text: string): Promise<StatementParty[]> {
  const query = new URLSearchParams({ month, kind, limit: '200', ...(text !== '' && { q: text }) });
  return (await call(listOf(statementPartySchema), `/api/statements/parties?${query.toString()}`)).items;
}

/** Where the statement of one of them is; with `.xlsx` as a workbook. */
export function statementPath(month: string, of: Pick<StatementParty, 'kind' | 'id'>, ending: '' | '.xlsx'): string {
  return `/api/statements${ending}?${new URLSearchParams({ month, [of.kind]: of.id }).toString()}`;
}

export function fetchStatement(month: string, of: Pick<StatementParty, 'kind' | 'id'>): Promise<Statement> {
  return call(statementSchema, statementPath(month, of, ''));
}

/** Takes `fen` off an order. */
export function deduct(order: string, fen: number, reason: string, key: string): Promise<unknown> {
  return call(deductionSchema, '/api/deductions', { method: 'POST', body: { order, fen, reason }, key });
}

/** Answers the shop's appeal. */
export function decideAppeal(id: string, decision: 'upheld' | 'lifted', answer: string, key: string): Promise<unknown> {
  return call(nothing, `/api/deductions/${id}/decide`, { method: 'POST', body: { decision, answer }, key });
}

export function fetchLedger(): Promise<Ledger> {
  return call(ledgerSchema, '/api/ledger');
}
