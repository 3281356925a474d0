/** A score as people say it: two decimal places, and never `0.00` for something above zero. */
export function scoreText(value: number): string {
  if (value > 0 && value < 0.01) return "< 0.01";
  return value.toFixed(2);
}
