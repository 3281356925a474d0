/** Methods of columns and expressions that compare with one value, as the operators that sea-query writes for them. */
export const COMPARISONS: Readonly<Record<string, string>> = {
  eq: "=",
  ne: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  like: "LIKE",
  not_like: "NOT LIKE",
};
