/** Accounts as administrators see them, and the calls that change them. */
import { z } from 'zod';
import { phoneSchema } from './incident.ts';
import { ROLES } from './session.ts';

/** Roles that must give a one-time code besides the password. */
export const SECOND_FACTOR_ROLES = ['supervisor', 'admin'] as const;

/** Two to 64 letters (Chinese too), digits, `.`, `_`, `-`; upper and lower case are the same name. */
export const usernameSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{1,63}$/u, '2–64 个字母、汉字、数字或 . _ - | 2–64 letters, digits or . _ -');

export const newPasswordSchema = z
  .string()
  .min(10, '至少 10 个字 | at least 10 characters')
  .max(256, '最多 256 个字 | at most 256 characters');

const nameSchema = z.string().trim().min(1, '必填 | required').max(64, '最多 64 个字 | at most 64 characters');

/** Ids of regions; `all` is everything, and only for those who hold it themselves. */
const regionIds = z
  .array(z.union([z.literal('all'), z.uuid()], { error: '区划编号 | the id of a region' }))
  .min(1, '至少一个区划 | at least one region')
  .max(50);

export const accountSchema = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  /** Id `all` and an empty path: everything. */
  regions: z.array(z.object({ id: z.string(), name: z.string(), path: z.string(), level: z.string() })),
  staffId: z.string().nullable(),
  hasSecondFactor: z.boolean(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
  /** When he last did anything; null while he never signed in. */
  seenAt: z.string().nullable(),
  version: z.number().int(),
});
export type Account = z.infer<typeof accountSchema>;

/** `uri` is for the QR code (otpauth://), `secret` for typing (base32). */
export const totpSchema = z.object({ secret: z.string(), uri: z.string() });
export type Totp = z.infer<typeof totpSchema>;

/** `POST /api/accounts`. Without `password` one is made and shown once. */
export const newAccountSchema = z.object({
  username: usernameSchema,
  name: nameSchema,
  role: z.enum(ROLES),
  regions: regionIds,
  staffId: z.uuid().nullable().default(null),
  password: newPasswordSchema.optional(),
});
export type NewAccount = z.infer<typeof newAccountSchema>;

/** `PATCH /api/accounts/:id`: what is not named stays. Anything but `name` and `staffId` ends his sessions. */
export const changeAccountSchema = z.object({
  version: z.number().int().min(0),
  name: nameSchema.optional(),
  role: z.enum(ROLES).optional(),
  regions: regionIds.optional(),
  staffId: z.uuid().nullable().optional(),
  disabled: z.boolean().optional(),
  /** A new password of one's choice, or `true` for one that is made and shown once. */
  password: z
    .union([newPasswordSchema, z.literal(true)], {
      error: '至少 10 个字的新密码 | a new password of at least 10 characters',
    })
    .optional(),
  /** A new second factor, shown once; the old one is void. */
  resetTotp: z.literal(true).optional(),
});
export type ChangeAccount = z.infer<typeof changeAccountSchema>;

/** An account with what is shown this once. */
export const accountWithSecretsSchema = z.object({
  account: accountSchema,
  password: z.string().optional(),
  totp: totpSchema.optional(),
});
export type AccountWithSecrets = z.infer<typeof accountWithSecretsSchema>;

/** `POST /api/me/password`. */
export const changePasswordSchema = z.object({ current: z.string().min(1).max(256), new: newPasswordSchema });

/** `GET`, `POST /api/me/phone`: the telephone on my desk, which rings first when I call somebody; null: none. */
export const deskPhoneSchema = z.object({ phone: phoneSchema.nullable() });

/** `GET /api/setup`: what the page asks first, signed in or not. */
export const setupStateSchema = z.object({ needed: z.boolean(), signedIn: z.boolean() });

const code = z.string().regex(/^\d{6}$/, '六位数字 | six digits');

/**
 * `POST /api/setup`, twice: without `totp` it answers a new second factor and changes nothing; with that factor's
 * `secret` and a code from the telephone it makes the account, so that nobody is locked out by a lost QR code.
 */
export const setupSchema = z.object({
  code: z.string().trim().min(1).max(64),
  username: usernameSchema,
  name: nameSchema,
  password: newPasswordSchema,
  secret: z
    .string()
    .regex(/^[A-Z2-7]{32}$/, '32 位密钥 | the 32-character secret')
    .optional(),
  totp: code.optional(),
});
export const setupAnswerSchema = z.object({ done: z.boolean(), totp: totpSchema });

/** One look at a resident. */
export const lookSchema = z.object({
  seq: z.number().int(),
  at: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  what: z.string(),
  incidentId: z.string().nullable(),
  address: z.string().nullable(),
  hash: z.string(),
});
export type Look = z.infer<typeof lookSchema>;

/** `sound`: the chain holds from the first look to the last. */
export const chainStateSchema = z.object({
  sound: z.boolean(),
  length: z.number().int(),
  brokenAt: z.number().int().nullable(),
});

/** One line of the audit trail. */
export const auditSchema = z.object({
  id: z.string(),
  at: z.string(),
  by: z.object({ id: z.string().nullable(), name: z.string().nullable() }),
  what: z.string(),
  subject: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
});
export type Audit = z.infer<typeof auditSchema>;
