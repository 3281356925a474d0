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
 * Lets a server newer than what is known be read where nothing of a user is out of the reader's sight. Throws `DatabaseError` with the
 * code `UNSUPPORTED` otherwise, which names the places.
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
