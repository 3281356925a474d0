import { userInfo } from "node:os";

/** Who is logged in on this machine; nobody can say to be another. */
export function loginName(): string {
  return userInfo().username;
}
