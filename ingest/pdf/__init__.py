"""
What `ingest.readers.pdf` makes a document from, in reading order.

    operators   a page's content stream to the operators that place and show text
    faces       fonts: what codes stand for, and how wide they are
    glyphs      a page to fragments of text with their places
    layout      fragments to segments, and segments of one column to lines
    scans       which pages are pictures of their text, and their segments
    recognise   the lines of a page's image, through OCR
    ink         recognised lines to segments: sizes, words and raised figures measured on the image
    stamps      watermarks, line numbers and turned text in the margin, left out
    running     running heads, running feet and page numbers, found by repetition and place
    columns     where a page's columns are, and its lines in reading order
    regions     boxes, glosses and columns that do not run from top to bottom
    tables      cells of several lines
    noted       pages with notes on their way, and what ties marks to them
    feet        notes at the feet of pages
    endnotes    notes at the end of a text or a chapter
    paragraphs  lines to blocks
    floats      captions and tables out of the middle of paragraphs
    hyphens     lines joined, broken words made whole
    title_page  title, authors and date from the first page, where it leaves no doubt
    xmp         the same from the file's XMP metadata
"""
