// Shows the page that the address names. There are few pages and each is opened on its own, so a change
// of page is an ordinary navigation, and a wallboard loads nothing of the others.
import { type Component, createApp } from 'vue'
import './base.css'

const PAGES: Readonly<Record<string, () => Promise<{ default: Component }>>> = {
  '/sign-in': () => import('./sign-in/sign-in-page.vue'),
  '/wallboard': () => import('./wallboard/wallboard-page.vue'),
}

const RELOAD_MS = 5_000

// A page that cannot be loaded or drawn would stand blank or frozen until somebody comes by. Loading it
// afresh also brings the release that fits a service which was upgraded meanwhile.
function reloadSoon(error: unknown): void {
  console.error(error)
  setTimeout(() => location.reload(), RELOAD_MS)
}

function open(page: Component): void {
  const app = createApp(page)
  app.config.errorHandler = reloadSoon
  app.mount('#app')
}

const load = PAGES[location.pathname.replace(/(.)\/+$/, '$1')]
if (load === undefined) location.replace('/wallboard')
else load().then((page) => open(page.default), reloadSoon)
