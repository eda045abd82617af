/** Write text only where it differs, into the text node that is there: a new one costs the page a wider layout. */
export function setText(node, text) {
  const [first, second] = node.childNodes;
  if (first?.nodeType !== Node.TEXT_NODE || second) node.textContent = text;
  else if (first.data !== text) first.data = text;
}
