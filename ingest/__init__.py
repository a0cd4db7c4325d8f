"""
Files in, an index folder out; in reading order.

    readers     a file to documents; one file a format
    normalise   canonical text: what every reader composes its document with
    notes       the source's own notes: which superscripts are marks, which paragraphs are bodies
    metadata    CSL-JSON from a sidecar or front matter
    sentences   where sentences end
    split       a document to passages of whole sentences
    build       a corpus folder to an index folder, and the report of what happened
"""
