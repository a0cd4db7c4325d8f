"""
Files in, an index folder out; in reading order.

    readers     a file to documents; one file a format
    normalise   canonical text: what every reader composes its document with
    notes       the source's own notes: which superscripts are marks, which paragraphs are bodies
    faces       a PDF's fonts: what codes stand for, and how wide they are
    glyphs      a PDF page to fragments of text with their places
    layout      fragments to segments, and segments of one column to lines
    columns     where a page's columns are, and its lines in reading order
    running     running heads, running feet and page numbers, found by repetition and place
    feet        a PDF's own notes: bodies at the foot or end, marks by size and rise
    paragraphs  lines to blocks
    hyphens     lines joined, broken words made whole
    recognise   the lines of a page's image, through OCR
    ink         recognised lines to segments: sizes, words and raised figures measured on the image
    scans       which pages are pictures of their text, and their segments
    title_page  title, authors and date from a PDF's first page, where it is beyond doubt
    xmp         the same from a PDF's XMP metadata
    metadata    CSL-JSON from a sidecar or front matter
    reading     one file to its documents, with its sidecar
    worker      the same in a process of its own, with limits on time and memory
    sentences   where sentences end
    split       a document to passages of whole sentences
    build       a corpus folder to an index folder, and the report of what happened
"""
