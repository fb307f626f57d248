export type { Access, App, RouteEntry } from './http/routes.ts';
