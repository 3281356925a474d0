/** Replaces a secret. */
const HIDDEN = "***";

/** A text without these secrets, in whatever form a program prints them: plain, in a URL, in JSON or in base64. Any URL's password is removed too. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => secret.split("\n").flatMap(formsOf)).filter((form) => form.length > 0);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  const hidden = longestFirst.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text);
  return hidden.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)[^\s@]+@/gi, `$1${HIDDEN}@`);
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), bytes.toString("base64")];
}
