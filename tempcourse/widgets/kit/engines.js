// Engines in words.

/** Why an engine makes nothing of a temperature. */
export function refusalText({ name, hottest }, temperature) {
  if (temperature > 0) return `${name} refuses τ above ${hottest}.`;
  return `${name} refuses τ = 0: the way to greedy decoding there is do_sample=False.`;
}
