/** The package's entry `schema-gate/cdk`: Schema Gate as a part of a CDK app. */
export type { DataApiCluster, DatabaseAccess, RdsIamUser } from "./database-access.js";
export type { FunctionSize } from "./gate-function.js";
export type { GateNetworkProps } from "./gate-network.js";
export { GateNetwork } from "./gate-network.js";
export type { GateApprover, GatePolicy, ReleaseSigner } from "./gate-policy.js";
export type { AuditLock } from "./gate-storage.js";
export type { HandlerName } from "./handlers.js";
export type { ReadProxyProps } from "./read-proxy.js";
export { SafetyGate } from "./safety-gate.js";
export type { SafetyGateProps } from "./safety-gate-props.js";
export type { StagingProps } from "./staging.js";
