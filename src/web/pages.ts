// The working pages: where each is, who may open it, and in which order they are offered. The wallboard
// and the sign-in page stand outside this frame.
import type { RouteRecordRaw } from 'vue-router'
import type { Permission } from '../core/permissions.ts'
import type { MessageKey } from './messages.ts'

export interface WorkPage {
  readonly path: string
  readonly title: Extract<MessageKey, `page.${string}`>
  readonly permission: Permission
  readonly load: NonNullable<RouteRecordRaw['component']>
}

/** The first one that somebody may open is their home. */
export const WORK_PAGES: readonly WorkPage[] = [
  {
    path: '/console',
    title: 'page.console',
    permission: 'agent.act',
    load: () => import('./console/console-page.vue'),
  },
  {
    path: '/floor',
    title: 'page.floor',
    permission: 'live.read',
    load: () => import('./floor/floor-page.vue'),
  },
  {
    path: '/calls',
    title: 'page.calls',
    permission: 'calls.read',
    load: () => import('./calls/calls-page.vue'),
  },
  {
    path: '/recordings',
    title: 'page.recordings',
    permission: 'recordings.read',
    load: () => import('./recordings/recordings-page.vue'),
  },
  {
    path: '/reports',
    title: 'page.reports',
    permission: 'calls.read',
    load: () => import('./reports/reports-page.vue'),
  },
  {
    path: '/forecast',
    title: 'page.forecast',
    permission: 'calls.read',
    load: () => import('./reports/forecast-page.vue'),
  },
  {
    path: '/admin/:section?',
    title: 'page.admin',
    permission: 'config.read',
    load: () => import('./admin/admin-page.vue'),
  },
]

/** Where a link to the page leads; its parts that may be left out are left out. */
export function linkTo({ path }: WorkPage): string {
  return path.replace(/\/:.*$/, '')
}
