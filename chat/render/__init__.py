"""An answer as text, Markdown, HTML or JSON. Pure: an answer in, a string out. Whatever comes from a document is escaped for its medium."""
