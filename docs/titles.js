// Shows the file names that fenced blocks give in their titles: mdBook hands them on in the class alone.
for (const code of document.querySelectorAll('pre code[class*="title="]')) {
  const [, title] = /title="([^"]*)"/.exec(code.className) ?? [];
  if (!title || title === "output") continue;
  const caption = document.createElement("div");
  caption.className = "file-name";
  caption.textContent = title;
  code.closest("pre").before(caption);
}
