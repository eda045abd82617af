// Annealing: how a temperature falls, and what there is to find meanwhile.

/** Temperatures of `steps` steps from hot to cold, each the same fraction of the one before. */
export function geometricCooling(hot, cold, steps) {
  return Array.from({ length: steps }, (_, k) => hot * (cold / hot) ** (k / (steps - 1)));
}

/** For each place the bottom of its valley: where going to the lower neighbour ends. */
export function valleyBottoms(energies) {
  const downhill = (place) =>
    [place - 1, place + 1].reduce((best, next) => (energies[next] < energies[best] ? next : best), place);
  return energies.map((_, place) => {
    let bottom = place;
    while (downhill(bottom) !== bottom) bottom = downhill(bottom);
    return bottom;
  });
}
