import { listOf } from '#contracts/list.ts';
import {
  payerSchema,
  wireOrderDetailSchema,
  wireOrderSchema,
  wireServiceSchema,
  type NewOrder,
  type OrderCommandName,
  type WireOrder,
  type WirePayer,
  type WireService,
} from '#contracts/vendors.ts';
import { call } from '../../api/http.ts';

/** The catalogue with the prices of this city. */
export async function fetchServices(): Promise<WireService[]> {
  return (await call(listOf(wireServiceSchema), '/api/services')).items;
}

/** Who may pay for a case, with what is left. */
export async function fetchPayers(incident: string): Promise<WirePayer[]> {
  return (await call(listOf(payerSchema), `/api/payers?incident=${incident}`)).items;
}

/** The orders of a case, the newest first. */
export async function fetchOrders(incident: string): Promise<WireOrder[]> {
  return (await call(listOf(wireOrderSchema), `/api/work-orders?state=all&incident=${incident}`)).items;
}

/** Opens an order: shops are asked at once. */
export function openOrder(order: NewOrder, key: string): Promise<WireOrder> {
  return call(wireOrderDetailSchema, '/api/work-orders', { method: 'POST', body: order, key });
}

/** A step of the desk on an order. */
export function stepOrder(id: string, command: OrderCommandName, body: object): Promise<WireOrder> {
  return call(wireOrderDetailSchema, `/api/work-orders/${id}/${command}`, { method: 'POST', body });
}
