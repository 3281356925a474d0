import { Port } from "aws-cdk-lib/aws-ec2";
import { DatabaseProxy, type ProxyTarget } from "aws-cdk-lib/aws-rds";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { AnySecret } from "./cdk-types.js";
import type { GateNetwork } from "./gate-network.js";

export interface ReadProxyProps {
  /** The cluster or instance behind the proxy. */
  readonly target: ProxyTarget;
  /** Logins that the proxy knows. */
  readonly secrets: readonly AnySecret[];
}

/**
 * An RDS Proxy for the phases that read, for fleets with more readers than the server has connections. Name its endpoint as the tenants'
 * `replica`: a rollout connects to the server itself, since its locks and settings would pin every connection of the proxy.
 */
export class ReadProxy extends Construct {
  readonly endpoint: string;

  constructor(scope: Construct, id: string, { target, secrets }: ReadProxyProps, network: GateNetwork) {
    super(scope, id);
    const proxy = new DatabaseProxy(this, "Proxy", {
      proxyTarget: target,
      secrets: secrets as ISecret[],
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      requireTLS: true,
    });
    // The port of a proxy for PostgreSQL, whatever its target's.
    proxy.connections.allowFrom(network.securityGroup, Port.tcp(5432), "Schema Gate reads");
    this.endpoint = proxy.endpoint;
  }
}
