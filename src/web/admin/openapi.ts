// Reads the service's OpenAPI document, once for as long as the page is open.
import { request } from '../api.ts'
import { bodySchemaIn, type OpenApi, type Schema } from './schema.ts'

let loading: Promise<OpenApi> | null = null

/** The schema of a request's body, `$ref`s of its top level followed; null where it takes none. */
export async function bodySchemaOf(
  method: 'POST' | 'PATCH' | 'PUT',
  path: string,
): Promise<Schema | null> {
  loading ??= request<OpenApi>('GET', '/api/openapi.json')
  const document = await loading.catch((error) => {
    loading = null
    throw error
  })
  return bodySchemaIn(document, method, path)
}
