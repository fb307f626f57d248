/** Who this page is: the demo's box on loopback, else what was typed in and is kept on this machine. */
import { z } from 'zod';
import { deviceIdSchema, TOPIC_ROOT } from '#contracts/device.ts';

const credentialsSchema = z.object({
  id: deviceIdSchema,
  secret: z.string().min(1),
  lane: z.string().regex(/^[0-9a-f]$/),
  mqttWsUrl: z.string().regex(/^wss?:\/\//),
  resident: z.string().catch(''),
});
export type Credentials = z.infer<typeof credentialsSchema>;

const KEY = 'box-credentials';

/**
 * The box named by `?id=`, or the demo's first; `GET /api/demo/box` exists only in a demo, for a browser on the same
 * machine. What was typed in here wins unless another box is asked for. Null: nobody knows, ask.
 */
export async function findCredentials(search: string): Promise<Credentials | null> {
  const id = new URLSearchParams(search).get('id');
  const typed = readTyped();
  if (typed && (id === null || id === typed.id)) return typed;
  try {
    const response = await fetch(`/api/demo/box${id === null ? '' : `?id=${encodeURIComponent(id)}`}`, {
      headers: { accept: 'application/json' },
    });
    if (!response.ok) return null;
    const parsed = credentialsSchema.safeParse(await response.json());
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Keeps what was typed in. */
export function keepCredentials(credentials: Credentials): void {
  localStorage.setItem(KEY, JSON.stringify(credentials));
}

/** Forgets it, so that the page asks again. */
export function forgetCredentials(): void {
  localStorage.removeItem(KEY);
}

function readTyped(): Credentials | null {
  try {
    const parsed = credentialsSchema.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export type FormProblem = 'wrongId' | 'wrongAddress' | 'missingSecret' | 'laneNeeded';

/**
 * Checks what was typed: an id, or the whole base topic that was handed out with it (`12349/v1/7/box-01`). The lane of a
 * bare id is the first hex digit of its SHA-256; browsers can do that only on https or on this machine.
 */
export async function readForm(typed: {
  id: string;
  secret: string;
  address: string;
}): Promise<Credentials | FormProblem> {
  const topic = new RegExp(`^${TOPIC_ROOT}/([0-9a-f])/([^/]+)/?$`).exec(typed.id.trim());
  const id = deviceIdSchema.safeParse(topic?.[2] ?? typed.id.trim());
  if (!id.success) return 'wrongId';
  if (typed.secret.trim() === '') return 'missingSecret';
  if (!/^wss?:\/\/\S+$/.test(typed.address.trim()) || !URL.canParse(typed.address.trim())) return 'wrongAddress';
  const lane = topic?.[1] ?? (await laneOf(id.data));
  if (lane === undefined) return 'laneNeeded';
  return { id: id.data, secret: typed.secret.trim(), lane, mqttWsUrl: typed.address.trim(), resident: '' };
}

async function laneOf(id: string): Promise<string | undefined> {
  // Typed as always there, but absent on plain http from another machine.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const [first] = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(id)));
  return first === undefined ? undefined : (first >> 4).toString(16);
}
