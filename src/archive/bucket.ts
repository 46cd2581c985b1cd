// An S3-compatible bucket, given by URL: `https://KEY:SECRET@host[:port]/bucket[/prefix][?region=…]`.
import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'

export class Bucket {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string

  constructor(url: string) {
    const { protocol, host, username, password, pathname, searchParams } = new URL(url)
    const [bucket = '', ...prefix] = pathname.slice(1).split('/')
    this.#bucket = bucket
    this.#prefix = prefix.filter((part) => part !== '').join('/')
    this.#client = new S3Client({
      endpoint: `${protocol}//${host}`,
      region: searchParams.get('region') ?? 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 2,
      // Servers that are only compatible know no newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      credentials: {
        accessKeyId: decodeURIComponent(username),
        secretAccessKey: decodeURIComponent(password),
      },
    })
  }

  /** `bytes` is read once; a try that fails is made again with another. */
  async put(name: string, bytes: Readable, sizeBytes: number): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({ ...this.#object(name), Body: bytes, ContentLength: sizeBytes }),
    )
  }

  /** Null if there is none of that name. */
  async sizeOf(name: string): Promise<number | null> {
    try {
      const { ContentLength } = await this.#client.send(new HeadObjectCommand(this.#object(name)))
      return ContentLength ?? 0
    } catch (cause) {
      if (cause instanceof Error && ['NotFound', 'NoSuchKey'].includes(cause.name)) return null
      throw cause
    }
  }

  /** Both ends included. */
  async read(name: string, first: number, last: number): Promise<Readable> {
    const { Body } = await this.#client.send(
      new GetObjectCommand({ ...this.#object(name), Range: `bytes=${first}-${last}` }),
    )
    if (Body === undefined) throw new Error('the bucket gave no bytes')
    return Body as Readable
  }

  async remove(name: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(name)))
  }

  close(): void {
    this.#client.destroy()
  }

  #object(name: string): { readonly Bucket: string; readonly Key: string } {
    const key = this.#prefix === '' ? name : `${this.#prefix}/${name}`
    return { Bucket: this.#bucket, Key: key }
  }
}
