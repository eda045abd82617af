// What a reader does on the page: exercises that are answered in a field, Python for the others, and how far they are.

import { showFields } from "./fields.js";
import { showProgress } from "./progress.js";
import { offerPython } from "./offer.js";

/** Begin, with what there is to answer in each chapter. */
export default function practise(chapters) {
  const hasPython = document.querySelector("[data-practice]")?.hidden === false && location.protocol !== "file:";
  showFields();
  if (hasPython) offerPython();
  showProgress(chapters, hasPython);
}
