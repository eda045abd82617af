import { showQuestion } from "./kit/question.js";
import { linkButton } from "./kit/toolbar.js";

export default {
  render: ({ model, el }) => showQuestion({ model, el, tools: linkButton(model, []) }),
};
