/** Name of the cluster in an ARN such as `arn:aws:rds:eu-central-1:123456789012:cluster:orders`; null if it is not such an ARN. */
export function clusterOf(arn: string): string | null {
  return /^arn:[^:]+:rds:[^:]*:[^:]*:cluster:([\w.-]+)$/.exec(arn)?.[1] ?? null;
}
