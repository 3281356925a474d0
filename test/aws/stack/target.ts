/** A deployed stack, as the tests reach it. */
export interface Target {
  /** As the docs name it. */
  readonly name: string;
  /** Null on AWS itself. */
  readonly endpoint: string | null;
  readonly region: string;
  /** Whether its functions are processes of this machine, which a test can kill. */
  readonly functionsAreProcesses: boolean;
  readonly stateMachine: string;
  readonly bucket: string;
  readonly reviewUrl: string;
  /** What Slack's app is given as its Request URL; null where the stack has no Slack. */
  readonly slackUrl: string | null;
  /** ARN of what approvers are asked by. */
  readonly topic: string;
  /** ARN of the secret that signs links. */
  readonly linkSecret: string;
  /** Private key, in PEM, of the stack's signer. */
  readonly packKey: string;
}

/** What follows the tests: a stack, or why there is none. */
export type Deployment =
  | { readonly deployed: true; readonly target: Target }
  | { readonly deployed: false; readonly reason: string };

declare module "vitest" {
  export interface ProvidedContext {
    deployment: Deployment;
  }
}
