import {
  SERVER_CATALOGS,
  type ServerCatalog,
  type UnknownPlace,
  unknownPlaces,
  unknownQuery,
} from "../../core/catalog/unknown-catalogs.js";
import { NEWEST_MAJOR } from "../../core/postgres/majors.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

/** By `server_version_num`: the catalogs of a version are the same on every server. */
const QUERIES = new Map<number, string>();

/**
 * Allows reading a server newer than the known versions if none of the user's objects are out of the reader's sight. Otherwise throws
 * `DatabaseError` with the code `UNSUPPORTED`, naming the places.
 */
export async function assertNothingUnknown(session: Session): Promise<void> {
  const { serverVersion } = session;
  const major = Math.floor(serverVersion / 10_000);
  if (major <= NEWEST_MAJOR) return;
  const query = QUERIES.get(serverVersion) ?? unknownQuery(await session.query<Row & ServerCatalog>(SERVER_CATALOGS));
  QUERIES.set(serverVersion, query);
  const places = await session.query<Row & UnknownPlace>(query);
  if (places.length > 0) throw new DatabaseError(unknownPlaces(major, places), "UNSUPPORTED");
}
