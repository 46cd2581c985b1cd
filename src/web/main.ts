// Shows the page that the address names. Each page is loaded only when it is opened, so a wallboard loads
// nothing of the consoles. The frame of the working pages asks first who is signed in.
import { createApp } from 'vue'
import { createRouter, createWebHistory, RouterView } from 'vue-router'
import './base.css'
import { linkTo, WORK_PAGES } from './pages.ts'
import { loadSession, may, session } from './session.ts'
import { signInPathFor } from './sign-in/account.ts'

const RELOAD_MS = 5_000

// A page that cannot be loaded or drawn would stand blank or frozen until somebody comes by. Loading it
// afresh also brings the release that fits a service which was upgraded meanwhile.
function reloadSoon(error: unknown): void {
  console.error(error)
  setTimeout(() => location.reload(), RELOAD_MS)
}

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', component: () => import('./sign-in/sign-in-page.vue') },
    { path: '/wallboard', component: () => import('./wallboard/wallboard-page.vue') },
    {
      path: '/',
      component: () => import('./shell/work-shell.vue'),
      beforeEnter: async (to) => {
        const answer = session.value === null ? await loadSession() : 'signed_in'
        return answer === 'signed_out' ? signInPathFor(to.fullPath) : true
      },
      children: [
        ...WORK_PAGES.map(({ path, load, permission, title }) => ({
          path,
          component: load,
          meta: { permission, title },
        })),
        {
          path: '/account',
          component: () => import('./shell/account-page.vue'),
          meta: { title: 'page.account' as const },
        },
        { path: '/', component: () => import('./shell/forbidden-page.vue') },
      ],
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeResolve((to) => {
  if (to.path !== '/') return true
  const home = WORK_PAGES.find(({ permission }) => may(permission))
  if (home !== undefined) return linkTo(home)
  return may('wallboard.read') ? '/wallboard' : true
})

router.onError(reloadSoon)
const app = createApp(RouterView)
app.config.errorHandler = reloadSoon
app.use(router)
app.mount('#app')
