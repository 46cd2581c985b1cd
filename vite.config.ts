// Builds the pages of src/web into dist/web, where the service serves them, and runs Vite's own server
// while one works on them, with everything that is not a page passed on to the service.
import vue from '@vitejs/plugin-vue'
import { defineConfig, loadEnv } from 'vite'

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, import.meta.dirname, 'PORT')
  const service = `http://127.0.0.1:${PORT}`
  return {
    root: 'src/web',
    plugins: [vue()],
    build: {
      outDir: '../../dist/web',
      emptyOutDir: true,
      // Browsers on office and wall computers run years behind; these are from 2020 and 2021.
      target: ['chrome87', 'edge88', 'firefox78', 'safari14'],
    },
    server: {
      host: '127.0.0.1',
      proxy: {
        '/api': service,
        '/socket.io': { target: service, ws: true },
      },
    },
  }
})
