import type { Order } from './order.ts';

/** How far the assignment of an order's people on its case is to be; `none`: they are not on the case (yet). */
export type Wish = 'none' | 'accepted' | 'under_way' | 'on_scene' | 'done';

/** What the case is to show of the order's people. A booked order comes to the case when somebody sets out. */
export function wishOf(order: Order): Wish {
  switch (order.state) {
    case 'accepted':
    case 'quoted':
    case 'approved':
      if (order.arrivedAt !== null) return 'on_scene';
      return order.urgency === 'booked' ? 'none' : 'accepted';
    case 'under_way':
      return 'under_way';
    case 'on_scene':
      return 'on_scene';
    case 'done':
    case 'confirmed':
    case 'settled':
    case 'disputed':
    case 'nobody_home':
      return 'done';
    default:
      return 'none';
  }
}

/** The wish with the people it is about, for comparing: when it changes, the case is told. */
export function wishesOf(order: Order | null): string {
  if (order === null) return 'none||';
  return `${wishOf(order)}|${order.staff.map((one) => one.id).join()}|${order.past.join()}`;
}
