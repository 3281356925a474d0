import {
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import type { AnyVpc } from "./cdk-types.js";

export interface GateNetworkProps {
  /** The VPC of the tenants' databases. Default: a new one, with isolated subnets and endpoints. */
  readonly vpc?: AnyVpc;
  readonly subnets?: SubnetSelection;
  /** Adds the endpoints that the functions need. Default: true for a VPC that is created here, false for yours. */
  readonly endpoints?: boolean;
}

/** The services that the functions in the VPC call, by the name of their endpoint. */
const INTERFACE_ENDPOINTS = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Kms: InterfaceVpcEndpointAwsService.KMS,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  RdsData: InterfaceVpcEndpointAwsService.RDS_DATA,
  Sts: InterfaceVpcEndpointAwsService.STS,
  Xray: InterfaceVpcEndpointAwsService.XRAY,
} as const;

/** Where the functions that open sockets to databases are; all others are outside. */
export class GateNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** Let this group in at the tenants' databases. */
  readonly securityGroup: ISecurityGroup;

  constructor(scope: Construct, id: string, props: GateNetworkProps) {
    super(scope, id);
    this.vpc = (props.vpc ?? this.makeVpc()) as IVpc;
    this.subnets =
      props.subnets ??
      (props.vpc ? { subnetType: SubnetType.PRIVATE_WITH_EGRESS } : { subnetType: SubnetType.PRIVATE_ISOLATED });
    const securityGroup = new SecurityGroup(this, "Functions", {
      vpc: this.vpc,
      description: "Schema Gate: functions that reach databases",
      allowAllOutbound: false,
    });
    // Databases listen on ports that only the registry knows; their own security groups decide where a socket may go.
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.allTcp(), "databases and AWS endpoints");
    this.securityGroup = securityGroup;
    if (props.endpoints ?? props.vpc === undefined) this.addEndpoints();
  }

  private makeVpc(): Vpc {
    const vpc = new Vpc(this, "Vpc", {
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: "isolated", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
    });
    vpc.addFlowLog("Rejected", { trafficType: FlowLogTrafficType.REJECT });
    return vpc;
  }

  private addEndpoints(): void {
    this.vpc.addGatewayEndpoint("S3", { service: GatewayVpcEndpointAwsService.S3, subnets: [this.subnets] });
    for (const [name, service] of Object.entries(INTERFACE_ENDPOINTS))
      this.vpc
        .addInterfaceEndpoint(name, { service, subnets: this.subnets, open: false })
        .connections.allowFrom(this.securityGroup, Port.tcp(443), "functions");
  }
}
