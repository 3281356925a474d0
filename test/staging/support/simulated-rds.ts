import { ServiceError, type Services } from "../../../lib/adapters/local/services.js";

export interface SimulatedRdsOptions {
  /** Where a copy answers. */
  readonly endpoint: { readonly Address: string; readonly Port: number };
  /** How many times a thing is looked at before it is there; Infinity: never. */
  readonly looks: number;
  /** Actions that fail every time, with AWS's name of the error. */
  readonly failing?: Readonly<Record<string, string>>;
  /** Settings of the source; the copy's writer has its `instance`. */
  readonly source?: RdsSource;
  /** What answers the states that do not call RDS. */
  readonly others: Services;
}

/** What a copy takes over, in RDS's shapes. */
export interface RdsSource {
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly instance: Readonly<Record<string, unknown>>;
}

const PLAIN: RdsSource = {
  cluster: {
    DbClusterParameterGroup: "default.aurora-postgresql16",
    IamDatabaseAuthenticationEnabled: false,
    Port: 5432,
  },
  instance: {
    DbInstanceClass: "db.t4g.medium",
    DbParameterGroups: [{ DbParameterGroupName: "default.postgres16", ParameterApplyStatus: "in-sync" }],
    IamDatabaseAuthenticationEnabled: false,
  },
};

type Kind = "cluster" | "instance" | "snapshot";

const NAMED: Readonly<Record<Kind, string>> = {
  cluster: "DbClusterIdentifier",
  instance: "DbInstanceIdentifier",
  snapshot: "DbSnapshotIdentifier",
};

const MAKES: Readonly<Record<string, Kind>> = {
  restoreDBClusterToPointInTime: "cluster",
  createDBInstance: "instance",
  createDBSnapshot: "snapshot",
  restoreDBInstanceFromDBSnapshot: "instance",
};
const LOOKS: Readonly<Record<string, Kind>> = { describeDBInstances: "instance", describeDBSnapshots: "snapshot" };
const REMOVES: Readonly<Record<string, Kind>> = {
  deleteDBCluster: "cluster",
  deleteDBInstance: "instance",
  deleteDBSnapshot: "snapshot",
};

const SHAPES: Readonly<Record<Kind, { readonly one: string; readonly status: string }>> = {
  cluster: { one: "DbCluster", status: "Status" },
  instance: { one: "DbInstance", status: "DbInstanceStatus" },
  snapshot: { one: "DbSnapshot", status: "Status" },
};

interface Thing {
  looks: number;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/**
 * Not RDS: keeps names and states as RDS would, in the shapes and with the errors by which Step Functions hands them on, and copies
 * nothing. A copy's endpoint is a PostgreSQL server that the test names.
 */
export class SimulatedRds implements Services {
  readonly pauses = Object.fromEntries(
    ["WaitForSnapshot", "WaitForInstance", ...["CloneCluster", "AddCloneInstance", "TakeSnapshot", "RestoreInstance"]]
      .concat(["LookAtSnapshot", "LookAtInstance", "RemoveInstance", "RemoveCluster", "RemoveSnapshot", "FindCopies"])
      .concat(["LookAtOwner", "LookAtCluster", "LookAtWriter", "LookAtSource", "CloneServerlessCluster"])
      .map((state) => [state, 0]),
  );
  readonly calls: string[] = [];
  /** Parameters of the calls that made something, by action. */
  readonly made: Record<string, Readonly<Record<string, unknown>>> = {};
  readonly there: Readonly<Record<Kind, Map<string, Thing>>> = {
    cluster: new Map(),
    instance: new Map(),
    snapshot: new Map(),
  };

  constructor(private readonly options: SimulatedRdsOptions) {}

  /** Everything that somebody would still pay for. */
  get left(): readonly string[] {
    return Object.entries(this.there).flatMap(([kind, things]) => [...things.keys()].map((name) => `${kind} ${name}`));
  }

  async call(action: string, parameters: unknown): Promise<unknown> {
    const name = action.replace("aws-sdk:rds:", "");
    if (name === action) return this.options.others.call(action, parameters);
    const given = parameters as Record<string, unknown>;
    const ofSource = asksForSource(name, given);
    const call = ofSource ? `${name} of the source` : name;
    this.calls.push(call);
    const failure = this.options.failing?.[call];
    if (failure !== undefined) throw new ServiceError(failure, `simulated failure of ${call}`);
    if (ofSource) return this.source(given);
    if (MAKES[name]) {
      this.made[name] = given;
      return this.make(MAKES[name], given);
    }
    if (LOOKS[name]) return this.look(LOOKS[name], given);
    if (REMOVES[name]) return this.remove(REMOVES[name], given);
    throw new ServiceError("Rds.RdsException", `${name} is not simulated`);
  }

  private source(given: Record<string, unknown>): unknown {
    const { cluster, instance } = this.options.source ?? PLAIN;
    const member = (name: string, writer: boolean) => ({ DbInstanceIdentifier: name, IsClusterWriter: writer });
    if (given.DbClusterIdentifier !== undefined)
      return { DbClusters: [{ ...cluster, DbClusterMembers: [member("reader-1", false), member("writer-1", true)] }] };
    if (given.DbInstanceIdentifier === "reader-1")
      throw new ServiceError("Rds.RdsException", "a reader has its own class");
    return { DbInstances: [{ ...instance, DbInstanceStatus: "available" }] };
  }

  private make(kind: Kind, given: Record<string, unknown>): unknown {
    const name = String(given[NAMED[kind]]);
    if (this.there[kind].has(name)) throw new ServiceError(`${error(kind)}AlreadyExistsException`, name);
    if (kind === "instance" && given.DbClusterIdentifier !== undefined) this.thing("cluster", name);
    this.there[kind].set(name, { looks: 0, tags: given.Tags as Thing["tags"] });
    return { [SHAPES[kind].one]: { [SHAPES[kind].status]: "creating" } };
  }

  private look(kind: Kind, given: Record<string, unknown>): unknown {
    const thing = this.thing(kind, String(given[NAMED[kind]]));
    thing.looks += 1;
    const ready = thing.looks > this.options.looks;
    const one = {
      [SHAPES[kind].status]: ready ? "available" : "creating",
      ...(ready && kind === "instance" ? { Endpoint: this.options.endpoint } : {}),
    };
    return { [`${SHAPES[kind].one}s`]: [one] };
  }

  private remove(kind: Kind, given: Record<string, unknown>): unknown {
    const name = String(given[NAMED[kind]]);
    this.thing(kind, name);
    this.there[kind].delete(name);
    return { [SHAPES[kind].one]: { [SHAPES[kind].status]: "deleting" } };
  }

  private thing(kind: Kind, name: string): Thing {
    const thing = this.there[kind].get(name);
    if (!thing) throw new ServiceError(`${error(kind)}NotFoundException`, name);
    return thing;
  }
}

/** Whether it looks at what was there before the gate made anything. */
function asksForSource(action: string, given: Record<string, unknown>): boolean {
  if (action === "describeDBClusters") return true;
  return action === "describeDBInstances" && !String(given.DbInstanceIdentifier).startsWith("schema-gate-");
}

function error(kind: Kind): string {
  return `Rds.${SHAPES[kind].one}`;
}
