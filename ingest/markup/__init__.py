"""
What the readers of marked-up formats share, in reading order.

    archives    a file that is a ZIP archive, unpacked within limits
    office      what Word and OpenDocument files say that pandoc does not pass on
    web         web pages without what is not their text
    web_notes   the notes of web pages and e-books, tied to their marks
    pandoc      a format's bytes to pandoc's tree of the document
    tree        that tree to a document
    marked      blocks on their way: raised words that are notes, emphasised lines that are headings
"""
