"""
Files in, an index folder out; in reading order.

    readers     a file to documents; one file a format
    pdf         what the reader of PDF is made of
    markup      what the readers of marked-up formats are made of
    formats     what a file's first bytes say it is
    encodings   the characters of a text file whose encoding nobody tells
    normalise   canonical text: what every reader composes its document with
    notes       the source's own notes: which superscripts are marks, which paragraphs are bodies
    metadata    CSL-JSON from a sidecar, front matter or a file's properties
    reading     one file to its documents, with its sidecar
    worker      the same in a process of its own, with limits on time and memory
    sentences   where sentences end
    split       a document to passages of whole sentences
    build       a corpus folder to an index folder, and the report of what happened
"""
