"""
The shared language of Footnoted, in reading order.

    records    what a document, a passage and a hit are
    extraction what reading did to a file, and how far to trust it
    errors     what can go wrong, as one tree
    arrays     the vectors' shape, and unit length
    embedders  text to unit vectors; one file per embedder
    stores     nearest rows of a matrix; one file per store
    lexical    BM25 over the same passages
    manifest   what an index folder holds, and how to tell that it is whole
    library    an index folder, written and opened
    phrases    words between quotation marks, found as they are
    search     a question to ranked hits
    wording    how a question is read before it is searched
    confined   programs of our own that read what may harm them, with limits
    corpus     which files a corpus folder holds, and where an index lies by default

`ingest` writes an index folder and `chat` answers from one; both import this package, never each other.
"""
