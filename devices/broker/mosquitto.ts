/** The three files that make a Mosquitto (2.0.11 or later) the platform's broker, as text. */

export interface MosquittoSettings {
  /** Absolute folder of the files; Mosquitto's store goes to `data/` in it. */
  dir: string;
  host: string;
  port: number;
  wsPort: number;
  /** Whom a Mosquitto started by root becomes; undefined: its own default, `mosquitto`. */
  user: string | undefined;
  maxPacketBytes: number;
}

/** Topic filters of one user, or of every user where they hold `%u`. */
export interface MosquittoRules {
  publish: readonly string[];
  subscribe: readonly string[];
  deny: readonly string[];
}

/**
 * `mosquitto.conf`. The settings under which nothing that was acknowledged was lost through kill -9 (the defaults lose
 * it), and without `set_tcp_nodelay` a downlink waits 20–40 ms.
 */
export function mosquittoConfig(settings: MosquittoSettings): string {
  const { dir, host } = settings;
  return lines([
    '# Written by `npm run broker`, which writes it anew each time. Start: mosquitto -c this file. Reload: SIGHUP.',
    'per_listener_settings false',
    ...(settings.user === undefined ? [] : [`user ${settings.user}`]),
    '',
    'allow_anonymous false',
    `password_file ${dir}/passwd`,
    `acl_file ${dir}/acl`,
    '',
    'persistence true',
    `persistence_location ${dir}/data/`,
    'autosave_on_changes true',
    'autosave_interval 1',
    'max_queued_messages 100000',
    `max_packet_size ${settings.maxPacketBytes}`,
    'set_tcp_nodelay true',
    '',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'log_type notice',
    'log_type information',
    `pid_file ${dir}/data/mosquitto.pid`,
    '',
    ...listener(host, settings.port, 'mqtt'),
    ...listener(host, settings.wsPort, 'websockets'),
  ]);
}

/** `use_username_as_clientid` counts for the listener above it alone. Without it any client can throw another out by taking its id. */
function listener(host: string, port: number, protocol: 'mqtt' | 'websockets'): string[] {
  return ['', `listener ${port} ${host}`, `protocol ${protocol}`, 'use_username_as_clientid true'];
}

/** `passwd`: each hash in Mosquitto's `$7$` form. Names with a colon or a line break must not come here. */
export function mosquittoPasswords(users: readonly { name: string; hash: string }[]): string {
  return lines(users.map(({ name, hash }) => `${name}:${hash}`));
}

/** `acl`: `everybody` as patterns with `%u` for the user's name, then what single users have besides. */
export function mosquittoAcl(
  everybody: MosquittoRules,
  users: readonly { name: string; rules: MosquittoRules }[],
): string {
  return lines([
    '# Every device: its own topics.',
    ...rules('pattern', everybody),
    ...users.flatMap(({ name, rules: own }) => ['', `user ${name}`, ...rules('topic', own)]),
  ]);
}

function rules(keyword: 'pattern' | 'topic', { publish, subscribe, deny }: MosquittoRules): string[] {
  const both = publish.filter((filter) => subscribe.includes(filter));
  return [
    ...deny.map((filter) => `${keyword} deny ${filter}`),
    ...both.map((filter) => `${keyword} readwrite ${filter}`),
    ...publish.filter((filter) => !both.includes(filter)).map((filter) => `${keyword} write ${filter}`),
    ...subscribe.filter((filter) => !both.includes(filter)).map((filter) => `${keyword} read ${filter}`),
  ];
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
