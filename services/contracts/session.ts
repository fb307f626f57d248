import { z } from 'zod';

export const ROLES = [
  'operator',
  'supervisor',
  'grid_worker',
  'volunteer',
  'medic',
  'vendor',
  'partner',
  'admin',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

/** `POST /api/session`. `totp`: six digits, needed for supervisors and administrators. */
export const signInSchema = z.object({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
  totp: z
    .string()
    .regex(/^\d{6}$/, '六位数字 | six digits')
    .optional(),
});

/** `GET /api/session`: who am I. */
export const meSchema = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  regions: z.array(z.object({ id: z.string(), name: z.string(), path: z.string(), level: z.string() })),
  expiresAt: z.string(),
});
export type Me = z.infer<typeof meSchema>;

/** RFC 9457 problem details with the code of the closed registry. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), expected: z.string() })).optional(),
  })
  .loose();
export type ProblemBody = z.infer<typeof problemSchema>;
