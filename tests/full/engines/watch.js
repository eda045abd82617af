// Keeps what goes wrong on a page.
window.complaints = [];
addEventListener(
  "error",
  ({ message, target }) => complaints.push(message ?? `not loaded: ${target.src ?? target.href}`),
  true,
);
addEventListener("unhandledrejection", ({ reason }) => complaints.push(`unhandled: ${reason}`));
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  complaints.push(`policy ${violatedDirective}: ${blockedURI} ${sourceFile}:${lineNumber}`),
);
console.error = (...words) => complaints.push(words.join(" "));
