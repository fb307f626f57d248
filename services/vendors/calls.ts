import type { CallOrder } from '#telephony/port.ts';
import type { Order, Offer } from './domain/order.ts';

/**
 * The telephone call that asks a resident whether the work is done: a key for yes, a key for no. `phone` empty reaches
 * nobody, and is told as such.
 */
export function confirmCall(order: Order, id: string, phone: string): CallOrder {
  return {
    id,
    incidentId: order.incidentId,
    to: phone,
    say: [`这里是 12349 一键通。`, `${order.shopName ?? '店里'}说给您做的${order.serviceName}做完了,问您一声。`],
    ask: [
      { key: '1', means: 'done', offered: '做好了请按 1', numbers: [], thanks: '好,记下了,谢谢您。', join: false },
      {
        key: '2',
        means: 'not_done',
        offered: '没做好请按 2',
        numbers: [],
        thanks: '知道了,我们马上找他们,再给您打电话。',
        join: false,
      },
    ],
    join: false,
    record: false,
    ringS: 40,
  };
}

/** The telephone call that offers a burst pipe to a shop: what, roughly where, and a key to take it. Nothing about who. */
export function offerCall(order: Order, offer: Offer, phone: string): CallOrder {
  return {
    id: offer.id,
    incidentId: order.incidentId,
    to: phone,
    say: [`这里是 12349 一键通。`, `${order.area}有一单急活:${order.serviceName}。`, `大约${offer.minutes}分钟的路。`],
    ask: [
      {
        key: '1',
        means: 'accepted',
        offered: '接单请按 1',
        numbers: [],
        thanks: '好,单子在手机上,请马上出发。',
        join: false,
      },
      { key: '2', means: 'declined', offered: '去不了请按 2', numbers: [], thanks: '知道了,我们找别家。', join: false },
    ],
    join: false,
    record: false,
    ringS: 40,
  };
}
