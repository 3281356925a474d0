/** A score as people say it: two places, and never `0.00` for what is not nothing. */
export function scoreText(value: number): string {
  if (value > 0 && value < 0.01) return "< 0.01";
  return value.toFixed(2);
}
