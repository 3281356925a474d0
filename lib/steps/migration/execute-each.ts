import { commandsOf } from "../../core/sql/split.js";
import type { Session } from "../../ports/database.js";

/** The statements of a text, one after the other. Throws `DatabaseError`. */
export async function executeEach(session: Session, text: string): Promise<void> {
  for (const command of commandsOf(text)) await session.execute(command);
}
