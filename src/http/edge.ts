// All routes of the SIP edge, so that app.ts names them once.
import { addressBanRoutes } from './address-bans.ts'
import { blockedCallerRoutes } from './blocked-callers.ts'
import type { Api, AppOptions } from './context.ts'
import { dialPermitRoutes } from './dial-permits.ts'
import { phoneBindingRoutes } from './phone-bindings.ts'
import { sipCredentialRoutes } from './sip-credentials.ts'
import { trunkRoutes } from './trunks.ts'

/** `reloadConfig` must hand the changes to the edge too. */
export function edgeRoutes(api: Api, options: AppOptions): void {
  trunkRoutes(api, options)
  blockedCallerRoutes(api, options)
  sipCredentialRoutes(api, options)
  phoneBindingRoutes(api, options)
  dialPermitRoutes(api, options)
  addressBanRoutes(api, options)
}
