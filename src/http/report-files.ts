// Reports as files that spreadsheets open: all tables one below the other as CSV with its Chinese intact,
// or a workbook with a sheet for each, in which numbers are numbers and rates are percents.
import writeXlsxFile, { type Cell, type Row, type Sheet } from 'write-excel-file/node'
import type { Report } from '../core/reports.ts'
import { type Column, tablesOf, type Value } from './report-tables.ts'

const PERCENT = '0.00%'

/**
 * UTF-8 with a byte order mark; what begins like a formula is not run by a spreadsheet. The figures come
 * first and without a heading; every further table stands below an empty line and its name.
 */
export function csvOf(report: Report, timeZone: string): string {
  const lines = tablesOf(report, timeZone).flatMap(({ name, columns, rows }, index): Value[][] => [
    ...(index === 0 ? [] : [[], [name]]),
    columns.map((column) => column.name),
    ...rows.map((row) => [...row]),
  ])
  return `\ufeff${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`
}

/** A sheet for each table. */
export async function xlsxOf(report: Report, timeZone: string): Promise<Buffer> {
  const sheets = tablesOf(report, timeZone).map(
    ({ name, columns, rows }): Sheet<never> => ({
      sheet: name,
      stickyRowsCount: 1,
      columns: columns.map(({ width = 10 }) => ({ width })),
      data: [
        columns.map(({ name: value }): Cell => ({ value, type: String, fontWeight: 'bold' })),
        ...rows.map((row): Row => row.map((value, i) => sheetCell(value, columns[i]))),
      ],
    }),
  )
  return writeXlsxFile(sheets).toBuffer()
}

function sheetCell(value: Value, column: Column | undefined): Cell {
  if (value === null) return null
  if (typeof value === 'string') return { value, type: String }
  return { value, type: Number, ...(column?.isPercent === true ? { format: PERCENT } : {}) }
}

function csvCell(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
