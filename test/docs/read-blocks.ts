export interface Block {
  /** `sh`, `sql`, … */
  readonly language: string;
  /** The nearest heading above of the second level. */
  readonly heading: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown text, those within lists too, without their indentation. */
export function readBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let open: { readonly language: string; readonly indent: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    const [, indent, language] = /^(\s*)```(\w*)\s*$/.exec(line) ?? [];
    if (open && language === '') {
      blocks.push({ language: open.language, heading, text: open.lines.join('\n') });
      open = undefined;
    } else if (open) open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    else if (language) open = { language, indent: indent!, lines: [] };
    else if (line.startsWith('## ')) heading = line.slice(3).trim();
  }
  return blocks;
}
