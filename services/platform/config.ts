import { isIP } from 'node:net';
import { z } from 'zod';
import { DEFAULT_DATA_DIR } from './data-dir.ts';

const port = (fallback: number) =>
  z.coerce
    .number({ error: 'a port number, 0–65535' })
    .int('a port number, 0–65535')
    .min(0, 'a port number, 0–65535')
    .max(65_535, 'a port number, 0–65535')
    .default(fallback);

const url = (protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    )
    .optional();

const environmentSchema = z.object({
  HOST: z
    .string()
    .refine(
      (value) => isIP(value) !== 0 || value === 'localhost',
      'an IP address of this machine, 0.0.0.0 or localhost',
    )
    .default('127.0.0.1'),
  HTTP_PORT: port(12349),
  MQTT_PORT: port(1883),
  MQTT_WS_PORT: port(8083),
  DATA_DIR: z.string().min(1).default(DEFAULT_DATA_DIR),
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  MQTT_URL: url(['mqtt:', 'mqtts:']),
  REDIS_URL: url(['redis:', 'rediss:']),
  ROLE: z.enum(['all', 'api', 'bridge', 'worker'], { error: 'all, api, bridge or worker' }).default('all'),
  DEMO: z.enum(['0', '1'], { error: '0 or 1' }).optional(),
  SIM_DEVICES: z.coerce
    .number({ error: 'a whole number, 0–10000' })
    .int('a whole number, 0–10000')
    .min(0, 'a whole number, 0–10000')
    .max(10_000, 'a whole number, 0–10000')
    .default(40),
  PUBLIC_URL: url(['http:', 'https:']),
  SECRET_KEY: z.string().min(32, 'at least 32 characters that nobody guesses (openssl rand -base64 32)').optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], { error: 'trace, debug, info, warn, error or silent' })
    .default('info'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, 'AC and 32 hex digits')
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(1).optional(),
  TWILIO_FROM: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'an E.164 number such as +867101234567')
    .optional(),
  TWILIO_API_BASE: url(['http:', 'https:']),
});

/** The whole configuration, read once. Variables and defaults: README, "Variables". */
export interface Config {
  host: string;
  httpPort: number;
  mqttPort: number;
  mqttWsPort: number;
  dataDir: string;
  databaseUrl: string | undefined;
  mqttUrl: string | undefined;
  redisUrl: string | undefined;
  role: 'all' | 'api' | 'bridge' | 'worker';
  demo: boolean;
  simDevices: number;
  publicUrl: string | undefined;
  /** Seals secrets in the database; undefined: a key of DATA_DIR. */
  secretKey: string | undefined;
  logLevel: string;
  twilio: {
    accountSid: string | undefined;
    authToken: string | undefined;
    from: string | undefined;
    apiBase: string | undefined;
  };
}

/** Reads the environment; every mistake at once: `errors` names each wrong variable and what was expected. An empty variable is unset. */
export function readConfig(environment: Record<string, string | undefined>): { config: Config } | { errors: string[] } {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  // Not a refinement of the schema: zod leaves those out when a variable is wrong, and the operator mends one by one.
  const missing = ['api', 'bridge', 'worker'].includes(given['ROLE'] ?? '')
    ? ['DATABASE_URL', 'MQTT_URL'].filter((variable) => !given[variable])
    : [];
  const errors = [
    ...(parsed.error?.issues.map((issue) => `${issue.path.join('.')}: expected ${issue.message}`) ?? []),
    ...sharedPorts(parsed.data ?? {}),
    ...missing.map((variable) => `${variable}: needed for ROLE=${given['ROLE']}`),
    ...(parsed.success ? missingForCalls(given) : []),
  ];
  if (!parsed.success || errors.length > 0) return { errors };
  const env = parsed.data;
  return {
    config: {
      host: env.HOST,
      httpPort: env.HTTP_PORT,
      mqttPort: env.MQTT_PORT,
      mqttWsPort: env.MQTT_WS_PORT,
      dataDir: env.DATA_DIR,
      databaseUrl: env.DATABASE_URL,
      mqttUrl: env.MQTT_URL,
      redisUrl: env.REDIS_URL,
      role: env.ROLE,
      demo: env.DEMO === undefined ? env.DATABASE_URL === undefined : env.DEMO === '1',
      simDevices: env.SIM_DEVICES,
      publicUrl: env.PUBLIC_URL,
      secretKey: env.SECRET_KEY,
      logLevel: env.LOG_LEVEL,
      twilio: {
        accountSid: env.TWILIO_ACCOUNT_SID,
        authToken: env.TWILIO_AUTH_TOKEN,
        from: env.TWILIO_FROM,
        apiBase: env.TWILIO_API_BASE,
      },
    },
  };
}

/** A telephone network is named wholly or not at all, and has to find the way back to us. */
function missingForCalls(given: Record<string, string | undefined>): string[] {
  const keys = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'];
  if (!keys.some((variable) => given[variable])) return [];
  return [...keys, 'PUBLIC_URL']
    .filter((variable) => !given[variable])
    .map((variable) => `${variable}: needed with the other TWILIO_ variables`);
}

/** Two listeners can't have one port (0 is any free one); the second of them is named. */
function sharedPorts(env: Partial<z.infer<typeof environmentSchema>>): string[] {
  const brokers = env.MQTT_URL === undefined ? (['MQTT_PORT', 'MQTT_WS_PORT'] as const) : [];
  const taken = new Map<number, string>();
  return (['HTTP_PORT', ...brokers] as const).flatMap((variable) => {
    const wanted = env[variable] ?? 0;
    const other = taken.get(wanted);
    taken.set(wanted, other ?? variable);
    return wanted !== 0 && other !== undefined ? [`${variable}: ${wanted} is ${other} already`] : [];
  });
}
