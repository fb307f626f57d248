import exceljs from 'exceljs';
import type { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import type { deductionSchema, Statement } from '#contracts/vendors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'vendors.money', [
  'statement_lines',
  'deductions_of',
  'find_shop',
  'find_payer',
]);

type LineRow = Omit<Statement['lines'][number], 'at' | 'netFen' | 'rating'> & { at: number; rating: string | null };
export type DeductionRow = Omit<z.infer<typeof deductionSchema>, 'madeAt'> & { madeAt: Date };

/** A deduction as it goes out. */
export function wireDeduction(row: DeductionRow): z.infer<typeof deductionSchema> {
  return { ...row, madeAt: row.madeAt.toISOString() };
}

/**
 * What a shop is owed, or a payer owes, for the orders first confirmed in `month` (Xiangyang's calendar): every order a
 * line, sums of the lines, what is taken off and what has come of appeals. `not_found` outside `regions`.
 */
export async function statementOf(
  db: Db,
  month: string,
  of: { shop: string } | { payer: string },
  regions: Viewer['regions'],
): Promise<Statement> {
  const shop = 'shop' in of ? of.shop : null;
  const payer = 'payer' in of ? of.payer : null;
  const [found] =
    shop === null
      ? await db.query<{ id: string; name: string }>(q.find_payer, [payer, regions])
      : await db.query<{ id: string; name: string }>(q.find_shop, [shop, regions]);
  if (!found) throw new Problem('not_found');
  const rows = await db.query<LineRow>(q.statement_lines, [month, shop, payer, regions]);
  const deductions = await db.query<DeductionRow>(q.deductions_of, [month, shop, payer, regions]);
  const lines = rows.map((row) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    rating: row.rating === null || row.rating === 'null' ? null : Number(row.rating),
    netFen: row.totalFen - row.deductedFen,
  }));
  const sum = (pick: (line: Statement['lines'][number]) => number): number =>
    lines.reduce((all, line) => all + pick(line), 0);
  return {
    month,
    of: { kind: shop === null ? 'payer' : 'shop', id: found.id, name: found.name },
    orders: lines.length,
    labourFen: sum((line) => line.labourFen),
    partsFen: sum((line) => line.partsFen),
    totalFen: sum((line) => line.totalFen),
    deductedFen: sum((line) => line.deductedFen),
    netFen: sum((line) => line.netFen),
    lines,
    deductions: deductions.map(wireDeduction),
  };
}

const COLUMNS = [
  { header: '工单号', key: 'number', width: 14 },
  { header: '确认时间', key: 'at', width: 20 },
  { header: '店', key: 'shop', width: 26 },
  { header: '付款方', key: 'payer', width: 22 },
  { header: '服务', key: 'service', width: 18 },
  { header: '人工(元)', key: 'labour', width: 12 },
  { header: '零件(元)', key: 'parts', width: 12 },
  { header: '合计(元)', key: 'total', width: 12 },
  { header: '扣款(元)', key: 'deducted', width: 12 },
  { header: '应付(元)', key: 'net', width: 12 },
  { header: '评分', key: 'rating', width: 8 },
];
const MONEY = ['labour', 'parts', 'total', 'deducted', 'net'];

/** The statement as a workbook: its lines with a row of sums, and the deductions. Amounts in yuan. */
export async function statementWorkbook(statement: Statement, at: number): Promise<Buffer> {
  const book = new exceljs.Workbook();
  book.creator = '12349 一键通';
  book.created = new Date(at);
  const sheet = book.addWorksheet('对账单', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = COLUMNS;
  for (const line of statement.lines) {
    sheet.addRow({
      ...line,
      at: localTime(line.at),
      labour: line.labourFen / 100,
      parts: line.partsFen / 100,
      total: line.totalFen / 100,
      deducted: line.deductedFen / 100,
      net: line.netFen / 100,
    });
  }
  const sums = sheet.addRow({
    number: '合计',
    at: `${statement.orders} 单`,
    shop: `${statement.month} ${statement.of.name}`,
    labour: statement.labourFen / 100,
    parts: statement.partsFen / 100,
    total: statement.totalFen / 100,
    deducted: statement.deductedFen / 100,
    net: statement.netFen / 100,
  });
  for (const row of [sheet.getRow(1), sums]) row.font = { bold: true };
  for (const key of MONEY) sheet.getColumn(key).numFmt = '0.00';
  const taken = book.addWorksheet('扣款');
  taken.columns = [
    { header: '工单号', key: 'number', width: 14 },
    { header: '扣款(元)', key: 'yuan', width: 12 },
    { header: '原因', key: 'reason', width: 40 },
    { header: '申诉', key: 'appeal', width: 40 },
    { header: '结果', key: 'result', width: 12 },
    { header: '答复', key: 'answer', width: 40 },
  ];
  for (const one of statement.deductions) {
    const result = one.decision === null ? '' : one.decision === 'lifted' ? '撤销' : '维持';
    taken.addRow({ ...one, yuan: one.fen / 100, result });
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}

function localTime(at: string): string {
  return new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
