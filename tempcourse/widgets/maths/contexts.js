// Recorded contexts, as in tempcourse.contexts.

/** All logits of a recorded context, in falling order: those of a bin lie in it at equal distances. */
export function recordedLogits({ logits, counts }, width) {
  const all = [...logits];
  const last = logits.at(-1);
  counts.forEach((count, bin) => {
    for (let i = 0; i < count; i += 1) all.push(last - width * (bin + (i + 0.5) / count));
  });
  return all;
}
