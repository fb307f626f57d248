import type { Actor } from '#dispatch/domain/incident.ts';

/** The platform itself, as history names it. */
export const SYSTEM_NAME: Actor = { kind: 'system', id: null, name: '系统' };
