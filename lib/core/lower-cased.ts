/** A sentence as the second half of another; what begins with a name or a keyword keeps it. */
export function lowerCased(sentence: string): string {
  return /^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}
