/** The telephones of the demo's network, as the page `/phones` sees them. Times in ms, of the server's clock. */
import { z } from 'zod';

const ownerSchema = z.object({
  /** What he is: 王桂兰的女儿, 网格员, 120 急救中心. */
  who: z.string(),
  name: z.string(),
  shown: z.string(),
});

export const phoneSchema = ownerSchema.extend({
  number: z.string(),
  state: z.enum(['ringing', 'calling', 'talking', 'ended']),
  since: z.number(),
  /** Who is at the other end. */
  from: z.string(),
  heard: z.array(z.object({ at: z.number(), text: z.string() })),
  /** Whether a key is waited for. */
  asks: z.boolean(),
  /** Who else is in the conversation. */
  company: z.array(z.string()),
  /** How it ended, as the network names it; null while it lasts. */
  ended: z.string().nullable(),
});
export type Phone = z.infer<typeof phoneSchema>;

export const phonesSchema = z.object({
  now: z.number(),
  phones: z.array(phoneSchema),
  messages: z.array(ownerSchema.extend({ id: z.string(), text: z.string(), at: z.number() })),
  /** Telephones that one can call 12349 from. */
  handy: z.array(ownerSchema.extend({ number: z.string() })),
});
export type Phones = z.infer<typeof phonesSchema>;

/** `POST /api/demo/phones/:number/{pick-up,press,hang-up,call}`. `keys`: of `press`. */
export const phoneActSchema = z.object({
  keys: z
    .string()
    .regex(/^[0-9#*]{1,20}$/, '0–9、# 或 * | 0–9, # or *')
    .optional(),
});
