/**
 * The names in a text that says whose a change is, as commits and pipelines write it: a login, an address, `NAME <ADDRESS>`, or several of them in a
 * row. An address that GitHub or GitLab uses to hide another also gives its owner's login, and an address of a machine the login there. Whoever wrote
 * the text chose its signs: each part between signs that no name has is a name too.
 */
export function namesIn(text: string): readonly string[] {
  return text
    .normalize("NFKC")
    .split(/[\n\r\u2028\u2029,;]/)
    .flatMap((part) => [part, ...(/^([^<>]*)<([^<>]*)>/.exec(part.trim())?.slice(1) ?? []), ...parts(part)])
    .map((name) => name.trim().replace(/^["'@]+|["']+$/g, ""))
    .flatMap((name) => [name, ...hidden(name)])
    .filter((name) => name !== "");
}

/** Without what follows a plus sign, which mail to the same person may have (RFC 5233). Nothing for a name without one. */
export function withoutTag(name: string): readonly string[] {
  const [, user, host = ""] = /^([^@+\s]+)\+[^@\s]*(@[^@\s]+)?$/.exec(name.normalize("NFKC").trim()) ?? [];
  return user === undefined ? [] : [`${user}${host}`];
}

/** Quotes and comments do not change an address (RFC 5322); `and` stands between two names. */
function parts(text: string): readonly string[] {
  const bare = text.replace(/\([^()]*\)|["“”„«»`\\]/g, "");
  const between = [text, bare].flatMap((each) => each.split(/[^\p{L}\p{M}\p{N}.\-_@+' ]+|\s+and\s+/iu));
  return [bare, ...between, ...between.flatMap((each) => each.match(/[^\s@]+\s*@\s*[^\s@]+/g) ?? [])].map((each) =>
    each.replace(/\s*@\s*/, "@"),
  );
}

/** The login of `ID+LOGIN@users.noreply.github.com`, `ID-LOGIN@users.noreply.gitlab.com` and `LOGIN@machine`. */
function hidden(address: string): readonly string[] {
  const login =
    /^(?:\d+[+-])?([^@+\s]+)@users\.noreply\.(?:github|gitlab)\.com\.?$/i.exec(address)?.[1] ??
    /^([^@\s]+)@[^@.\s]*$/.exec(address)?.[1];
  return login === undefined ? [] : [login];
}
