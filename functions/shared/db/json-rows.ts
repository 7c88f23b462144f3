/**
 * Rows as the text of one parameter for `json_to_recordset`: one short statement whatever the number of rows. Written
 * `${jsonRows(rows)}::text::json`, because the driver would encode a parameter of type json a second time.
 */
export function jsonRows(rows: readonly object[]): string {
  return JSON.stringify(rows);
}
