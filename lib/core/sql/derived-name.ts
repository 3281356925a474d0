const LONGEST = 63;

/**
 * A name made of parts as the server makes one (`users_email_key`): the longest of table and columns is cut until it
 * fits into 63 bytes.
 */
export function derivedName(table: string, columns: string, label: string): string {
  let [left, right] = [table, columns];
  const join = () => [left, right, label].filter((part) => part !== "").join("_");
  while (Buffer.byteLength(join(), "utf8") > LONGEST) {
    if (Buffer.byteLength(left, "utf8") > Buffer.byteLength(right, "utf8")) left = left.slice(0, -1);
    else right = right.slice(0, -1);
  }
  return join();
}
