/**
 * The names in a text that says whose a change is, as commits and pipelines write it: a login, an address, `NAME <ADDRESS>`, or several of them in a
 * row. An address that GitHub or GitLab uses to hide another also gives its owner's login.
 */
export function namesIn(text: string): readonly string[] {
  return text
    .normalize("NFKC")
    .split(/[\n\r\u2028\u2029,;]/)
    .flatMap((part) => [part, ...(/^([^<>]*)<([^<>]*)>/.exec(part.trim())?.slice(1) ?? [])])
    .map((name) => name.trim().replace(/^["'@]+|["']+$/g, ""))
    .flatMap((name) => [name, ...hidden(name)])
    .filter((name) => name !== "");
}

/** Without what follows a plus sign, which mail to the same person may have (RFC 5233). Nothing for an address without one. */
export function withoutTag(address: string): readonly string[] {
  const [, user, host] = /^([^@+\s]+)\+[^@\s]*@([^@\s]+)$/.exec(address.normalize("NFKC").trim()) ?? [];
  return user === undefined ? [] : [`${user}@${host}`];
}

/** The login of `ID+LOGIN@users.noreply.github.com` and `ID-LOGIN@users.noreply.gitlab.com`. */
function hidden(address: string): readonly string[] {
  const login = /^(?:\d+[+-])?([^@+\s]+)@users\.noreply\.(?:github|gitlab)\.com$/i.exec(address)?.[1];
  return login === undefined ? [] : [login];
}
