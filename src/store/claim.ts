// Keeps two processes from sharing one data folder: an embedded database would be ruined, and a spool
// replayed twice. The claim is a listening
// socket, because that is the one thing an operating system takes back from a process however it dies:
// a file with a process id would outlive a crash, and in a container name somebody else.
import { createHash } from 'node:crypto'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** Resolves with what gives the folder free again; rejects while another process has it. */
export async function claim(folder: string): Promise<() => Promise<void>> {
  const address = await addressOf(folder)
  const server = createServer((socket) => socket.destroy())
  // The claim must not keep a process alive that has nothing else to do.
  server.unref()
  if (!(await listens(server, address))) {
    if (await isAnswered(address)) {
      throw new Error(`another process uses ${folder}; stop it, or set another DATA_DIR`)
    }
    await rm(address, { force: true })
    if (!(await listens(server, address))) throw new Error(`cannot claim ${folder}`)
  }
  return () => new Promise((resolve) => server.close(() => resolve()))
}

/** Not in the folder itself: a socket's path is short, and not every volume takes one. */
async function addressOf(folder: string): Promise<string> {
  const name = `${userInfo().uid}-${await realpath(folder)}`
  const id = createHash('sha256').update(name).digest('hex').slice(0, 24)
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\yingda-${id}`
    : join(tmpdir(), `yingda-${id}.sock`)
}

/** False where the address is taken, by a process or by what a dead one left. */
function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(address, () => resolve(true))
  })
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
