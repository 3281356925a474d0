/** A sentence as the second half of another; a name or a keyword at its start keeps its case. */
export function lowerCased(sentence: string): string {
  return /^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}
